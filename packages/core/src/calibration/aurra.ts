import type { ConfidentAnswers } from '../shift/accuracy-estimate.ts'
import { checkAnswers } from './check-answers.ts'

/**
 * Area under the response-rate accuracy curve: a model may leave its least sure answers out; this is its accuracy on
 * the j surest, averaged over j = 1..n (Hendrycks et al., "Natural Adversarial Examples", CVPR 2021). Of rows equally
 * sure each order is as likely, and the mean over all orders is given, so that the order they came in is of no account.
 * @throws RangeError when there are no rows, lengths differ or values are outside [0,1]
 */
export function aurra(answers: ConfidentAnswers): number {
  checkAnswers(answers)
  const { confidence, correct } = answers
  const n = confidence.length
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => confidence[b]! - confidence[a]!)
  let area = 0
  let right = 0
  for (let from = 0; from < n; ) {
    let to = from
    let tied = 0
    for (; to < n && confidence[order[to]!] === confidence[order[from]!]; to++) tied += correct[order[to]!]!
    const share = tied / (to - from)
    for (let j = from; j < to; j++) area += (right + share * (j + 1 - from)) / (j + 1)
    right += tied
    from = to
  }
  return area / n
}

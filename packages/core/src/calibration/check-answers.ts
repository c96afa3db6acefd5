import type { ConfidentAnswers } from '../shift/accuracy-estimate.ts'

/** What sums of rounded probabilities may exceed 1 by. */
const rounding = 1e-4

/** @throws RangeError when there are no rows, lengths differ, a confidence is outside [0,1] or an answer not 0 or 1 */
export function checkAnswers({ confidence, correct }: ConfidentAnswers): void {
  const n = confidence.length
  if (n === 0) throw new RangeError('there are no answers')
  if (correct.length !== n) {
    throw new RangeError(`each answer has one confidence, got ${correct.length} answers and ${n} confidences`)
  }
  for (let i = 0; i < n; i++) {
    if (!(confidence[i]! >= 0 && confidence[i]! <= 1 + rounding)) {
      throw new RangeError(`confidences lie between 0 and 1, got ${confidence[i]} at ${i}`)
    }
    if (correct[i] !== 0 && correct[i] !== 1) {
      throw new RangeError(`an answer is 1 where it is right and else 0, got ${correct[i]} at ${i}`)
    }
  }
}

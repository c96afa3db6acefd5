// The shadow attack of Shokri et al. 2017 (arXiv:1610.05820): from the answers of shadow models, whose members are known, a
// network with 64 hidden units learns to tell members by the whole score vector, one network for each class. The network
// is small enough to be trained right here, by Adam on the log loss.
import type { Random } from '@failmode/core'

/** Answers with known membership. */
export interface LabelledAnswers {
  /** [rows, width], row by row. */
  readonly answers: Float32Array
  readonly width: number
  readonly labels: Int32Array
  /** 1 for members. */
  readonly member: Uint8Array
}

const hidden = 64
const epochs = 20
const batch = 32
const rate = 0.003
/** Most answers that one network learns from. */
const mostRows = 2000
/** A class with fewer members or strangers than this has no network of its own. */
const fewest = 20

/** Log odds that each of `asked` is a member; 0 where its class could not be learnt. */
export function shadowClassifierScores(
  learnt: LabelledAnswers,
  asked: Pick<LabelledAnswers, 'answers' | 'labels'>,
  random: Random,
): Float64Array {
  const out = new Float64Array(asked.labels.length)
  for (const label of new Set(asked.labels)) {
    const own = rowsOfClass(learnt, label, random.split(`rows ${label}`))
    if (own === null) continue
    const net = trainNet(learnt, own, random.split(`class ${label}`))
    for (const [row, other] of asked.labels.entries()) {
      if (other !== label) continue
      out[row] = net(asked.answers.subarray(row * learnt.width, (row + 1) * learnt.width))
    }
  }
  return out
}

/** As many members as strangers, so that the network learns what tells them apart and not how many there are. */
function rowsOfClass(
  { labels, member }: LabelledAnswers,
  label: number,
  random: Random,
): readonly number[] | null {
  const sides = [0, 1].map((side) =>
    random.shuffle(Array.from(labels.keys()).filter((row) => labels[row] === label && member[row] === side)),
  )
  const size = Math.min(...sides.map(({ length }) => length), mostRows / 2)
  return size < fewest ? null : sides.flatMap((rows) => rows.slice(0, size))
}

function trainNet(
  { answers, width, member }: LabelledAnswers,
  rows: readonly number[],
  random: Random,
): (answer: Float32Array) => number {
  // Probabilities near 1 differ in their logarithms; both that and the plain value of a small one are told.
  const seen = (value: number): number => Math.max(-1, Math.log(value + 1e-12) / 12 + 1)
  const inputs = width
  const weights = new Float64Array((inputs + 1) * hidden + hidden + 1)
  const init = Math.sqrt(2 / inputs)
  for (let i = 0; i < inputs * hidden; i++) weights[i] = init * random.normal()
  const second = (inputs + 1) * hidden
  for (let h = 0; h < hidden; h++) weights[second + h] = Math.sqrt(1 / hidden) * random.normal()
  const state = new Float64Array(hidden)
  const forward = (answer: Float32Array): number => {
    let score = weights[second + hidden]!
    for (let h = 0; h < hidden; h++) {
      let sum = weights[inputs * hidden + h]!
      for (let i = 0; i < inputs; i++) sum += weights[i * hidden + h]! * seen(answer[i]!)
      state[h] = sum > 0 ? sum : 0
      score += state[h]! * weights[second + h]!
    }
    return score
  }
  const gradient = new Float64Array(weights.length)
  const [first, squared] = [new Float64Array(weights.length), new Float64Array(weights.length)]
  let step = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = random.shuffle(rows)
    for (let from = 0; from < order.length; from += batch) {
      const part = order.slice(from, from + batch)
      gradient.fill(0)
      for (const row of part) {
        const answer = answers.subarray(row * width, (row + 1) * width)
        const miss = (1 / (1 + Math.exp(-forward(answer))) - member[row]!) / part.length
        gradient[second + hidden]! += miss
        for (let h = 0; h < hidden; h++) {
          if (state[h] === 0) continue
          gradient[second + h]! += miss * state[h]!
          const back = miss * weights[second + h]!
          gradient[inputs * hidden + h]! += back
          for (let i = 0; i < inputs; i++) gradient[i * hidden + h]! += back * seen(answer[i]!)
        }
      }
      step++
      const [a, b] = [1 - 0.9 ** step, 1 - 0.999 ** step]
      for (let w = 0; w < weights.length; w++) {
        first[w] = 0.9 * first[w]! + 0.1 * gradient[w]!
        squared[w] = 0.999 * squared[w]! + 0.001 * gradient[w]! ** 2
        weights[w]! -= (rate * first[w]!) / a / (Math.sqrt(squared[w]! / b) + 1e-8)
      }
    }
  }
  return forward
}

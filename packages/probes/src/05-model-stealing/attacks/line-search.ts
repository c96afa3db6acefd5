// A linear model of two classes, from classes alone (Lowd and Meek 2005): one crossing of the border is found by halving, and
// from it how far one has to go along each feature to come back to the border, which gives the ratio of the weights.
import { createRandom } from '@failmode/core'
import { openLedger, type Service } from './service.ts'

export interface SolvedLine {
  /** Up to a positive factor; class 1 where weights . row + bias > 0. */
  readonly weights: Float64Array
  readonly bias: number
  readonly queries: number
  predict(row: ArrayLike<number>): 0 | 1
}

export interface LineOptions {
  readonly features: number
  readonly seed: number
  /** How closely the border is found, in unit space. 1e-6 unless said. */
  readonly tolerance?: number
  readonly maxQueries?: number
  readonly signal?: AbortSignal
}

/** Random rows among which two classes are looked for. */
const starts = 200

/** @returns null when no two rows of different classes were found */
export async function searchLines(
  service: Service<number>,
  { features, seed, tolerance = 1e-6, maxQueries, signal }: LineOptions,
): Promise<SolvedLine | null> {
  const random = createRandom(seed, ['model-stealing', 'lines'])
  const ledger = openLedger(service, {
    ...(maxQueries === undefined ? {} : { limit: maxQueries }),
    ...(signal === undefined ? {} : { signal }),
  })
  const label = async (row: Float64Array): Promise<number> => (await ledger.ask([row]))[0]!
  const found = new Map<number, Float64Array>()
  for (let i = 0; i < starts && found.size < 2; i++) {
    const row = Float64Array.from({ length: features }, () => random.uniform())
    const own = await label(row)
    if (!found.has(own)) found.set(own, row)
  }
  const [zero, one] = [found.get(0), found.get(1)]
  if (zero === undefined || one === undefined) return null
  const between = (t: number): Float64Array => zero.map((value, f) => value + t * (one[f]! - value))
  const t = await halve({ low: 0, high: 1 }, tolerance, async (at) => (await label(between(at))) === 1)
  const border = between(t)
  // Along each feature the border moves by -w_f / w_p of what the first feature with weight moves back.
  const weights = new Float64Array(features)
  let pivot = -1
  const shifts = Array.from({ length: features }, (_, f) => (border[f]! < 0.5 ? 0.5 : -0.5))
  const moved = (f: number, by: number, back = 0): Float64Array => {
    const row = border.slice()
    row[f]! += by
    if (pivot >= 0) row[pivot]! += back
    return row
  }
  for (let f = 0; f < features; f++) {
    const by = shifts[f]!
    if (pivot < 0) {
      // The class on either side tells the sign, and that this feature has a weight at all.
      const [up, down] = [await label(moved(f, by)), await label(moved(f, -by))]
      if (up === down) continue
      pivot = f
      weights[f] = Math.sign(by) * (up === 1 ? 1 : -1)
      continue
    }
    const reach = 64
    const side = async (back: number): Promise<boolean> => (await label(moved(f, by, back))) === 1
    const [low, high] = weights[pivot]! > 0 ? [-reach, reach] : [reach, -reach]
    if (await side(low)) continue
    if (!(await side(high))) continue
    const back = await halve({ low, high }, tolerance, side)
    weights[f] = (-weights[pivot]! * back) / by
  }
  const bias = -weights.reduce((sum, w, f) => sum + w * border[f]!, 0)
  return {
    weights,
    bias,
    queries: ledger.queries(),
    predict: (row) => (weights.reduce((sum, w, f) => sum + w * row[f]!, bias) > 0 ? 1 : 0),
  }
}

/** Where `is` becomes true between `low` (false) and `high` (true). */
async function halve(
  { low, high }: { low: number; high: number },
  tolerance: number,
  is: (at: number) => Promise<boolean>,
): Promise<number> {
  let [a, b] = [low, high]
  while (Math.abs(b - a) > tolerance) {
    const middle = (a + b) / 2
    if (await is(middle)) b = middle
    else a = middle
  }
  return (a + b) / 2
}

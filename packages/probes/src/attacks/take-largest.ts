// Which entries to spend a budget on when those with the largest keys come first: the greedy answer to a linear
// programme with one constraint. Steps and projections in L1 are of this kind. It needs no sort: a partition around a
// pivot tells on which side the budget runs out, and only that side is looked at further (Hoare's selection, with
// weights).

/** Room for one selection. The entries are named by `order`, so that keys and weights stay where they are. */
export interface Candidates {
  readonly order: Int32Array
  readonly keys: Float64Array
  readonly weights: Float64Array
}

let shared: Candidates = candidates(0)

function candidates(size: number): Candidates {
  return {
    order: new Int32Array(size),
    keys: new Float64Array(size),
    weights: new Float64Array(size),
  }
}

/** Candidates for at least `size` entries, to be used up before anybody asks again: they are always the same. */
export function sharedCandidates(size: number): Candidates {
  if (shared.order.length < size) shared = candidates(size)
  return shared
}

/**
 * Rearranges the first `count` entries of `order` so that those to be taken whole stand in front.
 *
 * @param budget what the weights of those taken may sum to; weights are not negative
 * @returns how many are taken whole; the entry behind them, if there is one, has the next largest key and no longer fits
 */
export function takeLargest({ order, keys, weights }: Candidates, count: number, budget: number): number {
  let from = 0
  let to = count
  let left = budget
  let draw = 1
  while (from < to) {
    // Pivots come from places that no regular order of the keys can be unlucky with; the same ones in every call.
    draw = (Math.imul(draw, 1664525) + 1013904223) >>> 0
    const span = to - from
    const pivot = middle(
      keys[order[from + (draw % span)] as number] as number,
      keys[order[from + ((draw >>> 8) % span)] as number] as number,
      keys[order[from + ((draw >>> 16) % span)] as number] as number,
    )
    // In three parts: [from, above) larger than the pivot, [above, i) equal, [below, to) smaller.
    let above = from
    let below = to
    let sum = 0
    for (let i = from; i < below; ) {
      const entry = order[i] as number
      const key = keys[entry] as number
      if (key > pivot) {
        sum += weights[entry] as number
        order[i++] = order[above] as number
        order[above++] = entry
      } else if (key < pivot) {
        order[i] = order[--below] as number
        order[below] = entry
      } else {
        i++
      }
    }
    if (sum > left) {
      to = above
      continue
    }
    left -= sum
    for (from = above; from < below; from++) {
      left -= weights[order[from] as number] as number
      if (left < 0) return from
    }
  }
  return from
}

function middle(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
}

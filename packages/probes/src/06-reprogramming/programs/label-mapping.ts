// Which classes of the host stand for which class of the guest: drawn; by where the host's answers lean most (Tsai et al. 2020,
// arXiv:2007.08714, section 3.3); or so that learning begins with the least loss. The second gives classes away one by one and
// may leave the last of them with what nobody wanted, in an order that no program can mend; the third weighs all at once.
import type { Random } from '@failmode/core'
import { assign } from './assignment.ts'

/** Classes of the host, for each class of the guest; no class stands for two. */
export type LabelMapping = readonly (readonly number[])[]

export function randomMapping(
  { host, guest, each }: { readonly host: number; readonly guest: number; readonly each: number },
  random: Random,
): LabelMapping {
  const order = random.permutation(host)
  return Array.from({ length: guest }, (_, g) => Array.from(order.subarray(g * each, (g + 1) * each)))
}

/**
 * Hands out host classes one after the other, always where a class of the guest leans most and has fewer than `each`.
 * @param shares [samples, host] probabilities of the host; @param labels of the guest
 */
export function frequencyMapping(
  shares: Float64Array,
  labels: ArrayLike<number>,
  { host, guest, each }: { readonly host: number; readonly guest: number; readonly each: number },
): LabelMapping {
  const lean = new Float64Array(guest * host)
  const counts = new Float64Array(guest)
  for (let i = 0; i < labels.length; i++) {
    counts[labels[i]!]!++
    for (let k = 0; k < host; k++) lean[labels[i]! * host + k]! += shares[i * host + k]!
  }
  for (let g = 0; g < guest; g++)
    for (let k = 0; k < host; k++) lean[g * host + k]! /= Math.max(1, counts[g]!)
  // What a class leans to beyond what all lean to.
  const usual = Float64Array.from({ length: host }, (_, k) => {
    let sum = 0
    for (let g = 0; g < guest; g++) sum += lean[g * host + k]! / guest
    return sum
  })
  const pairs = Array.from({ length: guest * host }, (_, at) => at).sort(
    (a, b) => lean[b]! - usual[b % host]! - (lean[a]! - usual[a % host]!) || a - b,
  )
  const taken = new Set<number>()
  const mapping: number[][] = Array.from({ length: guest }, () => [])
  // Every class of the guest gets its first before any gets its second.
  for (let round = 1; round <= each; round++) {
    for (const at of pairs) {
      const [g, k] = [Math.floor(at / host), at % host]
      if (taken.has(k) || mapping[g]!.length >= round) continue
      taken.add(k)
      mapping[g]!.push(k)
    }
  }
  return mapping
}

/** The mapping under which the mean cross-entropy of these answers is least. */
export function leastLossMapping(
  shares: Float64Array,
  labels: ArrayLike<number>,
  { host, guest, each }: { readonly host: number; readonly guest: number; readonly each: number },
): LabelMapping {
  const cost = Array.from({ length: guest }, () => new Float64Array(host))
  const counts = new Float64Array(guest)
  for (let i = 0; i < labels.length; i++) {
    const own = cost[labels[i]!]!
    counts[labels[i]!]!++
    for (let k = 0; k < host; k++) own[k]! -= Math.log(Math.max(shares[i * host + k]!, 1e-30))
  }
  for (const [g, own] of cost.entries()) for (let k = 0; k < host; k++) own[k]! /= Math.max(1, counts[g]!)
  const columns = assign(cost.flatMap((own) => Array.from({ length: each }, () => own)))
  return cost.map((_, g) => columns.slice(g * each, (g + 1) * each))
}

/** Class of the guest whose classes of the host are likeliest together, for each row of probabilities. */
export function guestClasses(shares: Float64Array, mapping: LabelMapping, host: number): readonly number[] {
  return Array.from({ length: shares.length / host }, (_, row) => {
    let best = 0
    let most = -1
    for (const [g, classes] of mapping.entries()) {
      const sum = classes.reduce((total, k) => total + shares[row * host + k]!, 0)
      if (sum > most) [best, most] = [g, sum]
    }
    return best
  })
}

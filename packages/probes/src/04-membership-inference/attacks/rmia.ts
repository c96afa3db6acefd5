// RMIA (Zarifzadeh, Liu and Shokri 2024, arXiv:2312.03262). A record is likelier a member the more the target prefers it
// over reference models, compared with how much it prefers records of the population, which nobody was trained on: the score
// is the share of those that it beats by a factor gamma. One to four reference models are enough.
import { auc } from '@failmode/core'

/** Probabilities of the right class. */
export interface RmiaInput {
  /** [records], under the target. */
  readonly target: Float64Array
  /** [models][records], under reference models. */
  readonly references: readonly Float64Array[]
  /** [models][records]: 1 where the model was trained with the record. */
  readonly inside: readonly Uint8Array[]
  /** [population], under the target. */
  readonly populationTarget: Float64Array
  /** [models][population]; nobody was trained with these. */
  readonly populationReferences: readonly Float64Array[]
}

export interface RmiaOptions {
  /** How far p(x) lies between what models without x say (1) and certainty (0): p = ((1 + a) p_out + (1 - a)) / 2. */
  readonly a: number
  /** Factor by which a record has to beat another; 1 unless said, as in the released code. */
  readonly gamma?: number
  /**
   * The released code averages, for the population, over the highest answers of half of the models only; unless it is named
   * here all models count.
   */
  readonly as?: 'paper' | 'released-code'
}

/**
 * Share of the population that each record beats; more is likelier a member. Offline: only models without the record
 * are looked at.
 * @throws RangeError when a record was in all reference models
 */
export function rmiaOffline(input: RmiaInput, { a, gamma = 1, as = 'paper' }: RmiaOptions): Float64Array {
  const half = Math.max(1, Math.floor(input.references.length / 2))
  const approximate = (out: number): number => ((1 + a) * out + (1 - a)) / 2
  const records = input.target.map((p, r) => {
    const own = input.references.flatMap((one, m) => (input.inside[m]![r] === 1 ? [] : [one[r]!]))
    if (own.length === 0) throw new RangeError('a record was in all reference models')
    return p / approximate(averageOf(own, as === 'released-code' ? half : null))
  })
  const population = input.populationTarget.map((p, z) => {
    const own = input.populationReferences.map((one) => one[z]!)
    return p / approximate(averageOf(own, as === 'released-code' ? half : null))
  })
  return sharesBeaten(records, population, gamma)
}

/** The same with p(x) = (p_in + p_out) / 2. @throws RangeError when a record was in none or all of the models */
export function rmiaOnline(input: RmiaInput, { gamma = 1 }: { readonly gamma?: number } = {}): Float64Array {
  const records = input.target.map((p, r) => {
    const side = (wanted: number) =>
      input.references.flatMap((one, m) => (input.inside[m]![r] === wanted ? [one[r]!] : []))
    const [within, without] = [side(1), side(0)]
    if (within.length === 0 || without.length === 0) {
      throw new RangeError('a record was in none or in all of the reference models')
    }
    return p / ((averageOf(within, null) + averageOf(without, null)) / 2)
  })
  const population = input.populationTarget.map(
    (p, z) =>
      p /
      averageOf(
        input.populationReferences.map((one) => one[z]!),
        null,
      ),
  )
  return sharesBeaten(records, population, gamma)
}

/**
 * The a of 0, 0.1, ... 1 with which the attack does best on a model whose members are known: the first reference model
 * takes the place of the target.
 */
export function tuneA(input: RmiaInput): number {
  const [paired, ...rest] = input.references
  const [truth, ...inside] = input.inside
  const [pairedPopulation, ...population] = input.populationReferences
  if (rest.length === 0) return 0.3
  // Records that all the others were trained with have nothing to be compared with.
  const usable = Array.from(truth!.keys()).filter((r) => inside.some((one) => one[r] === 0))
  const pick = (values: Float64Array) => Float64Array.from(usable, (r) => values[r]!)
  const shifted: RmiaInput = {
    target: pick(paired!),
    references: rest.map(pick),
    inside: inside.map((one) => Uint8Array.from(usable, (r) => one[r]!)),
    populationTarget: pairedPopulation!,
    populationReferences: population,
  }
  let best = { a: 0.3, area: 0 }
  for (let tenth = 0; tenth <= 10; tenth++) {
    const scores = rmiaOffline(shifted, { a: tenth / 10 })
    const of = (side: number) => Array.from(scores).filter((_, i) => truth![usable[i]!] === side)
    const [members, strangers] = [of(1), of(0)]
    if (members.length === 0 || strangers.length === 0) return best.a
    const area = auc(members, strangers)
    if (area > best.area + 1e-12) best = { a: tenth / 10, area }
  }
  return best.a
}

/** Of the `highest` largest values, or of all. */
function averageOf(values: readonly number[], highest: number | null): number {
  const own = highest === null ? values : [...values].sort((a, b) => b - a).slice(0, highest)
  return own.reduce((sum, one) => sum + one, 0) / own.length
}

/** Share of `population` that each of `records` is more than `gamma` times as large as. */
function sharesBeaten(records: Float64Array, population: Float64Array, gamma: number): Float64Array {
  const sorted = population.slice().sort()
  return records.map((ratio) => {
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (ratio / sorted[middle]! > gamma) low = middle + 1
      else high = middle
    }
    return low / sorted.length
  })
}

// The population attack: how rare would such a loss be among records that were not in the training set? Records of the same
// class are asked, since some classes are easy and others hard (Ye et al. 2022, arXiv:2111.09679, attack P). It needs
// records of the same kind and no training.

/** Fewest records of a class that a class is judged by alone. */
const fewest = 20

/**
 * Share of the population with a smaller signal, equal ones counting half; more is likelier a member when large signals
 * are a member's.
 * @param signals a number for each record, and for each of the population
 */
export function populationScores(
  { signals, labels }: { readonly signals: ArrayLike<number>; readonly labels: ArrayLike<number> },
  population: { readonly signals: ArrayLike<number>; readonly labels: ArrayLike<number> },
): Float64Array {
  const all = Float64Array.from(population.signals).sort()
  const byClass = new Map<number, number[]>()
  for (let z = 0; z < population.labels.length; z++) {
    const own = byClass.get(population.labels[z]!) ?? []
    own.push(population.signals[z]!)
    byClass.set(population.labels[z]!, own)
  }
  const sorted = new Map([...byClass].map(([label, own]) => [label, Float64Array.from(own).sort()]))
  return Float64Array.from({ length: signals.length }, (_, r) => {
    const own = sorted.get(labels[r]!)
    return shareBelow(own === undefined || own.length < fewest ? all : own, signals[r]!)
  })
}

function shareBelow(sorted: Float64Array, value: number): number {
  const first = (isPast: (other: number) => boolean): number => {
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (isPast(sorted[middle]!)) high = middle
      else low = middle + 1
    }
    return low
  }
  return (first((other) => other >= value) + first((other) => other > value)) / 2 / sorted.length
}

// A long row of numbers, such as a sound, as a few that say what it is like as a whole.

export const signalFeatureNames = [
  'mean',
  'deviation',
  'lowest',
  'highest',
  'skewness',
  'roughness',
  'sign changes',
]

export function signalFeatures(signal: ArrayLike<number>): number[] {
  const size = signal.length
  let sum = 0
  let lowest = Number.POSITIVE_INFINITY
  let highest = Number.NEGATIVE_INFINITY
  let steps = 0
  for (let i = 0; i < size; i++) {
    sum += signal[i]!
    lowest = Math.min(lowest, signal[i]!)
    highest = Math.max(highest, signal[i]!)
    if (i > 0) steps += Math.abs(signal[i]! - signal[i - 1]!)
  }
  const mean = sum / size
  let squares = 0
  let cubes = 0
  let changes = 0
  for (let i = 0; i < size; i++) {
    squares += (signal[i]! - mean) ** 2
    cubes += (signal[i]! - mean) ** 3
    if (i > 0 && signal[i]! > mean !== signal[i - 1]! > mean) changes++
  }
  const deviation = Math.sqrt(squares / size)
  const skewness = deviation === 0 ? 0 : cubes / size / deviation ** 3
  const between = Math.max(1, size - 1)
  return [mean, deviation, lowest, highest, skewness, steps / between, changes / between]
}

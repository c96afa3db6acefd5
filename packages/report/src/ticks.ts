/**
 * Round numbers from at or below `low` to at or above `high`, about `wanted` of them, steps of 1, 2 or 5 times a
 * power of ten. Both ends are part of the axis, so every value has a place on it.
 */
export function ticks(low: number, high: number, wanted = 5): readonly number[] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1]
  if (low === high) return ticks(Math.min(0, low), low === 0 ? 1 : Math.max(0, high), wanted)
  const rough = (high - low) / Math.max(1, wanted - 1)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) as number) * power
  const first = Math.floor(low / step + 1e-9)
  const last = Math.ceil(high / step - 1e-9)
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toFixed(Math.min(100, digits))),
  )
}

/** The powers of ten from at or below the least of `values` to at or above the largest, which are above 0; two at least. */
export function powers(values: readonly number[]): readonly number[] {
  const first = Math.floor(Math.log10(Math.min(...values)) + 1e-9)
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9))
  return Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`))
}

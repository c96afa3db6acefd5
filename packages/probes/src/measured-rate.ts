// Reading a measured rate, for the judges of all probes: the ends of its interval, and percent as sentences say it.
import type { Measurement } from '@failmode/core'

/** Lower end of the interval, or the value where there is none. */
export function lowOf({ interval, value }: Measurement): number {
  return interval?.low ?? value
}

/** Upper end of the interval, or the value where there is none. */
export function highOf({ interval, value }: Measurement): number {
  return interval?.high ?? value
}

/** `4.5 %` of 0.045. */
export function percent(share: number, decimals = 1): string {
  return `${Number((share * 100).toFixed(decimals))} %`
}

// A measurement as a sentence for somebody who reads no tables.
import type { Measurement } from '@failmode/core'
import { formatBare, formatNumber, formatSlice, measuredValue } from '../format.ts'

/** `Robust accuracy: 4.5 %, over 200 samples; between 2.4 and 8.3 % with 95 % confidence (by APGD).` */
export function plainMeasurement(measurement: Measurement): string {
  const { name, n, denominator, interval, unit, attack, slice } = measurement
  const words = name.replaceAll('-', ' ')
  const range =
    interval === undefined || n === 0
      ? ''
      : `; between ${formatBare(interval.low, unit)} and ${formatBare(interval.high, unit)}${unit === 'fraction' ? ' %' : ''} with ${formatBare(interval.confidence, 'fraction')} % confidence`
  const where = [attack === undefined ? '' : `by ${attack}`, formatSlice(slice)].filter((part) => part !== '')
  return `${words[0]?.toUpperCase()}${words.slice(1)}: ${measuredValue(measurement)}, over ${formatNumber(n)} ${denominator}${range}${where.length === 0 ? '' : ` (${where.join(', ')})`}.`
}

// A measurement as a sentence for somebody who reads no tables.
import { measureByName } from '@failmode/catalogue'
import type { Measurement } from '@failmode/core'
import { formatBare, formatNumber, formatSlice, formatTick, measuredValue } from '../format.ts'
import type { ReportCatalogue } from '../report-catalogue.ts'

/** `Robust accuracy: 4.5 %, over 200 samples; the true value likely lies between 2.4 and 8.3 % (95 % interval).` */
export function plainMeasurement(
  measurement: Measurement,
  catalogue: Pick<ReportCatalogue, 'measures'>,
): string {
  const { name, n, denominator, interval, unit, attack, slice } = measurement
  const words = measureByName(name, catalogue)?.title ?? name.replaceAll('-', ' ')
  const percent = unit === 'fraction' ? ' %' : ''
  const range =
    interval === undefined || n === 0
      ? ''
      : `; the true value likely lies between ${formatBare(interval.low, unit)} and ${formatBare(interval.high, unit)}${percent} (${formatTick(interval.confidence, 'fraction')} % interval)`
  const where = [attack === undefined ? '' : `by ${attack}`, formatSlice(slice)].filter((part) => part !== '')
  return `${words[0]?.toUpperCase()}${words.slice(1)}: ${measuredValue(measurement)}, over ${formatNumber(n)} ${denominator}${where.length === 0 ? '' : ` (${where.join(', ')})`}${range}.`
}

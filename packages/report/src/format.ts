// Numbers as words, the same in every report. A rounded number never claims more than was measured: a rate that
// is not zero is not printed as zero, one below one is not printed as 100 %, and what is not a number is `n/a`.
import type { Measurement } from '@failmode/core'

export const notAvailable = 'n/a'

/** A number with about three significant digits, or all digits of a whole number, with commas for thousands. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return notAvailable
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (Number.isInteger(value) && size < 1e15) return withCommas(String(value))
  if (size < 1e-4 || size >= 1e15)
    return value
      .toExponential(2)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e')
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(size)))
  return withCommas(withoutTrailingZeros(value.toFixed(decimals)))
}

/** A fraction in percent, without the sign: `4.5` for 0.045. */
export function formatPercent(fraction: number): string {
  if (!Number.isFinite(fraction)) return notAvailable
  const percent = fraction * 100
  const size = Math.abs(percent)
  const sign = percent < 0 ? '-' : ''
  if (size === 0 || size === 100) return `${sign}${size}`
  for (let decimals = 1; decimals <= 4; decimals++) {
    const text = size.toFixed(decimals)
    if (Number(text) !== 0 && Number(text) !== 100) return `${sign}${text}`
  }
  return size < 1 ? `${sign}<0.0001` : size < 100 ? `${sign}>99.9999` : `${sign}100.0`
}

/** A value in a unit: `4.5 %`, `1,200 queries`, `12`. */
export function formatValue(value: number, unit: string): string {
  if (!Number.isFinite(value)) return notAvailable
  if (unit === 'fraction') return `${formatPercent(value)} %`
  const text = formatNumber(value)
  return unit === 'count' || unit === '' ? text : `${text} ${unit}`
}

/** The value without its unit, for axes and cells that name the unit once. */
export function formatBare(value: number, unit: string): string {
  return unit === 'fraction' ? formatPercent(value) : formatNumber(value)
}

/** A round number beside an axis: 75, not 75.0. */
export function formatTick(value: number, unit: string): string {
  return formatNumber(unit === 'fraction' ? Number((value * 100).toPrecision(10)) : value)
}

/** `[2.4, 8.3]`, with the confidence where it is not the usual 95 %; empty without an interval. */
export function formatInterval(measurement: Pick<Measurement, 'interval' | 'unit'>): string {
  const { interval, unit } = measurement
  if (interval === undefined) return ''
  const ends = `[${formatBare(interval.low, unit)}, ${formatBare(interval.high, unit)}]`
  return interval.confidence === 0.95 ? ends : `${ends} at ${formatTick(interval.confidence, 'fraction')} %`
}

/** The value of a measurement with its unit; computed from nothing it is `n/a`, whatever number stands there. */
export function measuredValue({ value, unit, n }: Pick<Measurement, 'value' | 'unit' | 'n'>): string {
  return n === 0 ? notAvailable : formatValue(value, unit)
}

/** `robust-accuracy 4.5 % [2.4, 8.3] (n 200)` */
export function formatMeasurement(measurement: Measurement): string {
  const { name, n } = measurement
  const parts = [name, measuredValue(measurement), formatInterval(measurement), `(n ${formatNumber(n)})`]
  return parts.filter((part) => part !== '').join(' ')
}

/** `corruption fog, severity 3`; empty for a measurement over everything. */
export function formatSlice(slice: Measurement['slice']): string {
  return Object.entries(slice ?? {})
    .map(([key, value]) => `${key} ${typeof value === 'number' ? formatNumber(value) : value}`)
    .join(', ')
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  return bytes < 1e6 ? `${formatNumber(bytes / 1000)} kB` : `${formatNumber(bytes / 1e6)} MB`
}

/** `2026-11-23 14:02 UTC` of an ISO date and time in UTC. */
export function formatTime(iso: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?Z$/.exec(iso)
  return match === null ? iso : `${match[1]} ${match[2]} UTC`
}

export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${formatNumber(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${minutes} min ${Math.round(seconds - minutes * 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export function shortDigest(digest: string): string {
  return digest.slice(0, 12)
}

/** `1 finding`, `2 findings` */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatNumber(count)} ${count === 1 ? noun : plural}`
}

function withCommas(text: string): string {
  const [whole, fraction] = text.split('.') as [string, string?]
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

import { formatTick } from '../../format.ts'
import { ticks } from '../../ticks.ts'
import { each } from './each.tsx'

/** A measured value on a line: the bar is the interval, the dot the estimate. Positions are fractions of the axis. */
export interface TrackProps {
  readonly axis: readonly number[]
  readonly value: number
  readonly low?: number | undefined
  readonly high?: number | undefined
}

/** Drawn with percentages, so it takes any width without a script and without scaling its strokes. */
export function Track({ axis, value, low, high }: TrackProps) {
  const at = (number: number) => `${round(place(axis, number) * 100)}%`
  return (
    <svg className="track" width="100%" height="18" aria-hidden="true">
      {each(axis, (tick) => (
        <line x1={at(tick)} x2={at(tick)} y1="0" y2="18" className="grid" />
      ))}
      <line x1="0%" x2="100%" y1="9" y2="9" className="rail" />
      {low === undefined || high === undefined ? null : (
        <>
          <line x1={at(low)} x2={at(high)} y1="9" y2="9" className="bar" />
          <line x1={at(low)} x2={at(low)} y1="5" y2="13" className="cap" />
          <line x1={at(high)} x2={at(high)} y1="5" y2="13" className="cap" />
        </>
      )}
      <circle cx={at(value)} cy="9" r="4.5" className="dot" />
    </svg>
  )
}

/** The numbers under a stack of tracks. */
export function TrackAxis({ axis, unit }: { readonly axis: readonly number[]; readonly unit: string }) {
  return (
    <svg className="track-axis" width="100%" height="18" aria-hidden="true">
      {each(axis, (tick, i) => (
        <text
          x={`${round(place(axis, tick) * 100)}%`}
          y="13"
          textAnchor={i === 0 ? 'start' : i === axis.length - 1 ? 'end' : 'middle'}
        >
          {formatTick(tick, unit)}
          {i === axis.length - 1 && unit === 'fraction' ? ' %' : ''}
        </text>
      ))}
    </svg>
  )
}

/** The axis for values of a unit: a fraction's runs from 0 to 1 unless a value lies outside. */
export function axisFor(values: readonly number[], unit: string, wanted = 5): readonly number[] {
  const finite = values.filter(Number.isFinite)
  const low = Math.min(0, ...finite)
  const high = Math.max(unit === 'fraction' ? 1 : Number.NEGATIVE_INFINITY, ...finite)
  return unit === 'fraction' && low === 0 && high === 1
    ? Array.from({ length: wanted }, (_, i) => i / (wanted - 1))
    : ticks(low, high, wanted)
}

function place(axis: readonly number[], value: number): number {
  const first = axis[0] ?? 0
  const last = axis.at(-1) ?? 1
  const fraction = (value - first) / (last - first)
  return Number.isFinite(fraction) ? Math.min(1, Math.max(0, fraction)) : 0
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

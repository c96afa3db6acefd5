import type { DotsData } from '../../charts.ts'
import { formatInterval, measuredValue } from '../../format.ts'
import { each } from './each.tsx'
import { axisFor, Track, TrackAxis } from './track.tsx'

/** Estimates with their intervals under one another, on one axis. */
export function IntervalPlot({ unit, rows }: DotsData) {
  const axis = axisFor(
    rows.flatMap(({ measurement: { value, interval } }) => [
      value,
      ...(interval ? [interval.low, interval.high] : []),
    ]),
    unit,
  )
  return (
    <figure className="dots">
      {each(rows, ({ label, note, measurement }) => (
        <div className="dots-row">
          <span className="dots-label">
            <bdi>{label}</bdi>
            {note === '' ? null : <small>{note}</small>}
          </span>
          <Track
            axis={axis}
            value={measurement.value}
            low={measurement.interval?.low}
            high={measurement.interval?.high}
          />
          <span className="dots-value">
            {measuredValue(measurement)} <small>{formatInterval(measurement)}</small>
          </span>
        </div>
      ))}
      <div className="dots-row dots-axis">
        <span />
        <TrackAxis axis={axis} unit={unit} />
        <span />
      </div>
      <figcaption>
        Dot: estimate. Bar: interval. Axis {unit === 'fraction' ? 'in percent' : `in ${unit}`}.
      </figcaption>
    </figure>
  )
}

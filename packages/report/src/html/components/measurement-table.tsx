import type { Measurement } from '@failmode/core'
import { formatInterval, formatNumber, formatSlice, formatTick, measuredValue } from '../../format.ts'
import { each } from './each.tsx'

export interface MeasurementTableProps {
  readonly measurements: readonly Measurement[]
  /** Leaves the cost to the detail of the check. */
  readonly brief?: boolean
}

/** Every measurement with all that is needed to judge it: interval and method, n and what it counts, cost. */
export function MeasurementTable({ measurements, brief = false }: MeasurementTableProps) {
  const some = (has: (measurement: Measurement) => boolean) => measurements.some(has)
  const attack = some(({ attack }) => attack !== undefined)
  const slice = some(({ slice }) => slice !== undefined)
  const cost = !brief && some(({ cost }) => cost !== undefined)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
    <section className="scroll" tabIndex={0} aria-label="Measurements">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Measurement</th>
            <th scope="col" className="number">
              Value
            </th>
            <th scope="col">Interval</th>
            <th scope="col" className="number">
              n
            </th>
            <th scope="col">Counted over</th>
            {attack ? <th scope="col">Attack or stress</th> : null}
            {slice ? <th scope="col">Slice</th> : null}
            {cost ? <th scope="col">Cost</th> : null}
          </tr>
        </thead>
        <tbody>
          {each(measurements, (measurement) => (
            <tr>
              <th scope="row">
                <code>{measurement.name}</code>
              </th>
              <td className="number strong">{measuredValue(measurement)}</td>
              <td>
                {measurement.interval === undefined ? (
                  <span className="quiet">none given</span>
                ) : (
                  <>
                    <span className="figures">{formatInterval(measurement)}</span>{' '}
                    <small>
                      {formatTick(measurement.interval.confidence, 'fraction')} %{' '}
                      {measurement.interval.method}
                    </small>
                  </>
                )}
              </td>
              <td className="number">{formatNumber(measurement.n)}</td>
              <td>
                <bdi>{measurement.denominator}</bdi>
              </td>
              {attack ? <td>{measurement.attack}</td> : null}
              {slice ? (
                <td>
                  <bdi>{formatSlice(measurement.slice)}</bdi>
                </td>
              ) : null}
              {cost ? <td>{measurement.cost === undefined ? null : costText(measurement.cost)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

export function costText({
  queries,
  gradients,
}: {
  readonly queries: number
  readonly gradients: number
}): string {
  return gradients === 0
    ? `${formatNumber(queries)} queries`
    : `${formatNumber(queries)} queries, ${formatNumber(gradients)} gradients`
}

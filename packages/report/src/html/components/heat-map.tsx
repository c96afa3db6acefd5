import type { CSSProperties } from 'react'
import type { HeatMapData } from '../../charts.ts'
import { formatBare, formatMeasurement } from '../../format.ts'
import { each } from './each.tsx'

/** Share of the tint from which text has to change sides to keep a contrast of 4.5 to 1. */
const deepFrom = 0.69

/**
 * A measurement over two slice keys. It is a table with tinted cells: the numbers are there for a grey printer, a
 * screen reader and the clipboard, and the tint is for the eye.
 */
export function HeatMap({ title, unit, rowKey, columnKey, rows, columns, cells }: HeatMapData) {
  const values = cells.flat().flatMap((cell) => (cell === null ? [] : [cell.value]))
  const low = unit === 'fraction' ? Math.min(0, ...values) : Math.min(...values)
  const high = unit === 'fraction' ? Math.max(1, ...values) : Math.max(...values)
  const tint = (value: number) => (high === low ? 0.5 : (value - low) / (high - low))
  return (
    <figure className="heat">
      <figcaption>
        <bdi>{title}</bdi>, {rowKey} by {columnKey}
        {unit === 'fraction' ? ', in percent' : unit === '' ? '' : `, in ${unit}`}
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard */}
      <section className="scroll" tabIndex={0} aria-label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                {rowKey} <span aria-hidden="true">╲</span> {columnKey}
              </th>
              {each(columns, (column) => (
                <th scope="col">{column}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {each(rows, (row, i) => (
              <tr>
                <th scope="row">
                  <bdi>{row}</bdi>
                </th>
                {each(cells[i] ?? [], (cell) => {
                  if (cell === null) return <td className="missing" />
                  const share = tint(cell.value)
                  return (
                    <td
                      className={share > deepFrom ? 'deep' : undefined}
                      style={{ '--tint-share': `${Math.round(share * 100)}%` } as CSSProperties}
                      title={formatMeasurement(cell)}
                    >
                      {formatBare(cell.value, unit)}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </figure>
  )
}

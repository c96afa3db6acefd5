import { formatInterval, formatNumber, measuredValue } from '../../format.ts'
import { type ModeRow, notMeasured } from '../../table.ts'
import { outcomeWords } from '../../wording.ts'
import { modeAnchor } from '../anchors.ts'
import { each } from './each.tsx'
import { OutcomeLabel, OutcomeMark, SeverityChip } from './marks.tsx'
import { axisFor, Track } from './track.tsx'

interface ModesProps {
  readonly rows: readonly ModeRow[]
  /** Whether the page has a section for each mode. */
  readonly linked: boolean
}

/** The modes as a row of plates, the whole run in one look. */
export function ModeStrip({ rows, linked }: ModesProps) {
  return (
    <nav className="plates" aria-label="Outcome of each mode">
      {each(rows, (row) => {
        const { word, reading } = outcomeWords[row.outcome]
        return (
          <a
            href={linked ? `#${modeAnchor(row.slug)}` : '#modes'}
            className={`plate reads-${reading} ${row.rating === null ? '' : row.rating.waived ? 'waived' : `${row.rating.scale} ${row.rating.severity}`}`}
            title={`${row.name}: ${word}`}
          >
            <span className="plate-number">{row.number ?? '+'}</span>
            <OutcomeMark outcome={row.outcome} />
            <span className="hidden">{`${row.name}: ${word}`}</span>
          </a>
        )
      })}
    </nav>
  )
}

/** One row per mode. On a narrow screen a row becomes a card, so nothing has to be scrolled sideways. */
export function ModesTable({ rows, linked }: ModesProps) {
  return (
    <table className="modes">
      <thead>
        <tr>
          <th scope="col">
            <span className="hidden">Number</span>
          </th>
          <th scope="col">Failure mode</th>
          <th scope="col">Outcome</th>
          <th scope="col">Severity</th>
          <th scope="col">Headline measurement</th>
          <th scope="col">What it means here</th>
        </tr>
      </thead>
      <tbody>
        {each(rows, (row) => (
          <tr className={`reads-${outcomeWords[row.outcome].reading}`}>
            <td className="modes-number">{row.number ?? '+'}</td>
            <th scope="row" className="modes-name">
              {linked ? (
                <a href={`#${modeAnchor(row.slug)}`}>
                  <bdi>{row.name}</bdi>
                </a>
              ) : (
                <bdi>{row.name}</bdi>
              )}
            </th>
            <td className="modes-outcome">
              <OutcomeLabel outcome={row.outcome} />
            </td>
            <td className="modes-severity">
              {row.rating === null ? null : <SeverityChip {...row.rating} />}
            </td>
            <td className="modes-headline">
              <Headline row={row} />
            </td>
            <td className="modes-meaning">
              <bdi>{shortened(row.meaning)}</bdi>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Headline({ row: { measurement } }: { readonly row: ModeRow }) {
  if (measurement === null) return <span className="quiet">{notMeasured}</span>
  const { name, unit, value, interval, n } = measurement
  return (
    <>
      <span className="headline-name">{name}</span>
      <span className="headline-value">{measuredValue(measurement)}</span>{' '}
      <span className="headline-rest">
        {formatInterval(measurement)} n&nbsp;{formatNumber(n)}
      </span>
      {unit === 'fraction' && n > 0 ? (
        <Track axis={axisFor([value], unit, 3)} value={value} low={interval?.low} high={interval?.high} />
      ) : null}
    </>
  )
}

/** The table gives a line; the whole text stands in the mode's section. */
function shortened(text: string): string {
  return text.length <= 180 ? text : `${text.slice(0, 179).trimEnd()}…`
}

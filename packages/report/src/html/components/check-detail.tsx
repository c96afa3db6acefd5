import { box, type CheckResult, type Evidence } from '@failmode/core'
import { chartsOf } from '../../charts.ts'
import { counted } from '../../format.ts'
import type { Pictures } from '../../picture-budget.ts'
import { CurvePlot } from './curve-plot.tsx'
import { each } from './each.tsx'
import { EvidenceView } from './evidence.tsx'
import { HeatMap } from './heat-map.tsx'
import { IntervalPlot } from './interval-plot.tsx'
import { OutcomeLabel } from './marks.tsx'
import { costText, MeasurementTable } from './measurement-table.tsx'

export interface CheckDetailProps {
  readonly check: CheckResult
  readonly pictures: Pick<Pictures, 'uri'>
  /** Anchor of the finding that already shows this evidence. */
  readonly shownBy: (evidence: Evidence) => string | undefined
}

/** A longer table of measurements is folded, since the charts show it. */
const openRows = 12

/** One check: what it could touch, what came out, what it did not look at. */
export function CheckDetail({ check, pictures, shownBy }: CheckDetailProps) {
  const { heatMaps, curves, dots } = chartsOf(check.measurements)
  const evidence = check.measurements.flatMap((measurement) => measurement.evidence ?? [])
  const table = <MeasurementTable measurements={check.measurements} />
  return (
    <article className="check">
      <header>
        <OutcomeLabel outcome={check.outcome} />
        <h4>
          <bdi>{check.title}</bdi>
        </h4>
        <p className="meta">
          <code>{check.id}</code>
          {check.variant === null ? null : <span>variant {check.variant}</span>}
          {check.access === null ? null : (
            <>
              <span>{check.access} access</span>
              <span className="box-word">{box(check.access, check.knowledge)}</span>
            </>
          )}
          {check.knowledge.length === 0 ? null : <span>knows {check.knowledge.join(', ')}</span>}
          <span>{costText(check.cost)}</span>
        </p>
      </header>
      <p>
        <bdi>{check.reason}</bdi>
      </p>
      {each(dots, (data) => (
        <IntervalPlot {...data} />
      ))}
      <div className="exhibits">
        {each(heatMaps, (data) => (
          <HeatMap {...data} />
        ))}
        {each(curves, (data) => (
          <CurvePlot {...data} />
        ))}
        {each(evidence, (item) => {
          const anchor = shownBy(item)
          return anchor === undefined ? (
            <EvidenceView evidence={item} pictures={pictures} />
          ) : (
            <p className="quiet">
              <bdi>{item.title}</bdi>: <a href={`#${anchor}`}>shown with the finding</a>
            </p>
          )
        })}
      </div>
      {check.measurements.length === 0 ? null : check.measurements.length <= openRows ? (
        table
      ) : (
        <details>
          <summary>All {counted(check.measurements.length, 'measurement')}</summary>
          {table}
        </details>
      )}
      {check.detectable === null ? null : (
        <p className="detectable">
          <strong>Smallest effect this could have shown:</strong> <bdi>{check.detectable.text}</bdi>
        </p>
      )}
      {check.notCovered.length === 0 ? null : (
        <div className="not-covered">
          <strong>Not covered</strong>
          <ul>
            {each(check.notCovered, (text) => (
              <li>
                <bdi>{text}</bdi>
              </li>
            ))}
          </ul>
        </div>
      )}
    </article>
  )
}

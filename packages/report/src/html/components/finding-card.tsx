import type { Finding, Measurement, ModeResult } from '@failmode/core'
import { formatNumber } from '../../format.ts'
import type { Pictures } from '../../picture-budget.ts'
import type { ReportMitigation } from '../../report-catalogue.ts'
import { baselineWords, modeTitle, ratingText } from '../../wording.ts'
import { modeAnchor } from '../anchors.ts'
import { each } from './each.tsx'
import { EvidenceView } from './evidence.tsx'
import { SeverityChip } from './marks.tsx'
import { MeasurementTable } from './measurement-table.tsx'

export interface FindingCardProps {
  readonly finding: Finding
  readonly anchor: string
  readonly mode: ModeResult | undefined
  readonly barTitle: string
  readonly measurements: readonly Measurement[]
  readonly mitigations: readonly ReportMitigation[]
  readonly pictures: Pick<Pictures, 'uri'>
}

/** A finding shows this many measurements itself; the rest stand with the check. */
const shownMeasurements = 8

export function FindingCard(props: FindingCardProps) {
  const { finding, anchor, mode, measurements, mitigations, pictures } = props
  const { rule, waived } = finding
  const hasAside = rule.open.length > 0 || mitigations.length > 0
  return (
    <article
      id={anchor}
      className={`finding ${finding.scale} ${finding.severity}${waived === null ? '' : ' waived'}`}
    >
      <header>
        <SeverityChip severity={finding.severity} scale={finding.scale} waived={waived !== null} />
        <h3>
          <bdi>{finding.title}</bdi>
        </h3>
        <p className="meta">
          {mode === undefined ? (
            <bdi>{finding.mode}</bdi>
          ) : (
            <a href={`#${modeAnchor(mode.slug)}`}>
              <bdi>{modeTitle(mode)}</bdi>
            </a>
          )}
          {finding.variant === null ? null : <span>variant {finding.variant}</span>}
          <code>{finding.check}</code>
          <a href={`#${anchor}`} className="own-link">
            <code>{finding.id}</code>
          </a>
        </p>
      </header>
      {waived === null ? null : (
        <p className="waiver">
          <strong>Waived</strong> by <bdi>{waived.owner}</bdi> until {waived.until}:{' '}
          <bdi>{waived.reason}</bdi>
        </p>
      )}
      {finding.baseline === undefined ? null : (
        <p className="waiver">
          <strong>{baselineWords[finding.baseline.status]}</strong>: <bdi>{finding.baseline.reason}</bdi>
        </p>
      )}
      <section className="rating-rule">
        <h4>Why {ratingText(finding)}</h4>
        <p>
          <bdi>{rule.text}</bdi>
        </p>
        <p className="meta">
          <span>{props.barTitle}</span>
          <code>{rule.id}</code>
        </p>
      </section>
      <div className={hasAside ? 'finding-body with-aside' : 'finding-body'}>
        <div>
          <p className="lead">
            <bdi>{finding.description}</bdi>
          </p>
          {finding.evidence.length === 0 ? null : (
            <section>
              <h4>Evidence</h4>
              <div className="exhibits">
                {each(finding.evidence, (evidence) => (
                  <EvidenceView evidence={evidence} pictures={pictures} />
                ))}
              </div>
            </section>
          )}
          {measurements.length === 0 ? null : <Measured measurements={measurements} />}
          <section>
            <h4>Reproduce</h4>
            <pre className="command">
              <code>{finding.reproduce}</code>
            </pre>
          </section>
        </div>
        {hasAside ? (
          <aside>
            {rule.open.length === 0 ? null : <OpenFacts open={rule.open} />}
            {mitigations.length === 0 ? null : <Mitigations mitigations={mitigations} />}
          </aside>
        ) : null}
      </div>
    </article>
  )
}

function Measured({ measurements }: Pick<FindingCardProps, 'measurements'>) {
  const more = measurements.length - shownMeasurements
  return (
    <section>
      <h4>What was measured</h4>
      <MeasurementTable measurements={measurements.slice(0, shownMeasurements)} brief />
      {more <= 0 ? null : <p className="quiet">{formatNumber(more)} more in the detail of the mode.</p>}
    </section>
  )
}

function OpenFacts({ open }: { readonly open: Finding['rule']['open'] }) {
  return (
    <section>
      <h4>What could change the rating</h4>
      <ul className="open-facts">
        {each(open, ({ fact, question, effect }) => (
          <li>
            <bdi>{question}</bdi> <span className="quiet">Nobody answered. {effect}</span> <code>{fact}</code>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Mitigations({ mitigations }: Pick<FindingCardProps, 'mitigations'>) {
  return (
    <section>
      <h4>What can be done</h4>
      <ul className="mitigations">
        {each(mitigations, ({ id, title, text, phase }) => (
          <li>
            <strong>{title}</strong> <code>{id}</code> <small>{phase}</small>
            <br />
            {text}
          </li>
        ))}
      </ul>
    </section>
  )
}

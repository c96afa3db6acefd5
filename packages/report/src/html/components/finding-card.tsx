import type { Finding, Measurement } from '@failmode/core'
import type { FindingContext } from '../../briefs/brief.ts'
import { writeBrief } from '../../briefs/write-brief.ts'
import { formatNumber } from '../../format.ts'
import type { Pictures } from '../../picture-budget.ts'
import type { Audience } from '../../renderer.ts'
import { barTitle, mitigationWords, type ReportMitigation } from '../../report-catalogue.ts'
import { baselineWords, modeTitle, ratingText } from '../../wording.ts'
import { modeAnchor } from '../anchors.ts'
import { BriefBody } from './brief-body.tsx'
import { each } from './each.tsx'
import { EvidenceView } from './evidence.tsx'
import { SeverityChip } from './marks.tsx'
import { MeasurementTable } from './measurement-table.tsx'

export interface FindingCardProps {
  readonly context: FindingContext
  readonly anchor: string
  readonly audience: Audience | undefined
  /** Whether the page has a section for each mode. */
  readonly linked: boolean
  readonly pictures: Pick<Pictures, 'uri'>
}

/** A finding shows this many measurements itself; the rest stand with the check. */
const shownMeasurements = 8

export function FindingCard({ context, anchor, audience, linked, pictures }: FindingCardProps) {
  const { finding, mode } = context
  const { waived } = finding
  const brief = writeBrief(audience, context)
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
          {mode === undefined || !linked ? (
            <bdi>{mode === undefined ? finding.mode : modeTitle(mode)}</bdi>
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
      {each(context.doubts, ({ meaning }) => (
        <p className="waiver">
          <strong>In doubt</strong>: <bdi>{meaning}</bdi>
        </p>
      ))}
      {context.withoutAttacker === null ? null : (
        <p className="waiver">
          <strong>Without an attacker</strong>: <bdi>{context.withoutAttacker}</bdi>
        </p>
      )}
      {audience === 'policy' ? null : <RatingRule context={context} />}
      {brief === null ? (
        <EngineerBody context={context} pictures={pictures} />
      ) : (
        <div className="finding-body">
          <BriefBody sections={brief} />
          {audience === 'policy' ? null : <Exhibits finding={finding} pictures={pictures} />}
        </div>
      )}
    </article>
  )
}

function RatingRule({ context: { finding, catalogue } }: Pick<FindingCardProps, 'context'>) {
  const { rule } = finding
  return (
    <section className="rating-rule">
      <h4>Why {ratingText(finding)}</h4>
      <p>
        <bdi>{rule.text}</bdi>
      </p>
      <p className="meta">
        <span>
          <bdi>{barTitle(catalogue, rule.bar)}</bdi>
        </span>
        <code>{rule.id}</code>
      </p>
      {each(rule.elsewhere ?? [], ({ bar, severity, text }) => (
        <p className="quiet">
          <bdi>{barTitle(catalogue, bar)}</bdi> rates the same <strong>{severity}</strong>: <bdi>{text}</bdi>
        </p>
      ))}
    </section>
  )
}

function EngineerBody({ context, pictures }: Pick<FindingCardProps, 'context' | 'pictures'>) {
  const { finding, measurements, catalogue } = context
  const { rule } = finding
  const mitigations = mitigationWords(catalogue, finding.mitigations)
  const hasAside = rule.open.length > 0 || mitigations.length > 0
  return (
    <div className={hasAside ? 'finding-body with-aside' : 'finding-body'}>
      <div>
        <p className="lead">
          <bdi>{finding.description}</bdi>
        </p>
        <Exhibits finding={finding} pictures={pictures} />
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
  )
}

function Exhibits({ finding, pictures }: { readonly finding: Finding } & Pick<FindingCardProps, 'pictures'>) {
  if (finding.evidence.length === 0) return null
  return (
    <section>
      <h4>Evidence</h4>
      <div className="exhibits">
        {each(finding.evidence, (evidence) => (
          <EvidenceView evidence={evidence} pictures={pictures} />
        ))}
      </div>
    </section>
  )
}

function Measured({ measurements }: { readonly measurements: readonly Measurement[] }) {
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

function Mitigations({ mitigations }: { readonly mitigations: readonly ReportMitigation[] }) {
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

import type { Evidence, Finding, ModeResult } from '@failmode/core'
import { counted } from '../../format.ts'
import type { Pictures } from '../../picture-budget.ts'
import type { Audience } from '../../renderer.ts'
import type { ReportCatalogue, ReportMode } from '../../report-catalogue.ts'
import { outcomeWords, voiceNames } from '../../wording.ts'
import { modeAnchor } from '../anchors.ts'
import { CheckDetail } from './check-detail.tsx'
import { each } from './each.tsx'
import { OutcomeLabel, SeverityChip } from './marks.tsx'
import { MeasurementTable } from './measurement-table.tsx'
import { SafeLink } from './safe-link.tsx'

export interface ModeSectionProps {
  readonly mode: ModeResult
  readonly words: ReportMode | undefined
  readonly schemes: ReportCatalogue['schemes']
  readonly voices: readonly Audience[]
  readonly findings: readonly Finding[]
  readonly anchors: ReadonlyMap<Finding, string>
  readonly pictures: Pick<Pictures, 'uri'>
  readonly shownBy: (evidence: Evidence) => string | undefined
}

/** What one mode came to, then, folded, what it is and every check of it. */
export function ModeSection({
  mode,
  words,
  schemes,
  voices,
  findings,
  anchors,
  ...shared
}: ModeSectionProps) {
  return (
    <section id={modeAnchor(mode.slug)} className={`mode reads-${outcomeWords[mode.outcome].reading}`}>
      <header>
        <span className="mode-number">{mode.number ?? '+'}</span>
        <h3>
          <bdi>{mode.name}</bdi>
        </h3>
        <OutcomeLabel outcome={mode.outcome} />
      </header>
      <p>
        <bdi>{mode.reason}</bdi>
      </p>
      {findings.length === 0 ? null : (
        <ul className="mode-findings">
          {each(findings, (finding) => (
            <li>
              <SeverityChip
                severity={finding.severity}
                scale={finding.scale}
                waived={finding.waived !== null}
              />{' '}
              <a href={`#${anchors.get(finding)}`}>
                <bdi>{finding.title}</bdi>
              </a>
            </li>
          ))}
        </ul>
      )}
      {mode.measurements.length === 0 ? null : <MeasurementTable measurements={mode.measurements} />}
      {words === undefined ? null : (
        <details>
          <summary>What this mode is</summary>
          <p>{words.description}</p>
          <dl className="voices">
            {each(voices, (voice) => (
              <div>
                <dt>For the {voiceNames[voice]}</dt>
                <dd>{words.say[voice]}</dd>
              </div>
            ))}
          </dl>
          {words.crosswalk.length === 0 ? null : <Crosswalk words={words} schemes={schemes} />}
        </details>
      )}
      {mode.checks.length === 0 ? (
        <p className="quiet">No check looked at this mode.</p>
      ) : (
        <details>
          <summary>
            {counted(mode.checks.length, 'check')}: {outcomeSummary(mode)}
          </summary>
          {each(mode.checks, (check) => (
            <CheckDetail check={check} {...shared} />
          ))}
        </details>
      )}
    </section>
  )
}

function outcomeSummary(mode: ModeResult): string {
  const words = mode.checks.map((check) => outcomeWords[check.outcome].word.toLowerCase())
  return [...new Set(words)]
    .map((word) => `${words.filter((other) => other === word).length} ${word}`)
    .join(', ')
}

function Crosswalk({
  words,
  schemes,
}: {
  readonly words: ReportMode
  readonly schemes: ReportCatalogue['schemes']
}) {
  const used = schemes.filter(({ id }) => words.crosswalk.some((entry) => entry.scheme === id))
  return (
    <>
      <h5>The same elsewhere</h5>
      <ul className="crosswalk">
        {each(used, (scheme) => (
          <li>
            <SafeLink href={scheme.url}>{scheme.title}</SafeLink> <small>{scheme.version}</small>:{' '}
            {each(
              words.crosswalk.filter((entry) => entry.scheme === scheme.id),
              (entry, i) => (
                <span>
                  {i === 0 ? '' : ', '}
                  <code title={entry.name ?? undefined}>{entry.id}</code>
                  {entry.verified ? null : <small> (unverified)</small>}
                </span>
              ),
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

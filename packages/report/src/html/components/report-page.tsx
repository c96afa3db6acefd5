import { type Evidence, type Finding, outcomes, type RunDocument } from '@failmode/core'
import { findingContext } from '../../briefs/brief.ts'
import { decisionRecord } from '../../briefs/decision-record.ts'
import { counted, formatBytes, formatTime, shortDigest } from '../../format.ts'
import { notLookedAt } from '../../not-looked-at.ts'
import { leftOutWords, type Pictures } from '../../picture-budget.ts'
import type { Audience } from '../../renderer.ts'
import { barTitle, modeWords, type ReportCatalogue } from '../../report-catalogue.ts'
import { runAgain } from '../../run-again.ts'
import { findingsOf, modesTable } from '../../table.ts'
import {
  audiences,
  byRating,
  gateText,
  modeTitle,
  outcomeWords,
  standsAgainst,
  verdict,
  voiceNames,
} from '../../wording.ts'
import { findingAnchors, modeAnchor } from '../anchors.ts'
import { BlockView } from './brief-body.tsx'
import { each } from './each.tsx'
import { FindingCard } from './finding-card.tsx'
import { Logo, OutcomeMark } from './marks.tsx'
import { ModeSection } from './mode-section.tsx'
import { ModeStrip, ModesTable } from './modes-table.tsx'
import { Attribution, SanityList, SystemFacts } from './run-facts.tsx'

export interface ReportPageProps {
  readonly run: RunDocument
  readonly catalogue: ReportCatalogue
  readonly pictures: Pictures
  readonly audience: Audience | undefined
}

/** The whole report, without the frame of the document around it. */
export function ReportPage({ run, catalogue, pictures, audience }: ReportPageProps) {
  const rows = modesTable(run)
  const findings = [...run.findings].sort(byRating)
  const anchors = findingAnchors(findings)
  const shown = new Map<string, string>()
  for (const finding of findings) {
    for (const evidence of finding.evidence)
      shown.set(JSON.stringify(evidence), anchors.get(finding) as string)
  }
  const shownBy = (evidence: Evidence) => shown.get(JSON.stringify(evidence))
  const { detail, system } = shownTo(audience)
  const doubts = run.sanity.filter(standsAgainst)
  return (
    <>
      <Masthead run={run} audience={audience} />
      <main>
        <VerdictBanner run={run} />
        {detail ? null : <p className="section-lead">{testNotice}</p>}
        <ModeStrip rows={rows} linked={detail} />
        <nav className="contents" aria-label="Sections">
          <a href="#modes">Modes</a>
          <a href="#findings">Findings ({run.findings.length})</a>
          <a href="#gaps">Not looked at</a>
          <a href="#sanity">Sanity checks</a>
          {detail ? <a href="#detail">Every mode in detail</a> : null}
          {system ? <a href="#system">System</a> : null}
          <a href="#again">Run it again</a>
        </nav>
        <section id="modes">
          <h2>Failure modes</h2>
          <ModesTable rows={rows} linked={detail} />
          <Legend />
        </section>
        <section id="findings">
          <h2>Findings</h2>
          {findings.length === 0 ? (
            <p className="quiet">None. A mode that was not observed is no proof of safety.</p>
          ) : (
            each(findings, (finding) => (
              <FindingCard
                context={findingContext(run, catalogue, finding)}
                anchor={anchors.get(finding) as string}
                audience={audience}
                linked={detail}
                pictures={pictures}
              />
            ))
          )}
          <LeftOut pictures={pictures} />
        </section>
        {audience === 'responder' ? (
          <section id="record">
            <h2>The record of a decision</h2>
            <p className="section-lead">
              What a system should record about each decision of high impact, and what this run knows of it.
            </p>
            <BlockView block={{ kind: 'terms', rows: decisionRecord(run, catalogue) }} />
            <p className="quiet">{catalogue.decisionRecord.also}</p>
          </section>
        ) : null}
        <Gaps run={run} linked={detail} />
        <section id="sanity">
          <h2>Sanity checks</h2>
          <p className="section-lead">
            Tests of the measurements themselves. One that fired puts the results of its check in doubt.
          </p>
          {system ? (
            <SanityList entries={run.sanity} />
          ) : doubts.length === 0 ? (
            <p className="quiet">
              {run.sanity.length === 0
                ? 'No sanity check was part of this run.'
                : `None of ${run.sanity.length} gives reason to doubt the results.`}
            </p>
          ) : (
            <SanityList entries={doubts} />
          )}
        </section>
        {detail ? (
          <section id="detail">
            <h2>Every mode in detail</h2>
            {each(run.modes, (mode) => (
              <ModeSection
                mode={mode}
                words={modeWords(catalogue, mode.slug)}
                schemes={catalogue.schemes}
                voices={audience === undefined ? audiences : [audience]}
                findings={findingsOf(run, mode)}
                anchors={anchors as ReadonlyMap<Finding, string>}
                pictures={pictures}
                shownBy={shownBy}
              />
            ))}
          </section>
        ) : null}
        {system ? (
          <section id="system">
            <h2>System and environment</h2>
            <SystemFacts run={run} barTitle={barTitle(catalogue, run.bugBar)} />
          </section>
        ) : null}
        <section id="again">
          <h2>Run it again</h2>
          <p className="section-lead">
            The same seed, configuration, processor type and runtime give the same measurements.
          </p>
          <pre className="command">
            <code>{runAgain(run)}</code>
          </pre>
          {system ? null : (
            <p className="quiet">
              This run: {run.tool.name} {run.tool.version}, {run.environment.runtime} on{' '}
              {run.environment.platform}, <bdi>{run.environment.cpu}</bdi>.
            </p>
          )}
        </section>
      </main>
      <Attribution catalogue={catalogue} detailed={detail} />
    </>
  )
}

/** Who does not test models may take a result for an incident. */
const testNotice =
  'These are results of a test: what can happen to this system, not what has happened. Nothing here says that anybody has attacked it.'

/** Checks and their numbers are for the engineer; digests and versions for the responder as well. */
function shownTo(audience: Audience | undefined): { readonly detail: boolean; readonly system: boolean } {
  return { detail: audience === undefined || audience === 'engineer', system: audience !== 'policy' }
}

function Gaps({ run, linked }: { readonly run: RunDocument; readonly linked: boolean }) {
  const gaps = notLookedAt(run)
  return (
    <section id="gaps">
      <h2>What was not looked at</h2>
      {gaps.length === 0 ? (
        <p className="quiet">Every check of this version that fits the system ran, and left nothing out.</p>
      ) : (
        <dl className="gaps">
          {each(gaps, ({ mode, reasons }) => (
            <div>
              <dt>
                <OutcomeMark outcome={mode.outcome} />{' '}
                {linked ? (
                  <a href={`#${modeAnchor(mode.slug)}`}>
                    <bdi>{modeTitle(mode)}</bdi>
                  </a>
                ) : (
                  <bdi>{modeTitle(mode)}</bdi>
                )}
              </dt>
              {each(reasons, (reason) => (
                <dd>
                  <bdi>{reason}</bdi>
                </dd>
              ))}
            </div>
          ))}
        </dl>
      )}
    </section>
  )
}

function Masthead({ run, audience }: Pick<ReportPageProps, 'run' | 'audience'>) {
  const { system } = run
  const samples = Object.entries(system.data).map(
    ([split, { count }]) => `${split} ${counted(count, 'sample')}`,
  )
  return (
    <header className="masthead">
      <p className="brand">
        <Logo size={34} />
        <span>
          <b>failmode</b>{' '}
          <span className="brand-line">
            crash-test report{audience === undefined ? '' : ` for the ${voiceNames[audience]}`}
          </span>
        </span>
        <span className="brand-run">
          <code>{run.id}</code> {formatTime(run.createdAt)}
        </span>
      </p>
      <h1>
        <bdi>{system.name}</bdi>
      </h1>
      <p className="meta">
        <span>{system.task}</span>
        {system.model === null ? null : (
          <span>
            {system.model.kind} model <code>{shortDigest(system.model.digest)}</code>
          </span>
        )}
        {each(samples, (text) => (
          <span>
            <bdi>{text}</bdi>
          </span>
        ))}
        <span>{run.budget.name} budget</span>
        <span>seed {run.seed}</span>
      </p>
    </header>
  )
}

function VerdictBanner({ run }: { readonly run: RunDocument }) {
  const { tone, title, text, reasons } = verdict(run)
  return (
    <section className={`verdict ${tone}`} aria-label="Verdict">
      <h2>
        <bdi>{title}</bdi>
      </h2>
      <div>
        <p>{text}</p>
        {run.gate === null ? null : <p className="quiet">{gateText(run.gate)}</p>}
        {reasons.length === 0 ? null : (
          <ul>
            {each(reasons, (reason) => (
              <li>
                <bdi>{reason}</bdi>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  )
}

function Legend() {
  return (
    <details className="legend-box">
      <summary>What the outcomes mean</summary>
      <dl>
        {each(outcomes, (outcome) => (
          <div>
            <dt>
              <OutcomeMark outcome={outcome} /> {outcomeWords[outcome].word}
            </dt>
            <dd>{outcomeWords[outcome].meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

function LeftOut({ pictures }: { readonly pictures: Pictures }) {
  const { leftOut, embedded } = pictures
  if (leftOut.length === 0) return null
  const reasons = [...new Set(leftOut.map(({ reason }) => reason))]
  return (
    <details className="left-out">
      <summary>
        {counted(leftOut.length, 'picture')} left out of this file, {embedded} shown
      </summary>
      {each(reasons, (reason) => {
        const these = leftOut.filter((picture) => picture.reason === reason)
        const bytes = these.reduce((sum, picture) => sum + picture.bytes, 0)
        return (
          <p>
            {counted(these.length, 'picture')} ({formatBytes(bytes)}): {leftOutWords[reason]}.{' '}
            {each(these.slice(0, 20), ({ path }, i) => (
              <span>
                {i === 0 ? '' : ', '}
                <code>{path}</code>
              </span>
            ))}
            {these.length > 20 ? ` and ${these.length - 20} more` : ''}
          </p>
        )
      })}
      <p className="quiet">
        The rule: findings before measurements, the first eight of a strip before the rest.
      </p>
    </details>
  )
}

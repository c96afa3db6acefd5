import type { RunDocument, SanityEntry } from '@failmode/core'
import type { ReactNode } from 'react'
import { formatDuration, formatNumber } from '../../format.ts'
import type { ReportCatalogue } from '../../report-catalogue.ts'
import { estimatedGradients, sanityState, standsAgainst, transportText } from '../../wording.ts'
import { each } from './each.tsx'
import { SafeLink } from './safe-link.tsx'

/** Whether the measurements themselves can be trusted; what fired stands first. */
export function SanityList({ entries }: { readonly entries: readonly SanityEntry[] }) {
  if (entries.length === 0) return <p className="quiet">No sanity check was part of this run.</p>
  const weight = (entry: SanityEntry) => Number(entry.fired) + Number(standsAgainst(entry))
  const sorted = [...entries].sort((a, b) => weight(b) - weight(a))
  return (
    <ul className="sanity">
      {each(sorted, (entry) => (
        <li className={standsAgainst(entry) ? 'fired' : undefined}>
          <span className="sanity-state">{sanityState(entry)}</span>
          <span>
            <bdi>{entry.meaning}</bdi>{' '}
            {entry.settledBy === undefined ? null : (
              <>
                Settled by <bdi>{entry.settledBy}</bdi>.{' '}
              </>
            )}
            <span className="meta">
              <code>{entry.id}</code>
              {each(entry.concerns ?? [entry.check], (check) => (
                <>
                  {' '}
                  <code>{check}</code>
                </>
              ))}
            </span>
          </span>
        </li>
      ))}
    </ul>
  )
}

export function SystemFacts({ run, barTitle }: { readonly run: RunDocument; readonly barTitle: string }) {
  const { system, environment, timing } = run
  const { model } = system
  return (
    <div className="columns">
      <section>
        <h3>System under test</h3>
        <dl className="facts">
          <Fact name="Name">
            <bdi>{system.name}</bdi>
          </Fact>
          <Fact name="Task">{system.task}</Fact>
          <Fact name="Digest">
            <code>{system.digest}</code>
          </Fact>
          {system.config === null ? null : (
            <Fact name="Configuration">
              <code>{system.config}</code>
            </Fact>
          )}
          {model === null ? (
            <Fact name="Model">none</Fact>
          ) : (
            <>
              <Fact name="Model">
                {model.kind}, sample {model.sampleShape.join(' × ')}, {formatNumber(model.classes)} classes,
                gives {model.output}
              </Fact>
              <Fact name="Model digest">
                <code>{model.digest}</code>
              </Fact>
              {model.labels.length === 0 ? null : (
                <Fact name="Labels">
                  {each(model.labels.slice(0, 40), (label, i) => (
                    <span>
                      {i === 0 ? '' : ', '}
                      <bdi>{label}</bdi>
                    </span>
                  ))}
                  {model.labels.length > 40 ? ` and ${model.labels.length - 40} more` : ''}
                </Fact>
              )}
              <Fact name="Access">{model.access.join(', ')}</Fact>
              {each(Object.entries(model.missingAccess), ([access, why]) => (
                <Fact name={`No ${access} access`}>
                  <bdi>{why}</bdi>
                </Fact>
              ))}
              {model.note === undefined ? null : (
                <Fact name="To know">
                  <bdi>{model.note}</bdi>
                </Fact>
              )}
              {model.gradientNotes === undefined ? null : (
                <Fact name="Gradients">{estimatedGradients(model.gradientNotes)}</Fact>
              )}
            </>
          )}
          {each(Object.entries(system.data), ([split, { count, digest, labelled }]) => (
            <Fact name={`Data: ${split}`}>
              {formatNumber(count)} samples{labelled ? '' : ' without labels'} <code>{digest}</code>
            </Fact>
          ))}
          {system.artifacts.length === 0 ? null : (
            <Fact name="Artifacts">
              {each(system.artifacts, (path, i) => (
                <span>
                  {i === 0 ? '' : ', '}
                  <code>{path}</code>
                </span>
              ))}
            </Fact>
          )}
          {each(Object.entries(system.assets), ([fact, answer]) => (
            <Fact name={`Asset fact: ${fact}`}>
              <bdi>{typeof answer === 'boolean' ? (answer ? 'yes' : 'no') : answer}</bdi>
            </Fact>
          ))}
          {system.authorized === null ? null : (
            <Fact name="Authorised">
              by <bdi>{system.authorized.by}</bdi>, scope <bdi>{system.authorized.scope}</bdi>, until{' '}
              {system.authorized.until}
            </Fact>
          )}
        </dl>
      </section>
      <section>
        <h3>How it was run</h3>
        <dl className="facts">
          <Fact name="Tool">
            {run.tool.name} {run.tool.version}, catalogue {run.tool.catalogue}
          </Fact>
          <Fact name="Bug bar">{barTitle}</Fact>
          <Fact name="Budget">
            {run.budget.name}
            {run.budget.maxQueries === null ? '' : `, at most ${formatNumber(run.budget.maxQueries)} queries`}
          </Fact>
          <Fact name="Seed">
            <code>{run.seed}</code>
          </Fact>
          <Fact name="Run">
            <code>{run.id}</code>
          </Fact>
          <Fact name="Runtime">{environment.runtime}</Fact>
          <Fact name="Platform">
            {environment.platform}, <bdi>{environment.cpu}</bdi>
          </Fact>
          <Fact name="Workers">
            {environment.workers}, {environment.threadsPerWorker} threads each
          </Fact>
          {each(Object.entries(environment.libraries), ([library, version]) => (
            <Fact name={library}>{version}</Fact>
          ))}
          <Fact name="Took">
            {formatDuration(timing.seconds)}, {formatNumber(timing.steps)} steps,{' '}
            {formatNumber(timing.reusedSteps)} reused
          </Fact>
          {timing.transport === undefined ? null : <Fact name="Sent">{transportText(timing.transport)}</Fact>}
        </dl>
        {Object.keys(system.options).length === 0 ? null : (
          <details>
            <summary>Options of every probe</summary>
            <pre className="command">
              <code>{JSON.stringify(system.options, null, 2)}</code>
            </pre>
          </details>
        )}
      </section>
    </div>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>
        <bdi>{name}</bdi>
      </dt>
      <dd>{children}</dd>
    </>
  )
}

/** Whom the taxonomy comes from, under which licence, and what the report is not. */
export function Attribution({
  catalogue,
  detailed,
}: {
  readonly catalogue: ReportCatalogue
  /** Whether the page shows identifiers of other lists. */
  readonly detailed: boolean
}) {
  const { notices, documents, safetyScale } = catalogue
  return (
    <footer className="attribution">
      <p>{notices.attribution}</p>
      <ul>
        {each(documents, ({ title, authors, published, url, licence }) => (
          <li>
            <SafeLink href={url}>{title}</SafeLink>, {authors.join(', ')}, {published},{' '}
            <SafeLink href={licence.url}>{licence.name}</SafeLink>
          </li>
        ))}
      </ul>
      <p>
        {safetyScale.title}: {safetyScale.notice}
      </p>
      {detailed ? <p>{notices.crosswalk}</p> : null}
      <p>{notices.legal}</p>
    </footer>
  )
}

// SARIF 2.1.0 (OASIS, errata 01), for code scanning. The 17 published modes are a standard taxonomy of the run
// (3.19.3, `run.taxonomies`), each check is a rule that belongs to one taxon, and each finding is a result. What
// could not be observed is no result: it is a notification of the invocation, where a viewer shows it as a problem
// of the analysis rather than as a clean bill. No evidence goes in, so a SARIF file can be uploaded anywhere.
import type { CheckResult, Finding, ModeResult, RunDocument } from '@failmode/core'
import { box } from '@failmode/core'
import { formatMeasurement } from './format.ts'
import { mapStrings } from './map-strings.ts'
import type { RenderOptions } from './renderer.ts'
import { withoutDirectory } from './share-safe.ts'
import { oneLine, visibleText } from './visible-text.ts'
import { outcomeWords, type Rating, ratingText, standsAgainst } from './wording.ts'

/** Names the taxonomy for good: consumers match on it, so it never changes. */
const taxonomy = { name: 'failure-modes-2019', guid: '6f1d5d0e-9a3b-4c57-8b57-2f0c7a4be719' }
const driver = { name: 'failmode', guid: '0b7a8c1e-4f5d-4d3a-9d6e-51c2e8f3a604' }

type Level = 'error' | 'warning' | 'note'

const levels: Readonly<Record<Rating['scale'], Readonly<Record<string, Level>>>> = {
  sdl: { critical: 'error', important: 'error', moderate: 'warning', low: 'note' },
  safety: { high: 'error', medium: 'warning', low: 'note' },
}
/** 0 to 100, for ordering (3.27.25). */
const ranks: Readonly<Record<Rating['scale'], Readonly<Record<string, number>>>> = {
  sdl: { critical: 100, important: 75, moderate: 50, low: 25 },
  safety: { high: 75, medium: 50, low: 25 },
}

export function renderSarif(given: RunDocument, options: Pick<RenderOptions, 'catalogue'>): string {
  const run = mapStrings(given, visibleText)
  const published = run.modes.filter((mode) => mode.number !== null)
  const added = run.modes.filter((mode) => mode.number === null)
  const checks = run.modes.flatMap((mode) => mode.checks.map((check) => ({ mode, check })))
  const ruleIndex = new Map(checks.map(({ check }, index) => [check.id, index]))
  const document =
    options.catalogue.documents.find(({ id }) => id === taxonomy.name) ?? options.catalogue.documents[0]
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            ...driver,
            version: run.tool.version,
            supportedTaxonomies: [
              { ...taxonomy, index: 0 },
              ...(added.length === 0 ? [] : [{ name: driver.name, guid: driver.guid }]),
            ],
            rules: checks.map(({ mode, check }) => rule(mode, check)),
            ...(added.length === 0 ? {} : { taxa: added.map((mode) => taxon(mode, options)) }),
          },
        },
        taxonomies: [
          {
            ...taxonomy,
            fullName: document?.title ?? 'Failure Modes in Machine Learning',
            organization: 'Microsoft Corporation and the Berkman Klein Center for Internet & Society',
            shortDescription: { text: plain(options.catalogue.notices.attribution) },
            ...(document === undefined ? {} : { informationUri: document.url }),
            isComprehensive: true,
            taxa: published.map((mode) => taxon(mode, options)),
          },
        ],
        automationDetails: { id: `failmode/${encodeURIComponent(oneLine(run.system.name))}/` },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: run.complete && checks.every(({ check }) => check.outcome !== 'error'),
            toolExecutionNotifications: notifications(run, ruleIndex),
          },
        ],
        results: run.findings.map((finding) => result(run, finding, ruleIndex)),
        properties: {
          runId: run.id,
          seed: run.seed,
          budget: run.budget.name,
          systemDigest: run.system.digest,
          complete: run.complete,
          outcomes: Object.fromEntries(run.modes.map((mode) => [mode.slug, mode.outcome])),
        },
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function taxon(mode: ModeResult, { catalogue }: Pick<RenderOptions, 'catalogue'>) {
  const words = catalogue.modes.find(({ slug }) => slug === mode.slug)
  return {
    id: mode.slug,
    name: plain(mode.name),
    shortDescription: { text: plain(words?.overview ?? mode.name) },
    ...(words === undefined ? {} : { fullDescription: { text: plain(words.description) } }),
    properties: {
      number: mode.number,
      ...(words === undefined ? {} : { kind: words.kind, compromises: words.compromises }),
    },
  }
}

/** `name` and `guid` of the component that holds a mode's taxon. */
function holder(mode: Pick<ModeResult, 'number'>) {
  return mode.number === null ? driver : taxonomy
}

function rule(mode: ModeResult, check: CheckResult) {
  return {
    id: check.id,
    shortDescription: { text: plain(check.title) },
    // "superset": the taxon holds everything the rule reports (3.53.3).
    relationships: [{ target: { id: mode.slug, toolComponent: holder(mode) }, kinds: ['superset'] }],
    properties: {
      mode: mode.slug,
      outcome: check.outcome,
      ...(check.variant === null ? {} : { variant: check.variant }),
      ...(check.access === null ? {} : { access: check.access, box: box(check.access, check.knowledge) }),
      measurements: check.measurements
        .filter((measurement) => measurement.slice === undefined)
        .map(formatMeasurement),
      tags: [mode.slug],
    },
  }
}

/** SARIF 2.1.0, 3.27.24. */
const baselineStates = {
  new: 'new',
  worse: 'updated',
  known: 'unchanged',
  'within-noise': 'unchanged',
} as const

function result(run: RunDocument, finding: Finding, ruleIndex: ReadonlyMap<string, number>) {
  const index = ruleIndex.get(finding.check)
  const mode = run.modes.find(({ slug }) => slug === finding.mode) ?? { number: null }
  return {
    ruleId: finding.check,
    ...(index === undefined ? {} : { ruleIndex: index }),
    kind: 'fail',
    level: levels[finding.scale][finding.severity] ?? 'warning',
    rank: ranks[finding.scale][finding.severity] ?? 50,
    message: {
      text: plain(
        `${finding.title}. ${finding.description} Rated ${ratingText(finding)}: ${finding.rule.text}`,
      ),
    },
    locations: locations(run, finding),
    partialFingerprints: { 'failmodeFinding/v1': finding.fingerprint },
    taxa: [{ id: finding.mode, toolComponent: holder(mode) }],
    ...(finding.baseline === undefined ? {} : { baselineState: baselineStates[finding.baseline.status] }),
    ...(finding.waived === null
      ? {}
      : {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: plain(
                `${finding.waived.reason} (owner ${finding.waived.owner}, until ${finding.waived.until})`,
              ),
            },
          ],
        }),
    properties: {
      findingId: finding.id,
      severity: finding.severity,
      scale: finding.scale,
      bar: finding.rule.bar,
      rule: finding.rule.id,
      variant: finding.variant,
      openFacts: finding.rule.open.map(({ fact }) => fact),
      measurements: finding.measurements,
      mitigations: finding.mitigations,
      reproduce: finding.reproduce,
    },
  }
}

/** The files the finding is about, else the configuration that names the system; always the system by name. */
function locations(run: RunDocument, finding: Finding) {
  const logicalLocations = [
    { name: oneLine(run.system.name), fullyQualifiedName: oneLine(run.system.name), kind: 'module' },
  ]
  const files = finding.evidence.flatMap((evidence) => (evidence.kind === 'file' ? [evidence.path] : []))
  const paths = files.length > 0 ? [...new Set(files)] : run.system.config === null ? [] : [run.system.config]
  const physical = paths.flatMap((path) => {
    const uri = relativeUri(path)
    return uri === ''
      ? []
      : [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } }, logicalLocations }]
  })
  return physical.length > 0 ? physical : [{ logicalLocations }]
}

/** A path as a relative URI reference: never a scheme, a root, a drive or a step up. */
export function relativeUri(path: string): string {
  const outside = /^(\/|~\/|[A-Za-z]:[\\/]|\\\\|file:)/.test(path) || path.split(/[\\/]/).includes('..')
  return (outside ? withoutDirectory(path) : path)
    .split(/[\\/]/)
    .filter((part) => part !== '' && part !== '.')
    .map((part) => encodeURIComponent(visibleText(part)))
    .join('/')
}

function notifications(run: RunDocument, ruleIndex: ReadonlyMap<string, number>) {
  const noted: { level: Level; message: { text: string }; associatedRule?: { id: string; index: number } }[] =
    []
  const about = (id: string) => {
    const index = ruleIndex.get(id)
    return index === undefined ? {} : { associatedRule: { id, index } }
  }
  for (const mode of run.modes) {
    if (mode.checks.length === 0 && outcomeWords[mode.outcome].reading === 'unobserved') {
      noted.push({ level: 'note', message: { text: plain(`${mode.name} was not observed: ${mode.reason}`) } })
    }
    for (const check of mode.checks) {
      const { word, reading } = outcomeWords[check.outcome]
      if (reading !== 'unobserved') continue
      const level =
        check.outcome === 'error' ? 'error' : check.outcome === 'inconclusive' ? 'warning' : 'note'
      noted.push({
        level,
        message: { text: plain(`${check.id}: ${word}. ${check.reason}`) },
        ...about(check.id),
      })
    }
  }
  for (const entry of run.sanity.filter(standsAgainst)) {
    noted.push({ level: 'warning', message: { text: plain(entry.meaning) }, ...about(entry.check) })
  }
  if (!run.complete)
    noted.push({ level: 'error', message: { text: 'The run was interrupted and can be resumed.' } })
  return noted
}

/** Text in which nothing reads as SARIF's embedded link `[text](target)` (3.11.6). */
function plain(text: string): string {
  return /\]\(/.test(text) ? text.replace(/[[\]]/g, '\\$&') : text
}

// Puts the parts together and checks that they fit: every number, id and name that one part uses must exist in another.
// The same door takes a mode from a plugin: one data file, checked by the same schema and the same rules, and the new
// mode stands beside the seventeen. A catalogue is frozen, and extending it gives a new one.
import * as z from 'zod'
import { bibliography } from './bibliography.ts'
import { bugBars, severityOpinions } from './bug-bars.ts'
import { CatalogueError } from './catalogue-error.ts'
import { corrections } from './corrections.ts'
import { crosswalkSchemes } from './crosswalk-schemes.ts'
import { decisionRecord, documents } from './documents.ts'
import { glossary } from './glossary.ts'
import { measures } from './measures.ts'
import { mitigations } from './mitigations.ts'
import perturbation from './modes/01-perturbation.ts'
import poisoning from './modes/02-poisoning.ts'
import modelInversion from './modes/03-model-inversion.ts'
import membershipInference from './modes/04-membership-inference.ts'
import modelStealing from './modes/05-model-stealing.ts'
import reprogramming from './modes/06-reprogramming.ts'
import physicalAdversarialExample from './modes/07-physical-adversarial-example.ts'
import maliciousProvider from './modes/08-malicious-provider.ts'
import supplyChain from './modes/09-supply-chain.ts'
import backdoor from './modes/10-backdoor.ts'
import softwareDependencies from './modes/11-software-dependencies.ts'
import rewardHacking from './modes/12-reward-hacking.ts'
import sideEffects from './modes/13-side-effects.ts'
import distributionalShift from './modes/14-distributional-shift.ts'
import naturalAdversarialExamples from './modes/15-natural-adversarial-examples.ts'
import commonCorruption from './modes/16-common-corruption.ts'
import incompleteTesting from './modes/17-incomplete-testing.ts'
import { ratingFacts } from './rating-facts.ts'
import { safetyScale } from './safety-scale.ts'
import { Catalogue, type CatalogueInput, type FailureMode, ModeFile } from './schema.ts'
import { techniques } from './techniques.ts'
import { considerations, threatPrompts } from './threat-prompts.ts'
import { triage } from './triage-guide.ts'
import { triageProblems } from './triage-problems.ts'

/** Checks a catalogue and returns it frozen. Throws `catalogue-inconsistent` with everything that is wrong. */
export function createCatalogue(parts: CatalogueInput): Catalogue {
  const parsed = Catalogue.safeParse(parts)
  const problems = parsed.success ? inconsistencies(parsed.data) : [z.prettifyError(parsed.error)]
  if (!parsed.success || problems.length > 0) {
    throw new CatalogueError(
      'catalogue-inconsistent',
      `The catalogue does not fit together:\n${problems.join('\n')}`,
      'Correct the data. Every id, number and name that is used must be defined exactly once.',
    )
  }
  return deepFreeze(parsed.data)
}

/**
 * A new catalogue with modes added from data files, such as parsed JSON. Such a mode has no number. Throws
 * `catalogue-mode-invalid` if a file does not have the shape of `ModeFile`, `catalogue-inconsistent` if it does not fit.
 */
export function extendCatalogue(base: Catalogue, ...modeFiles: readonly unknown[]): Catalogue {
  let extended: CatalogueInput = base
  for (const file of modeFiles) {
    const { brings, ...mode } = readModeFile(file)
    extended = {
      ...extended,
      modes: [...extended.modes, mode],
      mitigations: [...extended.mitigations, ...(brings?.mitigations ?? [])],
      threatPrompts: [...extended.threatPrompts, ...(brings?.threatPrompts ?? [])],
      schemes: [...extended.schemes, ...(brings?.schemes ?? [])],
      glossary: [...extended.glossary, ...(brings?.glossary ?? [])],
      techniques: [...extended.techniques, ...(brings?.techniques ?? [])],
      measures: [...extended.measures, ...(brings?.measures ?? [])],
    }
  }
  return createCatalogue(extended)
}

function readModeFile(file: unknown): ModeFile {
  const parsed = ModeFile.safeParse(file)
  if (!parsed.success) {
    throw new CatalogueError(
      'catalogue-mode-invalid',
      `The data file of a failure mode is not valid:\n${z.prettifyError(parsed.error)}`,
      'Compare it with the JSON Schema that modeFileJsonSchema() returns.',
      { cause: parsed.error },
    )
  }
  if (parsed.data.number !== null) {
    throw new CatalogueError(
      'catalogue-mode-invalid',
      `The mode "${parsed.data.slug}" claims number ${parsed.data.number}.`,
      'Only the seventeen published modes have numbers. Set "number" to null.',
    )
  }
  return parsed.data
}

/** The seventeen modes and everything known of them. */
export const catalogue: Catalogue = createCatalogue({
  format: 'failmode-catalogue/1',
  title: 'Failure modes in machine learning',
  asOf: '2026-11-23',
  notices: {
    attribution:
      'Restates, in its own words and with corrections, facts from the documents below, by Microsoft and the Berkman Klein Center that are licensed CC BY 4.0. Not endorsed by their authors.',
    legal:
      'Legal notes are opinions at a date and in a jurisdiction, each with its source. They are no legal advice.',
    crosswalk:
      'Identifiers of other lists: that one fits a mode is our own choice; no official mapping exists. "Verified" says only that the identifier was seen in the stated edition.',
  },
  documents,
  modes: [
    perturbation,
    poisoning,
    modelInversion,
    membershipInference,
    modelStealing,
    reprogramming,
    physicalAdversarialExample,
    maliciousProvider,
    supplyChain,
    backdoor,
    softwareDependencies,
    rewardHacking,
    sideEffects,
    distributionalShift,
    naturalAdversarialExamples,
    commonCorruption,
    incompleteTesting,
  ],
  references: bibliography,
  mitigations,
  considerations,
  threatPrompts,
  bugBars,
  severityOpinions,
  ratingFacts,
  safetyScale,
  schemes: crosswalkSchemes,
  glossary,
  techniques,
  measures,
  corrections,
  decisionRecord,
  triage,
})

export function modeBySlug(slug: string, within: Catalogue = catalogue): FailureMode | undefined {
  return within.modes.find((mode) => mode.slug === slug)
}

/** By number, 1 to 17. */
export function modeByNumber(number: number, within: Catalogue = catalogue): FailureMode | undefined {
  return within.modes.find((mode) => mode.number === number)
}

function inconsistencies(c: Catalogue): string[] {
  const problems: string[] = []
  const unique = (what: string, ids: readonly (string | number)[]) => {
    const seen = new Set<string | number>()
    for (const id of ids) {
      if (seen.has(id)) problems.push(`${what} "${id}" is defined twice.`)
      seen.add(id)
    }
    return seen
  }
  const resolve = (
    where: string,
    what: string,
    defined: ReadonlySet<string | number>,
    used: readonly (string | number)[],
  ) => {
    for (const id of used)
      if (!defined.has(id)) problems.push(`${where} refers to ${what} "${id}", which does not exist.`)
  }

  const documentIds = unique(
    'Document',
    c.documents.map((d) => d.id),
  )
  const slugs = unique(
    'Mode',
    c.modes.map((m) => m.slug),
  )
  unique(
    'Mode number',
    c.modes.flatMap((m) => m.number ?? []),
  )
  const variantIds = unique(
    'Variant',
    c.modes.flatMap((m) => m.variants.map((v) => v.id)),
  )
  const referenceNumbers = unique(
    'Reference',
    c.references.map((r) => r.number),
  )
  const mitigationIds = unique(
    'Mitigation',
    c.mitigations.map((m) => m.id),
  )
  const considerationIds = unique(
    'Consideration',
    c.considerations.map((x) => x.id),
  )
  const promptIds = unique(
    'Threat prompt',
    c.threatPrompts.map((p) => p.id),
  )
  const schemeIds = unique(
    'Crosswalk scheme',
    c.schemes.map((s) => s.id),
  )
  const termIds = unique(
    'Glossary term',
    c.glossary.map((t) => t.id),
  )
  unique(
    'Correction',
    c.corrections.map((x) => x.id),
  )
  unique(
    'Bug bar',
    c.bugBars.map((b) => b.id),
  )
  unique(
    'Rating fact',
    c.ratingFacts.map((f) => f.name),
  )

  const notes = new Map<string, string>()
  for (const mode of c.modes) {
    const where = `Mode "${mode.slug}"`
    resolve(where, 'mode', slugs, [...mode.extends, ...mode.supersededBy])
    resolve(
      where,
      'reference',
      referenceNumbers,
      mode.scenarios.flatMap((s) => s.references),
    )
    resolve(where, 'mitigation', mitigationIds, mode.mitigations)
    resolve(
      where,
      'crosswalk scheme',
      schemeIds,
      mode.crosswalk.map((e) => e.scheme),
    )
    unique(`${where}: mitigation`, mode.mitigations)
    unique(
      `${where}: crosswalk entry`,
      mode.crosswalk.map((e) => `${e.scheme} ${e.id}`),
    )
    unique(
      `${where}: legal note`,
      mode.legalNotes.map((n) => n.id),
    )
    for (const note of mode.legalNotes) {
      const content = JSON.stringify(note)
      if ((notes.get(note.id) ?? content) !== content)
        problems.push(`Legal note "${note.id}" differs between modes.`)
      notes.set(note.id, content)
    }
  }
  for (const m of c.mitigations) {
    resolve(`Mitigation "${m.id}"`, 'mitigation', mitigationIds, [
      ...m.sameAs,
      ...(m.partOf ? [m.partOf] : []),
    ])
  }
  for (const x of c.considerations) resolve(`Consideration "${x.id}"`, 'mode', slugs, x.modes)
  for (const p of c.threatPrompts) {
    const where = `Threat prompt "${p.id}"`
    resolve(where, 'mode', slugs, p.modes)
    resolve(where, 'consideration', considerationIds, [p.consideration])
    resolve(where, 'threat prompt', promptIds, p.parent ? [p.parent] : [])
  }
  for (const bar of c.bugBars) {
    const rowIds = unique(
      `${bar.id}: row`,
      bar.rows.map((r) => r.id),
    )
    resolve(`Bug bar "${bar.id}"`, 'document', documentIds, bar.document === null ? [] : [bar.document])
    for (const row of bar.rows) {
      resolve(`Row "${row.id}" of ${bar.id}`, 'mode', slugs, row.modes)
      resolve(`Row "${row.id}" of ${bar.id}`, 'variant', variantIds, row.variants)
    }
    for (const rule of bar.rules) resolve(`Rule "${rule.id}"`, 'row', rowIds, [rule.row])
  }
  const facts = new Map(c.ratingFacts.map((f) => [f.name, f.answers] as const))
  for (const rules of [...c.bugBars.map((b) => b.rules), c.safetyScale.rules]) {
    unique(
      'Rule',
      rules.map((r) => r.id),
    )
    for (const rule of rules) {
      resolve(`Rule "${rule.id}"`, 'mode', slugs, rule.modes ?? [])
      resolve(`Rule "${rule.id}"`, 'variant', variantIds, rule.variants ?? [])
      for (const { fact, is } of rule.when) {
        for (const answer of is) {
          if (!facts.get(fact)?.includes(answer))
            problems.push(`Rule "${rule.id}" asks for ${fact} = ${answer}.`)
        }
      }
    }
  }
  for (const o of c.severityOpinions) resolve('A severity opinion', 'mode', slugs, o.modes)
  for (const t of c.glossary) resolve(`Glossary term "${t.id}"`, 'glossary term', termIds, t.see)
  for (const t of c.techniques) resolve(`Technique "${t.id}"`, 'mode', slugs, t.modes)
  // Names are looked up without regard to case, and modes and variants come first: what has their name is never found.
  const taken = new Set(
    c.modes
      .flatMap((m) => [m.slug, m.name, m.summaryName, ...m.variants.flatMap((v) => [v.id, v.slug, v.name])])
      .map((name) => name.toLowerCase()),
  )
  const found = unique('Technique or measure', [
    ...c.techniques.flatMap((t) => [
      ...new Set([t.id, t.name, ...t.aliases].map((name) => name.toLowerCase())),
    ]),
    ...c.measures.map((m) => m.name),
  ])
  for (const name of found)
    if (taken.has(String(name)))
      problems.push(`Technique or measure "${name}" has the name of a mode or variant.`)
  for (const x of c.corrections) {
    resolve(`Correction "${x.id}"`, 'document', documentIds, [x.document])
    resolve(`Correction "${x.id}"`, 'mode', slugs, x.modes)
  }
  resolve('The decision record', 'document', documentIds, [c.decisionRecord.source])
  unique(
    'Triage question',
    c.triage.questions.map((q) => q.id),
  )
  for (const { mode, variant } of c.triage.symptoms) {
    resolve(`The symptoms of "${mode}"`, 'mode', slugs, [mode])
    resolve(`The symptoms of "${mode}"`, 'variant', variantIds, variant === null ? [] : [variant])
  }
  for (const { id, yes, no } of c.triage.questions) {
    for (const reading of [yes, no]) {
      const named = [...reading.supports, ...reading.against, ...reading.rulesOut]
      unique(`Triage question "${id}": mode`, named)
      resolve(`Triage question "${id}"`, 'mode', slugs, named)
      resolve(`Triage question "${id}"`, 'variant', variantIds, reading.variants)
    }
  }
  return [...problems, ...triageProblems(c)]
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze)
    Object.freeze(value)
  }
  return value
}

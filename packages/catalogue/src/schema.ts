// The shape of everything the catalogue holds. The schemas are the single definition: the TypeScript types are
// inferred from them, the JSON Schema is generated from them, and a mode that comes from a data file is checked
// by them. Every statement carries how well it is known (`provenance`), because lawyers and responders read these
// texts in reports and must be able to tell a checked fact from our own reading.
import { z } from 'zod'

const text = z.string().min(1)
const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
const webAddress = z.string().regex(/^https:\/\/\S+$/)
/** Year, year and month, or full date. */
const date = z.string().regex(/^\d{4}(-\d{2}(-\d{2})?)?$/)
const list = <T extends z.ZodType>(item: T) => z.array(item).readonly()
const record = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape).readonly()

/**
 * How well a statement is known. `verified`: seen in the source itself; `secondary`: known from a copy or summary;
 * `derived`: our own combination or reading; `memory`: not looked up, so never shown as checked.
 */
export const Provenance = z.enum(['verified', 'secondary', 'derived', 'memory'])
export type Provenance = z.infer<typeof Provenance>

/** Severities of the bug bars, from least to most harmful. */
export const severities = ['low', 'moderate', 'important', 'critical'] as const
export const Severity = z.enum(severities)
export type Severity = z.infer<typeof Severity>

/** Levels of our own safety scale, from least to most harmful. */
export const safetyLevels = ['low', 'medium', 'high'] as const
export const SafetyLevel = z.enum(safetyLevels)
export type SafetyLevel = z.infer<typeof SafetyLevel>

/** STRIDE letters: spoofing, tampering, repudiation, information disclosure, denial of service, elevation of privilege. */
export const StrideLetter = z.enum(['S', 'T', 'R', 'I', 'D', 'E'])
export type StrideLetter = z.infer<typeof StrideLetter>

/** The same thing in the words of each audience. */
const say = record({ engineer: text, responder: text, policy: text })

/** A document whose facts the catalogue restates in its own words. */
export const SourceDocument = record({
  id: slug,
  title: text,
  authors: list(text),
  published: date,
  /** Which edition the catalogue follows, in words. */
  edition: text,
  url: webAddress,
  /** `owner/repository@commit:path` of that edition; null when the live page was read. */
  location: text.nullable(),
  licence: record({ name: text, url: webAddress }),
})
export type SourceDocument = z.infer<typeof SourceDocument>

/** An entry of the corrected bibliography. Scenarios cite it by `number`. */
export const Reference = record({
  number: z.number().int().positive(),
  citation: text,
  url: webAddress.nullable(),
  usedIn: text,
  provenance: Provenance,
  note: text.nullable().default(null),
})
export type Reference = z.infer<typeof Reference>

/** A defect of a source document and what the catalogue says instead. */
export const Correction = record({
  id: slug,
  document: slug,
  modes: list(slug),
  defect: text,
  correction: text,
  provenance: Provenance,
})
export type Correction = z.infer<typeof Correction>

/** A sub-case of a mode that a bug bar rates apart. */
export const Variant = record({
  id: text,
  slug,
  name: text,
  description: text,
  /** The attack on ordinary software that it resembles. */
  parallel: text,
  stride: list(StrideLetter),
})
export type Variant = z.infer<typeof Variant>

export const KnowledgeTag = z.enum(['black-box', 'grey-box', 'white-box'])
export type KnowledgeTag = z.infer<typeof KnowledgeTag>

/** An illustration of a mode. `tags` is empty where the source gives no black-box or white-box label. */
export const Scenario = record({
  text,
  tags: list(KnowledgeTag),
  tagNote: text.nullable().default(null),
  /** Numbers in the corrected bibliography. */
  references: list(z.number().int().positive()),
  /** Sources outside the bibliography, for modes added later. */
  sources: list(record({ citation: text, url: webAddress })).default([]),
  /** What was wrong in the source, where the text here departs from it. */
  correction: text.nullable().default(null),
})
export type Scenario = z.infer<typeof Scenario>

/**
 * Whether the attacker violates the traditional notion of access. `unclear` means that the source hedges: it calls the
 * act misuse, says that it feels like or amounts to a violation, or leaves the answer to a contract. `none` means that
 * this source says nothing.
 */
export const AccessReading = z.enum(['yes', 'no', 'unclear', 'none'])
export type AccessReading = z.infer<typeof AccessReading>

const accessOpinion = record({ reading: AccessReading, text, provenance: Provenance })

/** The same question answered three times: in the published table, in its hidden comments, in the paper version. */
export const AccessViolation = record({
  table: z.enum(['yes', 'no', 'not-asked']),
  comments: accessOpinion,
  paper: accessOpinion,
})
export type AccessViolation = z.infer<typeof AccessViolation>

const verifiedOnlyIfSeen = (entry: { verified: boolean; provenance: Provenance }) =>
  entry.verified === (entry.provenance === 'verified')

/** A legal statement. It is somebody's opinion at a date in a place, and never advice. */
export const LegalNote = record({
  id: slug,
  jurisdiction: text,
  text,
  /** The questions a structured opinion answers, such as the limbs of a statute. */
  answers: list(record({ question: text, answer: text })).default([]),
  asOf: date,
  source: text,
  url: webAddress.nullable(),
  /** How settled the law is, not how well we checked: that is `provenance`. */
  certainty: z.enum(['settled', 'likely', 'contested', 'open']),
  opinionOf: text,
  provenance: Provenance,
  /** True only where the source itself was read. */
  verified: z.boolean(),
}).refine(verifiedOnlyIfSeen, { error: 'verified must be true exactly when provenance is "verified"' })
export type LegalNote = z.infer<typeof LegalNote>

/** An outside list that crosswalk entries point into, pinned to one edition because identifiers drift. */
export const CrosswalkScheme = record({
  id: slug,
  title: text,
  version: text,
  url: webAddress,
  provenance: Provenance,
  note: text.nullable().default(null),
})
export type CrosswalkScheme = z.infer<typeof CrosswalkScheme>

/**
 * One edge from a mode to an outside identifier. `verified` says that the identifier was seen in that edition of the
 * scheme; that it fits the mode is always our own choice, since no official mapping exists.
 */
export const CrosswalkEntry = record({
  scheme: slug,
  version: text,
  id: text,
  name: text.nullable(),
  relation: z.enum(['primary', 'related', 'mitigation', 'case']),
  /** The same thing under another identifier in another edition. */
  aliases: list(record({ id: text, version: text, provenance: Provenance })).default([]),
  provenance: Provenance,
  verified: z.boolean(),
  note: text.nullable().default(null),
}).refine(verifiedOnlyIfSeen, { error: 'verified must be true exactly when provenance is "verified"' })
export type CrosswalkEntry = z.infer<typeof CrosswalkEntry>

export const Mitigation = record({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9.*]+)+$/),
  title: text,
  text,
  /** Entry of the threat-modelling document it belongs to (`1a` .. `11`); null for our own advice. */
  entry: text.nullable(),
  phase: z.enum(['proactive', 'detective', 'response', 'general']),
  /** Whether the document states the phase; if not, the phase is our reading. */
  phaseStated: z.boolean(),
  origin: slug,
  /** Number in the bibliography of the threat-modelling document, corrected. */
  sourceReference: z.number().int().positive().nullable().default(null),
  /** Mitigations this one repeats for another variant. */
  sameAs: list(text).default([]),
  partOf: text.nullable().default(null),
  provenance: Provenance,
})
export type Mitigation = z.infer<typeof Mitigation>

/** One of the three considerations that order the questions of a threat-model review. */
export const Consideration = record({
  id: text,
  title: text,
  text,
  exampleAttacks: list(text),
  /** Modes that the document itself links to this part. */
  modes: list(slug),
})
export type Consideration = z.infer<typeof Consideration>

/** A review question. `modes` says what an unsatisfying answer bears on, in our reading. */
export const ThreatPrompt = record({
  id: text,
  consideration: text,
  parent: text.nullable(),
  text,
  modes: list(slug),
  provenance: Provenance,
})
export type ThreatPrompt = z.infer<typeof ThreatPrompt>

const answer = z.union([z.string(), z.boolean()])

/** A fact that a rating turns on. `answers` run from least to most harmful. */
export const RatingFact = record({
  name: z.string().regex(/^[a-z][A-Za-z]*$/),
  question: text,
  answers: list(answer),
  /** Who answers: the measurement itself, or the owner of the system. */
  from: z.enum(['measurement', 'owner']),
})
export type RatingFact = z.infer<typeof RatingFact>

/** Holds when the answer to `fact` is one of `is`. */
export const Condition = record({ fact: text, is: list(answer) })
export type Condition = z.infer<typeof Condition>

const ruleFields = {
  id: slug,
  /** Modes it applies to; left out, it applies to all. */
  modes: list(slug).optional(),
  /** Variants it applies to; left out, it applies to all and to findings without a variant. */
  variants: list(text).optional(),
  /** All must hold. */
  when: list(Condition),
  because: text,
  /** True where the rule is our reading, false where the source itself says so. */
  ours: z.boolean(),
}

/** A rule of a published bar, made executable. In a list of rules the first that matches wins. */
export const RatingRule = record({ ...ruleFields, row: text, severity: Severity })
export type RatingRule = z.infer<typeof RatingRule>

export const SafetyRule = record({ ...ruleFields, severity: SafetyLevel })
export type SafetyRule = z.infer<typeof SafetyRule>

/** What a published bar says, in our words. `severity` is null where the source gives no rating. */
export const BugBarRow = record({
  id: text,
  title: text,
  modes: list(slug),
  variants: list(text),
  severity: record({ low: Severity, high: Severity }).nullable(),
  says: text,
  /** On what the rating depends, in the words of the source as we restate them; null when it is plain. */
  condition: text.nullable(),
  /** What to ask in triage to place a finding inside the row. */
  questions: list(text),
  /** Who leads the response. */
  leadBy: z.enum(['security', 'privacy', 'abuse', 'software-bug-bar']),
  /** A remark of ours. It never changes the rating. */
  advisory: text.nullable().default(null),
})
export type BugBarRow = z.infer<typeof BugBarRow>

export const BugBar = record({
  id: slug,
  title: text,
  /** Null for a bar of the user's own. */
  document: slug.nullable(),
  edition: text,
  commit: text.nullable(),
  url: webAddress.nullable(),
  scope: text,
  rows: list(BugBarRow),
  rules: list(RatingRule),
})
export type BugBar = z.infer<typeof BugBar>

/** How the two published opinions on a mode compare. */
export const SeverityOpinion = record({
  modes: list(slug),
  relation: z.enum(['agree', 'differ', 'one-only', 'neither']),
  text,
})
export type SeverityOpinion = z.infer<typeof SeverityOpinion>

/** Our own scale for modes that no published bar rates. */
export const SafetyScale = record({ id: slug, title: text, notice: text, rules: list(SafetyRule) })
export type SafetyScale = z.infer<typeof SafetyScale>

export const GlossaryTerm = record({
  id: slug,
  term: text,
  definition: text,
  group: z.enum(['taxonomy', 'product', 'model', 'attack', 'statistics', 'law']),
  see: list(slug),
})
export type GlossaryTerm = z.infer<typeof GlossaryTerm>

/** What an attacker, or a test, can touch. */
export const TechniqueAccess = z.enum([
  'label',
  'score',
  'gradient',
  'weights',
  'training-data',
  'training',
  'artifact',
  'environment',
])

/** The paper behind a technique or a measure; `provenance` is about the citation, not about the result. */
export const Source = record({ citation: text, url: webAddress, provenance: Provenance })
export type Source = z.infer<typeof Source>

/**
 * An attack, a stress without an adversary, a test of data, files or models, or a suite of several, under the names by
 * which people look it up.
 */
export const Technique = record({
  /** The name in the options of the probe that runs it, where one does. */
  id: slug,
  name: text,
  aliases: list(text).default([]),
  kind: z.enum(['attack', 'stress', 'test', 'suite']),
  modes: list(slug),
  /** The least it can do with; null where it plays no adversary and needs no more than data. */
  access: TechniqueAccess.nullable(),
  goal: text,
  /** How it works and what it costs; what it leaves behind and proves; what it means. */
  say,
  /** When its failure proves nothing. */
  limits: text,
  source: Source,
})
export type Technique = z.infer<typeof Technique>
export type TechniqueInput = z.input<typeof Technique>

/** A number that checks give: what it is, how to read it, and what it does not say. */
export const Measure = record({
  /** Name of the measurement; `<f>` in it stands for any number. */
  name: z.string().regex(/^[a-z0-9]+(-([a-z0-9]+|<[a-z]>))*$/),
  title: text,
  unit: text,
  better: z.enum(['higher', 'lower', 'neither']),
  say,
  source: Source.nullable(),
})
export type Measure = z.infer<typeof Measure>

/** What a system should record about a high-impact decision, so that an incident can be explained later. */
export const DecisionRecord = record({ source: slug, fields: list(text), also: text })
export type DecisionRecord = z.infer<typeof DecisionRecord>

/** How a mode, or one variant of it, sounds when people who are no experts complain of it. */
export const TriageSymptoms = record({ mode: slug, variant: text.nullable(), says: list(text) })
export type TriageSymptoms = z.infer<typeof TriageSymptoms>

/** Answers to a triage question. `unknown` says nothing of any mode. */
export const triageAnswers = ['yes', 'no', 'unknown'] as const
export const TriageAnswer = z.enum(triageAnswers)
export type TriageAnswer = z.infer<typeof TriageAnswer>

/** What one answer says. A mode is ruled out only where without the fact it cannot be. */
export const TriageReading = record({
  supports: list(slug),
  against: list(slug),
  rulesOut: list(slug),
  /** Variants that it points to, should their mode be the right one. */
  variants: list(text),
})
export type TriageReading = z.infer<typeof TriageReading>

export const TriageQuestion = record({
  id: slug,
  text,
  why: text,
  yes: TriageReading,
  no: TriageReading,
  provenance: Provenance,
})
export type TriageQuestion = z.infer<typeof TriageQuestion>

/** What leads from a complaint to the modes that could explain it. */
export const TriageGuide = record({
  notice: text,
  symptoms: list(TriageSymptoms),
  questions: list(TriageQuestion),
  provenance: Provenance,
})
export type TriageGuide = z.infer<typeof TriageGuide>

const failureModeFields = {
  /** 1 to 17 for the published modes, null for a mode added later. */
  number: z.number().int().min(1).max(17).nullable(),
  slug,
  /** Name in the detailed tables of the source. */
  name: text,
  /** Name in its summary tables. */
  summaryName: text,
  kind: z.enum(['intentional', 'unintentional']),
  status: z.enum(['active', 'deprecated', 'merged']).default('active'),
  supersededBy: list(slug).default([]),
  /** Modes that this one specialises or continues. */
  extends: list(slug).default([]),
  /** Edition of the taxonomy, or the plugin, that introduced it. */
  addedIn: text,
  systemKinds: list(z.enum(['predictive', 'generative', 'agentic'])),
  /** How well overview, description, compromises, scenarios and table reading are known. */
  provenance: Provenance,
  overview: text,
  description: text,
  compromises: list(z.enum(['confidentiality', 'integrity', 'availability', 'safety', 'privacy', 'misuse'])),
  compromiseNote: text.nullable().default(null),
  variants: list(Variant).default([]),
  scenarios: list(Scenario),
  /** Our remark on the knowledge the attacker needs. */
  knowledgeNote: text.nullable().default(null),
  /** The traditional software parallel, and how this mode differs from it (always our words). */
  parallel: record({ text, differs: text, provenance: Provenance }),
  /** Our reading; empty where STRIDE does not apply. */
  stride: list(StrideLetter),
  /** Cause, consequence and civil liberties in policy terms. */
  policy: record({
    cause: text,
    consequence: text,
    civilLiberties: text,
    opinionOf: text,
    provenance: Provenance,
  }),
  accessViolation: AccessViolation,
  legalNotes: list(LegalNote),
  /** Ids of mitigations, in the order in which they are shown. */
  mitigations: list(text),
  crosswalk: list(CrosswalkEntry),
  /** The mode explained in two to four sentences to each audience. */
  say,
  /** What an incident responder does first, and what must not be lost. */
  response: record({ firstResponse: list(text), evidenceToPreserve: list(text) }),
}

export const FailureMode = record(failureModeFields)
export type FailureMode = z.infer<typeof FailureMode>
export type FailureModeInput = z.input<typeof FailureMode>

/** A data file that adds a mode: the mode's own fields and, under `brings`, the shared entries that it needs. */
export const ModeFile = record({
  ...failureModeFields,
  brings: record({
    mitigations: list(Mitigation).default([]),
    threatPrompts: list(ThreatPrompt).default([]),
    schemes: list(CrosswalkScheme).default([]),
    glossary: list(GlossaryTerm).default([]),
    techniques: list(Technique).default([]),
    measures: list(Measure).default([]),
  }).optional(),
})
export type ModeFile = z.infer<typeof ModeFile>

export const Catalogue = record({
  format: z.literal('failmode-catalogue/1'),
  title: text,
  /** Date to which everything here was checked. */
  asOf: date,
  notices: record({ attribution: text, legal: text, crosswalk: text }),
  documents: list(SourceDocument),
  modes: list(FailureMode),
  references: list(Reference),
  mitigations: list(Mitigation),
  considerations: list(Consideration),
  threatPrompts: list(ThreatPrompt),
  bugBars: list(BugBar),
  severityOpinions: list(SeverityOpinion),
  ratingFacts: list(RatingFact),
  safetyScale: SafetyScale,
  schemes: list(CrosswalkScheme),
  glossary: list(GlossaryTerm),
  techniques: list(Technique),
  measures: list(Measure),
  corrections: list(Correction),
  decisionRecord: DecisionRecord,
  triage: TriageGuide,
})
export type Catalogue = z.infer<typeof Catalogue>
export type CatalogueInput = z.input<typeof Catalogue>

// A bug bar of the user's own, from a data file: an organisation that rates otherwise than the published bars writes
// down its rules and re-rates its runs by them. Two promises hold for every bar of failmode, so a file that breaks them
// is refused, with the case that shows it: more harm never rates lower, and a mode that a bar rates at all is rated
// whatever the answers are. From the first it follows that an unknown, taken at its worst, never rates lower than its
// best answer.
import * as z from 'zod'
import { createCatalogue } from './catalogue.ts'
import { CatalogueError } from './catalogue-error.ts'
import { ratingFacts } from './rating-facts.ts'
import {
  type BugBar,
  type Catalogue,
  type RatingFact,
  type RatingRule,
  Severity,
  severities,
} from './schema.ts'

const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
const text = z.string().min(1)
const answer = z.union([z.string(), z.boolean()])

/** The shape of such a file. In a list of rules the first that matches wins. */
export const OwnBugBar = z
  .strictObject({
    id: slug.describe('the name of the bar in run.json and in reports'),
    title: text,
    version: text.describe('so that ratings can be traced to an edition of the file').optional(),
    extends: slug.describe("a published bar whose rules come after the file's own").optional(),
    rules: z
      .array(
        z.strictObject({
          id: slug,
          modes: z.array(slug).min(1).optional().describe('slugs of modes; all when absent'),
          variants: z.array(text).min(1).optional().describe('such as 1a; all when absent'),
          when: z
            .record(text, z.union([answer, z.array(answer).min(1)]))
            .default({})
            .describe('rating facts with the answer, or answers, for which the rule holds; all must'),
          severity: Severity,
          because: text.describe('the rule in words, as reports show it'),
        }),
      )
      .min(1),
  })
  .describe('a bug bar of your own')
export type OwnBugBar = z.infer<typeof OwnBugBar>

export function ownBugBarJsonSchema(): unknown {
  return { title: 'failmode bug bar', ...z.toJSONSchema(OwnBugBar, { io: 'input' }) }
}

/**
 * The catalogue with a bar from a data file, such as parsed JSON, beside the published ones. Throws
 * `catalogue-bug-bar-invalid` when the file has another shape, names what does not exist, leaves a case of a mode that
 * it rates without a rule, or rates more harm lower.
 */
export function withBugBar(base: Catalogue, file: unknown): Catalogue {
  const parsed = OwnBugBar.safeParse(file)
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error), 'See failmode schema bug-bar.')
  const own = parsed.data
  if (base.bugBars.some(({ id }) => id === own.id)) {
    throw invalid(`The bar is called "${own.id}", as a published one is.`, 'Give it another id.')
  }
  const bar = toBar(own, base)
  const problem = uncovered(bar, base) ?? lowered(bar, base)
  if (problem !== null) throw problem
  try {
    return createCatalogue({ ...base, bugBars: [...base.bugBars, bar] })
  } catch (error) {
    if (!(error instanceof CatalogueError)) throw error
    throw invalid(error.message, 'Correct the file. failmode list and failmode explain show what exists.')
  }
}

function toBar(own: OwnBugBar, base: Catalogue): BugBar {
  const extended = own.extends === undefined ? null : base.bugBars.find(({ id }) => id === own.extends)
  if (extended === undefined) {
    throw invalid(
      `It extends "${own.extends}", which is no published bar.`,
      `Published are ${base.bugBars.map(({ id }) => id).join(', ')}.`,
    )
  }
  const modes = [...new Set(own.rules.flatMap((rule) => rule.modes ?? base.modes.map((mode) => mode.slug)))]
  const facts = new Set(ratingFacts.map(({ name }) => name))
  const unknown = own.rules.flatMap((rule) => Object.keys(rule.when)).find((fact) => !facts.has(fact))
  if (unknown !== undefined) {
    throw invalid(
      `A rule asks for "${unknown}", which is no rating fact.`,
      `Facts: ${[...facts].join(', ')}.`,
    )
  }
  return {
    id: own.id,
    title: own.title,
    document: null,
    edition: own.version ?? 'without a version',
    commit: null,
    url: null,
    scope: 'The bar of the owner of the system, from a file. Nobody published it.',
    rows: [
      {
        id: ownRow,
        title: own.title,
        modes,
        variants: [],
        severity: null,
        says: 'Rules of the owner of the system.',
        condition: null,
        questions: [],
        leadBy: 'security',
        advisory: null,
      },
      ...(extended?.rows ?? []),
    ],
    rules: [
      ...own.rules.map(
        ({ when, ...rule }): RatingRule => ({
          ...rule,
          row: ownRow,
          when: Object.entries(when).map(([fact, is]) => ({ fact, is: Array.isArray(is) ? is : [is] })),
          // Not a reading of failmode's either, but the owner's own rule.
          ours: false,
        }),
      ),
      ...(extended?.rules ?? []),
    ],
  }
}

const ownRow = 'own'

interface Case {
  readonly mode: string
  readonly variant: string | null
  readonly answers: Readonly<Record<string, string | boolean>>
}

/** Every case that the rules of a bar tell apart. */
function* cases(bar: BugBar, { modes }: Catalogue): Generator<{ rules: readonly RatingRule[]; at: Case }> {
  for (const { slug: mode, variants } of modes) {
    for (const variant of [null, ...variants.map(({ id }) => id)]) {
      const rules = bar.rules.filter(
        (rule) =>
          (rule.modes?.includes(mode) ?? true) &&
          (rule.variants === undefined || (variant !== null && rule.variants.includes(variant))),
      )
      if (rules.length === 0) continue
      for (const answers of combinations(factsOf(rules))) yield { rules, at: { mode, variant, answers } }
    }
  }
}

function factsOf(rules: readonly RatingRule[]): readonly RatingFact[] {
  return ratingFacts.filter(({ name }) => rules.some(({ when }) => when.some(({ fact }) => fact === name)))
}

function* combinations(facts: readonly RatingFact[]): Generator<Case['answers']> {
  const [first, ...rest] = facts
  if (first === undefined) yield {}
  else {
    for (const others of combinations(rest)) {
      for (const one of first.answers) yield { [first.name]: one, ...others }
    }
  }
}

function ruleFor(rules: readonly RatingRule[], answers: Case['answers']): RatingRule | undefined {
  return rules.find(({ when }) =>
    when.every(({ fact, is }) => is.includes(answers[fact] as string | boolean)),
  )
}

function uncovered(bar: BugBar, catalogue: Catalogue): CatalogueError | null {
  for (const { rules, at } of cases(bar, catalogue)) {
    if (ruleFor(rules, at.answers) !== undefined) continue
    return invalid(
      `No rule rates ${caseText(at)}, while other cases of this mode are rated.`,
      'End the rules of a mode with one without "when", or extend a published bar.',
    )
  }
  return null
}

function lowered(bar: BugBar, catalogue: Catalogue): CatalogueError | null {
  for (const { rules, at } of cases(bar, catalogue)) {
    const here = ruleFor(rules, at.answers) as RatingRule
    for (const { name, answers } of factsOf(rules)) {
      const next = answers[answers.indexOf(at.answers[name] as string | boolean) + 1]
      if (next === undefined) continue
      const worse = ruleFor(rules, { ...at.answers, [name]: next }) as RatingRule
      if (severities.indexOf(worse.severity) >= severities.indexOf(here.severity)) continue
      return invalid(
        `Rule "${here.id}" rates ${caseText(at)} ${here.severity}, and with the more harmful ${name} = ${next} rule "${worse.id}" rates it ${worse.severity}.`,
        'More harm may never rate lower. Order the rules so that the worse case has the higher severity.',
      )
    }
  }
  return null
}

function caseText({ mode, variant, answers }: Case): string {
  const facts = Object.entries(answers).map(([fact, value]) => `${fact} = ${value}`)
  return [variant === null ? mode : `${mode} ${variant}`, ...facts].join(', ')
}

function invalid(message: string, hint: string): CatalogueError {
  return new CatalogueError('catalogue-bug-bar-invalid', `The bug bar cannot be used. ${message}`, hint)
}

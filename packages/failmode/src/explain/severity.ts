// A severity is explained by the rules that give it: those of both published bars, apart from each other, and those of
// the safety scale, which is ours. What a source leaves open and we decided is marked.
import {
  type BugBar,
  type Condition,
  catalogue,
  type RatingRule,
  type SafetyRule,
  safetyLevels,
  severities,
} from '@failmode/catalogue'
import type { Audience } from '@failmode/report'
import { type Explained, items, type Kind, type Section } from './explanation.ts'
import { barLinks, ownWords, type Rated, rangeText } from './sources.ts'
import { modeText } from './this-version.ts'

type Level = (typeof severities)[number] | (typeof safetyLevels)[number]

const meaning: Readonly<Record<Level, string>> = {
  critical: 'Highest level of a bug bar: the greatest potential for damage.',
  important: 'Second level of a bug bar: significant potential for damage.',
  moderate: 'Third level of a bug bar: medium potential for damage.',
  low: 'Lowest level of a bug bar, little potential for damage; and the lowest of our own safety scale.',
  high: 'Highest level of our own safety scale: severe harm that the system will meet, that reaches the physical world or that cannot be undone.',
  medium:
    'Middle level of our own safety scale: noticeable harm that the system will meet, or severe harm that is rare and can be undone.',
}

const forAudience: Readonly<Record<Audience, (level: Level) => string>> = {
  engineer: (level) =>
    isBar(level)
      ? `A gate with "failOn": "${level}" stops on findings of this level and above. Which level a finding gets follows from the rules below and from the facts under "assets"; a fact that nobody answered counts at its worst.`
      : `A gate with "safety": "${level}" stops on findings of this level and above. Which level a finding gets follows from how bad the measured harm is and from the facts under "assets".`,
  responder: () =>
    'Use it to order the work, and rate again when triage has answered the open questions. It rates what could happen and does not say that it has happened.',
  policy: () =>
    'It is a means of sorting flaws by urgency, made for engineers. It is no legal category, and no measure of blame or of damages.',
}

export const severityKind: Kind = {
  names: () => [...severities, ...safetyLevels],
  find(word, audience) {
    const level = [...severities, ...safetyLevels].find((one) => one === word)
    return level === undefined ? undefined : explainLevel(level, audience)
  },
}

function explainLevel(level: Level, audience: Audience): Explained {
  const bars = isBar(level) ? catalogue.bugBars.map((bar) => ofBar(bar, level, audience)) : []
  const safety = isSafety(level)
    ? catalogue.safetyScale.rules.filter(({ severity }) => severity === level)
    : []
  const rated = bars.flatMap(({ rated }) => rated)
  return {
    kind: 'severity',
    title: level,
    id: level,
    sections: [
      { title: null, lines: [meaning[level], forAudience[audience](level)] },
      ...bars.map(({ section }) => section),
      {
        title: `${catalogue.safetyScale.title} (ours)`,
        lines:
          safety.length === 0
            ? []
            : [catalogue.safetyScale.notice, ...items(safety.map((rule) => ruleText(rule, null, audience)))],
      },
      ...extra(level, audience, rated),
    ],
    sources: [
      ...barLinks(rated),
      ...(safety.length === 0
        ? []
        : [{ ...ownWords, title: `${catalogue.safetyScale.title}: our own, no published bar` }]),
    ],
  }
}

/** The rules of a bar that give a level, and rows that reach it without a rule of their own. */
function ofBar(
  bar: BugBar,
  level: Level,
  audience: Audience,
): { readonly section: Section; readonly rated: readonly Rated[] } {
  const rules = bar.rules.filter(({ severity }) => severity === level)
  const ruled = new Set(rules.map(({ row }) => row))
  const open = bar.rows.filter(
    ({ id, severity }) =>
      severity !== null && !ruled.has(id) && (severity.low === level || severity.high === level),
  )
  const rows = bar.rows.filter(({ id }) => ruled.has(id))
  return {
    section: {
      title: bar.title,
      lines: [
        `Edition: ${bar.edition}.`,
        ...items(rules.map((rule) => ruleText(rule, rule.row, audience))),
        ...items(open.map((row) => `Without a rule: row ${row.id} ${row.title}, ${rangeText(row)}`)),
        ...(rules.length + open.length === 0 ? ['It never gives this level.'] : []),
      ],
    },
    rated: [...rows, ...open].map((row) => ({ bar, row })),
  }
}

/** A rule in words: whom it is about, why, when, and how it stands. */
export function ruleText(rule: RatingRule | SafetyRule, row: string | null, audience: Audience): string {
  const about = (rule.modes ?? []).map(modeText).join(', ')
  const variants = rule.variants === undefined ? '' : ` (${rule.variants.join(', ')})`
  const when =
    rule.when.length === 0 ? '' : ` When: ${rule.when.map((one) => conditionText(one, audience)).join('; ')}.`
  const standing = [
    rule.id,
    ...(row === null ? [] : [`row ${row}`]),
    rule.ours ? 'our reading' : 'as published',
  ].join(', ')
  return `${about === '' ? '' : `${about}${variants}: `}${rule.because}${when} [${standing}]`
}

/** Engineers know a fact by its key under `assets`, others by its question. */
export function conditionText({ fact, is }: Condition, audience: Audience): string {
  const answers = is.map(answerText).join(' or ')
  const question = catalogue.ratingFacts.find(({ name }) => name === fact)?.question
  return audience === 'engineer' || question === undefined
    ? `${fact} is ${is.join(' or ')}`
    : `"${question}" ${answers}`
}

export function answerText(answer: string | boolean): string {
  return answer === true ? 'yes' : answer === false ? 'no' : answer
}

function extra(level: Level, audience: Audience, rated: readonly Rated[]): readonly Section[] {
  if (audience === 'responder') {
    return [
      {
        title: 'Ask in triage',
        lines: items(
          rated
            .filter(({ row }) => row.severity?.low !== row.severity?.high)
            .map(({ bar, row }) => `${bar.title}, ${row.id} ${row.title}: ${row.questions.join(' ')}`),
        ),
      },
    ]
  }
  if (audience === 'policy' && isBar(level)) {
    const modes = new Set(rated.flatMap(({ row }) => row.modes))
    return [
      {
        title: 'Where the two documents differ',
        lines: items(
          catalogue.severityOpinions
            .filter(
              (opinion) => opinion.relation === 'differ' && opinion.modes.some((slug) => modes.has(slug)),
            )
            .map((opinion) => `${opinion.modes.map(modeText).join(', ')}: ${opinion.text}`),
        ),
      },
    ]
  }
  return []
}

function isBar(level: Level): level is (typeof severities)[number] {
  return severities.some((one) => one === level)
}

function isSafety(level: Level): level is (typeof safetyLevels)[number] {
  return safetyLevels.some((one) => one === level)
}

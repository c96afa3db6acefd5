// What ratings are made of: the facts they turn on, the rows of the bars, and the rules that make a row executable.
import { catalogue } from '@failmode/catalogue'
import { items, type Kind, named } from './explanation.ts'
import { answerText, ruleText } from './severity.ts'
import { barLinks, distinct, ownWords, rangeText } from './sources.ts'
import { modeText } from './this-version.ts'

const barRules = () => catalogue.bugBars.flatMap((bar) => bar.rules.map((rule) => ({ bar, rule })))

export const ratingFactKind: Kind = {
  names: () => catalogue.ratingFacts.map(({ name }) => name),
  find(word, audience) {
    const is = named(word)
    const fact = catalogue.ratingFacts.find(({ name }) => is(name) || is(`assets.${name}`))
    if (fact === undefined) return undefined
    const asks = ({ when }: { readonly when: readonly { readonly fact: string }[] }) =>
      when.some((condition) => condition.fact === fact.name)
    const rules = barRules().filter(({ rule }) => asks(rule))
    const safety = catalogue.safetyScale.rules.filter(asks)
    return {
      kind: 'rating-fact',
      title: fact.name,
      id: fact.name,
      sections: [
        { title: null, lines: [fact.question] },
        {
          title: 'Answers, from least to most harmful',
          lines: [fact.answers.map(answerText).join(', ')],
        },
        {
          title: 'Who answers',
          lines: [
            fact.from === 'measurement'
              ? 'The measurement itself.'
              : `The owner, in the configuration: assets.${fact.name}. Unanswered, it counts as ${answerText(fact.answers.at(-1) ?? '')}.`,
          ],
        },
        {
          title: 'Rules that ask',
          lines: items([
            ...rules.map(
              ({ bar, rule }) => `${bar.title}: ${rule.severity}. ${ruleText(rule, rule.row, audience)}`,
            ),
            ...safety.map(
              (rule) => `${catalogue.safetyScale.title}: ${rule.severity}. ${ruleText(rule, null, audience)}`,
            ),
          ]),
        },
      ],
      sources: distinct([
        ...barLinks(
          rules.flatMap(({ bar, rule }) =>
            bar.rows.filter(({ id }) => id === rule.row).map((row) => ({ bar, row })),
          ),
        ),
        ownWords,
      ]),
    }
  },
}

export const ruleKind: Kind = {
  names: () => [
    ...barRules().map(({ rule }) => rule.id),
    ...catalogue.safetyScale.rules.map(({ id }) => id),
    ...catalogue.bugBars.flatMap(({ rows }) => rows.map(({ id }) => id)),
  ],
  find(word, audience) {
    const is = named(word)
    const found = barRules().find(({ rule }) => is(rule.id))
    if (found !== undefined) {
      const { bar, rule } = found
      const rows = bar.rows.filter(({ id }) => id === rule.row)
      return {
        kind: 'rule',
        title: `${rule.id}: ${rule.severity}`,
        id: rule.id,
        sections: [
          { title: null, lines: [ruleText(rule, rule.row, audience)] },
          { title: 'Rule of', lines: [`${bar.title} (${bar.edition}); the first rule that matches wins`] },
          { title: 'What the row says', lines: rows.map(({ title, says }) => `${title}: ${says}`) },
        ],
        sources: barLinks(rows.map((row) => ({ bar, row }))),
      }
    }
    const safety = catalogue.safetyScale.rules.find(({ id }) => is(id))
    if (safety !== undefined) {
      return {
        kind: 'rule',
        title: `${safety.id}: ${safety.severity}`,
        id: safety.id,
        sections: [
          { title: null, lines: [ruleText(safety, null, audience)] },
          { title: 'Rule of', lines: [catalogue.safetyScale.title, catalogue.safetyScale.notice] },
        ],
        sources: [{ ...ownWords, title: `${catalogue.safetyScale.title}: our own, no published bar` }],
      }
    }
    for (const bar of catalogue.bugBars) {
      const row = bar.rows.find(({ id }) => is(id))
      if (row === undefined) continue
      return {
        kind: 'rule',
        title: `${row.id}: ${row.title}`,
        id: row.id,
        sections: [
          { title: null, lines: [row.says] },
          { title: 'Rated', lines: [rangeText(row)] },
          {
            title: 'Row of',
            lines: [`${bar.title} (${bar.edition}), on ${row.modes.map(modeText).join(', ')}`],
          },
          { title: 'Ask in triage', lines: items(row.questions) },
          {
            title: 'Rules',
            lines: items(
              bar.rules
                .filter((rule) => rule.row === row.id)
                .map((rule) => `${rule.severity}. ${ruleText(rule, null, audience)}`),
            ),
          },
          { title: 'Remark of ours', lines: row.advisory === null ? [] : [row.advisory] },
        ],
        sources: barLinks([{ bar, row }]),
      }
    }
    return undefined
  },
}

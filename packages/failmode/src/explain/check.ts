import { measureByName } from '@failmode/catalogue'
import type { CheckMeta } from '@failmode/core'
import { registry } from '../registry.ts'
import { items, type Kind, named } from './explanation.ts'
import { barLinks, distinct, modeLink, paperLink, ratingLines, rowsOn } from './sources.ts'
import { everyCheck, modeOf, modeText, techniquesRunBy } from './this-version.ts'

export const checkKind: Kind = {
  names: () => everyCheck().map(({ meta }) => meta.id),
  find(word, audience) {
    const is = named(word)
    for (const probe of registry) {
      const check = probe.checks.find(({ meta }) => is(meta.id) || is(meta.title))
      if (check === undefined) continue
      const { meta } = check
      const slug = probe.meta.mode
      const mode = modeOf(slug)
      const rows = rowsOn(slug, meta.variant)
      const techniques = techniquesRunBy(probe).filter(
        ({ access, kind }) => access === meta.access && kind !== 'suite',
      )
      const own = {
        engineer: [
          { title: 'Access', lines: [accessText(meta)] },
          {
            title: 'Measures',
            lines: items(
              meta.measurements.map(
                (name) => `${name}: ${measureByName(name)?.say.engineer ?? 'no words yet'}`,
              ),
            ),
          },
          {
            title: 'Attacks, stresses and tests of this probe with the same access',
            lines: [techniques.map(({ id }) => id).join(', ')].filter((line) => line !== ''),
          },
        ],
        responder: [
          { title: 'Of a finding', lines: mode === undefined ? [] : [mode.say.responder] },
          { title: 'First response', lines: items(mode?.response.firstResponse ?? []) },
          { title: 'Rated', lines: ratingLines(rows) },
        ],
        policy: [
          { title: 'What it is about', lines: mode === undefined ? [] : [mode.say.policy] },
          {
            title: 'How to read its figures',
            lines: items(
              meta.measurements.flatMap((name) => {
                const measure = measureByName(name)
                return measure === undefined ? [] : [`${measure.title}: ${measure.say.policy}`]
              }),
            ),
          },
        ],
      }
      return {
        kind: 'check',
        title: `${meta.id}: ${meta.title}`,
        id: meta.id,
        sections: [
          { title: null, lines: [meta.proves] },
          {
            title: 'Check of',
            lines: [`${modeText(slug)}${meta.variant === null ? '' : `, variant ${meta.variant}`}`],
          },
          ...own[audience],
        ],
        sources: distinct([
          ...(mode === undefined ? [] : [modeLink(mode)]),
          ...barLinks(rows),
          ...techniques.map(({ source }) => paperLink(source)),
        ]),
      }
    }
    return undefined
  },
}

function accessText({ access, knowledge }: CheckMeta): string {
  return `${access ?? 'none'}${knowledge.length === 0 ? '' : `; the attacker knows ${knowledge.join(', ')}`}`
}

import { catalogue } from '@failmode/catalogue'
import { items, type Kind, named } from './explanation.ts'
import { barLinks, modeLink, ratingLines, rowsOn } from './sources.ts'
import { checksOf, modeText } from './this-version.ts'

export const variantKind: Kind = {
  names: () => catalogue.modes.flatMap(({ variants }) => variants.flatMap(({ id, slug }) => [id, slug])),
  find(word, audience) {
    const is = named(word)
    // By id first: two modes may have a variant of the same name.
    const all = catalogue.modes.flatMap((mode) => mode.variants.map((variant) => ({ mode, variant })))
    const found =
      all.find(({ variant }) => is(variant.id)) ??
      all.find(({ variant }) => is(variant.slug) || is(variant.name))
    if (found === undefined) return undefined
    const { mode, variant } = found
    const rows = rowsOn(mode.slug, variant.id)
    const checks = checksOf(mode.slug).filter((check) => check.variant === variant.id)
    const own = {
      engineer: [
        {
          title: 'Checks of this version',
          lines: checks.length === 0 ? ['none'] : items(checks.map(({ id, proves }) => `${id}: ${proves}`)),
        },
        {
          title: 'STRIDE (our reading)',
          lines: [variant.stride.join(', ')].filter((line) => line !== ''),
        },
      ],
      responder: [
        {
          title: 'Ask in triage',
          lines: [...new Set(rows.flatMap(({ row }) => items(row.questions)))],
        },
        { title: 'First response', lines: items(mode.response.firstResponse) },
      ],
      policy: [
        { title: 'What it means', lines: [mode.say.policy] },
        { title: 'Consequence', lines: [mode.policy.consequence] },
      ],
    }
    return {
      kind: 'variant',
      title: `${variant.id} ${variant.name}`,
      id: variant.id,
      sections: [
        { title: null, lines: [variant.description] },
        { title: 'Variant of', lines: [modeText(mode.slug)] },
        { title: 'Resembles', lines: [variant.parallel] },
        { title: 'Rated', lines: ratingLines(rows) },
        ...own[audience],
      ],
      sources: [...barLinks(rows), modeLink(mode)],
    }
  },
}

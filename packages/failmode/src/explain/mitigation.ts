import { catalogue } from '@failmode/catalogue'
import { items, type Kind, named } from './explanation.ts'
import { documentLink } from './sources.ts'
import { checksOf, modeText } from './this-version.ts'

export const mitigationKind: Kind = {
  names: () => catalogue.mitigations.map(({ id }) => id),
  find(word, audience) {
    const is = named(word)
    const found = catalogue.mitigations.find(({ id, title }) => is(id) || is(title))
    if (found === undefined) return undefined
    const { id, title, text, entry, phase, phaseStated, origin, sourceReference, sameAs, partOf } = found
    const modes = catalogue.modes.filter(({ mitigations }) => mitigations.includes(id))
    const checks = modes.flatMap(({ slug }) => checksOf(slug))
    const own = {
      engineer: [
        {
          title: 'Checks that show whether it helped',
          lines: checks.length === 0 ? ['none in this version'] : items(checks.map((check) => check.id)),
        },
      ],
      responder: [{ title: 'What it is against', lines: modes.map(({ say }) => say.responder) }],
      policy: [{ title: 'What it is against', lines: modes.map(({ say }) => say.policy) }],
    }
    return {
      kind: 'mitigation',
      title: `${id}: ${title}`,
      id,
      sections: [
        { title: null, lines: [text] },
        {
          title: 'Where it belongs',
          lines: items([
            `mitigation of ${modes.map(({ slug }) => modeText(slug)).join(', ')}`,
            `phase: ${phase}${phaseStated ? '' : ' (our reading)'}`,
            ...(partOf === null ? [] : [`part of ${partOf}`]),
            ...(sameAs.length === 0 ? [] : [`the same as ${sameAs.join(', ')}`]),
          ]),
        },
        ...own[audience],
      ],
      sources: [
        documentLink(
          origin,
          entry === null
            ? undefined
            : `entry ${entry}${sourceReference === null ? '' : `, which cites its reference ${sourceReference}`}`,
        ),
      ],
    }
  },
}

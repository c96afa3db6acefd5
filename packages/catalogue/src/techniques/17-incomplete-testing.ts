import type { TechniqueInput } from '../schema.ts'
import { arxiv, rulesOfTheGamePaper } from './paper.ts'

const test = { kind: 'test', modes: ['incomplete-testing'] } as const

export const incompleteTesting: readonly TechniqueInput[] = [
  {
    ...test,
    id: 'slice-search',
    name: 'slice search',
    aliases: ['slice finder', 'weak slices'],
    access: 'label',
    goal: 'Groups of inputs on which the model is clearly worse.',
    say: {
      engineer:
        'Searches conditions on features, by a small tree on the errors or by trying combinations, for groups of at least some dozens of rows that are worse with a correction for many tests. It costs one pass over labelled data.',
      responder:
        'If an incident lies in such a group, it is not a single case: list the other decisions about the group. Report the size of the group and the interval along with the rate.',
      policy: 'A good average can rest on a minority that is served badly. This finds out who it is.',
    },
    limits: 'Groups that no feature describes, or with too few rows, stay hidden.',
    source: arxiv(
      '1807.06068',
      'Chung et al. "Slice Finder: Automated data slicing for model validation." 2018.',
      'memory',
    ),
  },
  {
    ...test,
    id: 'realistic-events',
    name: 'realistic event tests',
    aliases: ['event tests'],
    access: 'label',
    goal: 'To know what happens in the plain mishaps that the system will meet.',
    say: {
      engineer:
        'Feeds missing, covered, rotated, blank, duplicated, stale and out-of-class inputs and wrong units, and records answer and confidence. Count conditions that were not tried as untested.',
      responder:
        'Replay the incident with such an event first: it is likelier than an attack. If it reproduces the failure, nobody need be accused.',
      policy:
        'A stop sign that the wind blew down is likelier than one that somebody manipulated. Tests should begin there.',
    },
    limits: 'A list of events is never complete; what was not on it remains untested.',
    source: rulesOfTheGamePaper,
  },
]

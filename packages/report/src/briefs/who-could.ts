// Who could do it: the access that a check had, in words that need no security training.
import { type Access, box, type Knowledge } from '@failmode/core'

const accessWords: Readonly<Record<Access, string>> = {
  label: 'Anybody who may ask the system and sees which answer it gives, as its ordinary users do.',
  score: 'Anybody who may ask the system and sees how sure it is of each answer.',
  gradient:
    'Somebody who has the model itself, as its makers do, buyers of a device that holds it, or whoever copied it.',
  weights:
    'Somebody who has the file of the model: its makers, its suppliers, or whoever may download or has stolen it.',
  'training-data': 'Somebody who can put examples among those that the system learns from.',
  training: 'Somebody who runs the training or can change how it is done, such as a provider.',
  artifact: 'Somebody who can put another file in the place of one that the system is built from.',
  environment: 'Somebody who can change the surroundings in which the system acts; or nobody on purpose.',
}

const knowledgeWords: Readonly<Record<Knowledge, string>> = {
  algorithm: 'how the model is built',
  source: 'its source code',
  'training-data': 'what it was trained on',
}

const asks: ReadonlySet<Access> = new Set(['label', 'score', 'gradient', 'weights'])

/** Sentences; without access there is nobody to name, as in a mode without an adversary. */
export function whoCould(access: Access | null, knowledge: readonly Knowledge[]): readonly string[] {
  if (access === null) return ['Nobody has to attack: it happens in ordinary use.']
  const knows = knowledge.map((each) => knowledgeWords[each])
  return [
    accessWords[access],
    knows.length === 0
      ? 'Nothing else has to be known about the system.'
      : `They also have to know ${knows.join(' and ')}.`,
    // The seed's words are about who asks a model; they say little of who swaps a file.
    ...(!asks.has(access)
      ? []
      : [
          box(access, knowledge) === 'white-box'
            ? 'The taxonomy calls this a white-box attack: it needs an inside view.'
            : 'The taxonomy calls this a black-box attack: it is made from outside.',
        ]),
  ]
}

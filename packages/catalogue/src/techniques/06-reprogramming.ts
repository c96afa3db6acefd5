import type { TechniqueInput } from '../schema.ts'
import { arxiv } from './paper.ts'

const attack = { kind: 'attack', modes: ['reprogramming'] } as const

export const reprogramming: readonly TechniqueInput[] = [
  {
    ...attack,
    id: 'adversarial-reprogramming',
    name: 'adversarial reprogramming',
    aliases: ['white-box reprogramming'],
    access: 'gradient',
    goal: 'A task of the attacker, done by a model that was built for another.',
    say: {
      engineer:
        'Learns one frame of pixels around a small task picture, and a fixed translation of classes, so that the model solves the new task; the weights stay as they are. It costs a training run through the model. Compare with a linear classifier on the task itself: only what is above it was taken from the model.',
      responder:
        'All queries carry the same odd border around a changing centre. Account measures stop it; nothing in the model is broken.',
      policy:
        'Somebody else’s computing power and model are put to a use that the owner never offered, through the normal interface. The owner pays for it and may be blamed for what it is used for.',
    },
    limits: 'Failure on one task says nothing of others, and small models have little to offer a thief.',
    source: arxiv(
      '1806.11146',
      'Elsayed, Goodfellow and Sohl-Dickstein. "Adversarial reprogramming of neural networks." ICLR 2019.',
      'verified',
    ),
  },
  {
    ...attack,
    id: 'bar',
    name: 'BAR',
    aliases: ['black-box adversarial reprogramming'],
    access: 'score',
    goal: 'The same from scores alone.',
    say: {
      engineer:
        'Estimates the gradient of the frame from differences of scores along random directions, and maps several classes of the model to each class of the task. It needs very many queries.',
      responder:
        'High volume from one account, with inputs that share a border and have nothing to do with the service. It is abuse of an account, so the account is what to act on.',
      policy:
        'Not even the model is needed: a customer of the interface can repurpose it, at the price of many requests. Terms of use and limits are the remedies.',
    },
    limits: 'A query limit stops it long before it converges; failure is then a matter of the budget.',
    source: arxiv(
      '2007.08714',
      'Tsai, Chen and Ho. "Transfer learning without knowing: Reprogramming black-box machine learning models with scarce data and limited resources." ICML 2020.',
    ),
  },
]

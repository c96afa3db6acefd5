import type { TechniqueInput } from '../schema.ts'
import { arxiv } from './paper.ts'

export const naturalAdversarialExamples: readonly TechniqueInput[] = [
  {
    id: 'hard-negative-mining',
    name: 'hard negative mining',
    aliases: ['natural adversarial mining', 'ImageNet-A procedure'],
    kind: 'stress',
    modes: ['natural-adversarial-examples'],
    access: 'score',
    goal: 'Unaltered inputs that the model gets confidently wrong.',
    say: {
      engineer:
        'Goes through a labelled pool, keeps what a model gets wrong with little confidence in the right class, and groups what it kept. Mine with one model or half of the data and measure on the other, or the selection inflates the error.',
      responder:
        'Look for what the errors have in common, such as a background or a pose, and search the log for more of the kind. There is no attacker to look for.',
      policy:
        'Ordinary inputs on which the system errs with confidence. Anybody who has found one can send it again, without any skill.',
    },
    limits:
      'It finds only what is in the pool, and wrong labels look like hard cases until a person checks them.',
    source: arxiv('1907.07174', 'Hendrycks et al. "Natural adversarial examples." CVPR 2021.'),
  },
]

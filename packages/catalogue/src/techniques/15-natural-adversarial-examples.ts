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
  {
    id: 'mistake-sorting',
    name: 'sorting of mistakes',
    aliases: ['label error detection', 'confident learning'],
    kind: 'test',
    modes: ['natural-adversarial-examples'],
    access: 'score',
    goal: 'To tell wrong answers of the model from wrong labels, copies and strays.',
    say: {
      engineer:
        'Asks two witnesses of each mistake: the model, and the labels of the nearest samples by the eyes of another model or by their pixels. A label is suspected only where both speak for the same other class. Confident learning, which asks the model alone, is reported beside it.',
      responder:
        'Before an incident is called a failure of the model, see in which kind the case falls. Suspected labels go to whoever labelled, the rest to whoever trained.',
      policy:
        'An exam marked with a faulty key fails the wrong people. This separates faults of the key from faults of the system.',
    },
    limits:
      'It is as good as its distances: where near samples are of any class, nothing can be told, and wrong labels of a whole group look like a hard group.',
    source: arxiv(
      '1911.00068',
      'Northcutt, Jiang and Chuang. "Confident learning: Estimating uncertainty in dataset labels." JAIR 70 (2021).',
      'memory',
    ),
  },
  {
    id: 'adversarial-filtration',
    name: 'adversarial filtration',
    kind: 'test',
    modes: ['natural-adversarial-examples'],
    access: 'score',
    goal: 'Accuracy on unaltered samples that other models find hard.',
    say: {
      engineer:
        'Keeps the samples that every other model given has wrong with less than 15 % for the right class, and measures the tested model on them beside a control of as many random samples. The miner is never the judge. Without another model one half of the pool mines for the other.',
      responder:
        'It shows whether a second model would have caught the case. If it repeats the mistake, do not count on a vote.',
      policy:
        'Averages are made of easy cases. This looks at the hard ones, chosen by systems that have no stake in the result.',
    },
    limits: 'Models of the same family share mistakes, which makes samples look harder than they are.',
    source: arxiv('1907.07174', 'Hendrycks et al. "Natural adversarial examples." CVPR 2021.'),
  },
  {
    id: 'error-clustering',
    name: 'clustering of mistakes',
    aliases: ['slice discovery'],
    kind: 'test',
    modes: ['natural-adversarial-examples'],
    access: 'weights',
    goal: 'Groups of samples on which the model fails and for which nobody has a name.',
    say: {
      engineer:
        'Clusters what goes into the last layer of the model, right and wrong samples alike, into more clusters than there are classes, and tests the mistakes in each with a correction over all. Mistakes take no part in the clustering, so every sample may test it. Without access to weights the scores are clustered.',
      responder:
        'The gallery of the worst cluster shows what cases have in common. Search the log for more of them.',
      policy:
        'Groups that are served badly need not be those that anybody thought of. This finds them from the failures themselves.',
    },
    limits: 'A failure that the model’s own features do not set apart forms no cluster.',
    source: arxiv(
      '2203.14960',
      'Eyuboglu et al. "Domino: Discovering systematic errors with cross-modal embeddings." ICLR 2022.',
      'memory',
    ),
  },
]

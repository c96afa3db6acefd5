import type { TechniqueInput } from '../schema.ts'
import { arxiv, failingLoudlyPaper } from './paper.ts'

const test = { kind: 'test', modes: ['distributional-shift'] } as const

export const distributionalShift: readonly TechniqueInput[] = [
  {
    ...test,
    id: 'ks-test',
    name: 'Kolmogorov–Smirnov test',
    aliases: ['KS', 'KS test', 'Kolmogorov-Smirnov test'],
    access: null,
    goal: 'To tell whether one numeric feature has another distribution than before.',
    say: {
      engineer:
        'The largest distance between the two cumulative distributions of a feature, with its p-value. Correct over features, and report the distance: with many rows every difference is significant.',
      responder:
        'It names the feature that moved and when. Ask what changed at its source: a sensor, a supplier, a unit.',
      policy:
        'It compares the cases of today with those the system was built on, one characteristic at a time. A system whose cases have changed should be checked anew before it goes on deciding.',
    },
    limits: 'Features can look the same one by one and differ together; and with few rows nothing is seen.',
    source: failingLoudlyPaper,
  },
  {
    ...test,
    id: 'mmd-test',
    name: 'maximum mean discrepancy test',
    aliases: ['MMD', 'MMD test', 'kernel two-sample test'],
    access: null,
    goal: 'To tell whether inputs as a whole have another distribution than before.',
    say: {
      engineer:
        'Compares mean similarities within and between the two samples under a kernel, with a p-value by permutation, (1 + k) / (1 + m). It sees joint changes and costs the square of the sample size.',
      responder: 'It says that something changed and not what. Follow it with tests of single features.',
      policy:
        'One test for whether the world has moved away from the examples, all characteristics taken together. It is an alarm, and somebody has to be there to hear it.',
    },
    limits: 'The kernel decides what it can see; in many dimensions small changes are lost.',
    source: {
      citation: 'Gretton et al. "A kernel two-sample test." JMLR 13 (2012).',
      url: 'https://jmlr.org/papers/v13/gretton12a.html',
      provenance: 'memory',
    },
  },
  {
    ...test,
    id: 'domain-classifier',
    name: 'domain classifier',
    aliases: ['classifier two-sample test', 'adversarial validation'],
    access: null,
    goal: 'To tell whether old and new inputs can be told apart.',
    say: {
      engineer:
        'Trains a classifier to tell reference rows from new ones and reports its AUC on held-out rows; 0.5 means no difference seen. It also shows which features give the new ones away.',
      responder:
        'The rows that it is surest are new are examples to look at first. A high figure alone does not say that accuracy fell; label a few and see.',
      policy:
        'If a machine can tell at a glance which cases are new, the system is working outside of what it was tested on. Approval given for the old cases then does not cover the new ones.',
    },
    limits: 'A weak classifier sees nothing; an identifier or a date in the data makes it trivially perfect.',
    source: failingLoudlyPaper,
  },
  {
    ...test,
    id: 'average-thresholded-confidence',
    name: 'average thresholded confidence',
    aliases: ['ATC'],
    access: 'score',
    goal: 'An estimate of accuracy on new inputs that have no labels yet.',
    say: {
      engineer:
        'Finds the confidence above which as large a share of labelled test inputs lies as is right, and reports the share of new inputs above it. It costs one pass and needs no labels.',
      responder:
        'A first estimate of how bad it is, while labels are still on their way. Replace it by a measured figure as soon as there are some.',
      policy:
        'It tells the operator that quality is falling before complaints do. It is an estimate and should be called one.',
    },
    limits: 'It trusts confidence, which often stays high under shift; a good estimate is no proof.',
    source: arxiv(
      '2201.04234',
      'Garg et al. "Leveraging unlabeled data to predict out-of-distribution performance." ICLR 2022.',
      'memory',
    ),
  },
]

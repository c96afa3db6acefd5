import type { CheckMeta, ProbeMeta } from '@failmode/core'

export const meta: ProbeMeta = {
  mode: 'reprogramming',
  title: 'Reprogramming',
  summary:
    'Learns a frame around inputs of a foreign task, so that the model solves that task, and asks whether it does so better than chance, than a program without sense and than an untrained twin.',
  tags: ['security', 'integrity'],
  headline: ['guest-accuracy', 'guest-gain'],
}

const measurements = [
  'guest-accuracy',
  'guest-gain',
  'commonest-class-share',
  'shuffled-accuracy',
  'untrained-accuracy',
  'linear-probe-accuracy',
]

export const gradientsMeta: CheckMeta = {
  id: 'reprogramming/gradients',
  title: 'Programs learnt by gradients',
  variant: null,
  access: 'gradient',
  knowledge: [],
  proves:
    'Whether somebody who has the model can make it solve a task that it was not made for, by a frame around inputs.',
  measurements,
}

export const scoresMeta: CheckMeta = {
  id: 'reprogramming/scores',
  title: 'Programs learnt by scores',
  variant: null,
  access: 'score',
  knowledge: [],
  proves: 'Whether somebody who only sees scores can do the same.',
  measurements,
}

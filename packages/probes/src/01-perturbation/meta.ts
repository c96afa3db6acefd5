import type { ProbeMeta } from '@failmode/core'

export const meta: ProbeMeta = {
  mode: 'perturbation',
  title: 'Perturbation',
  summary: 'Searches for small changes of an input, invisible or nearly so, that change the answer.',
  tags: ['security', 'integrity', 'evasion'],
  headline: ['robust-accuracy', 'clean-accuracy', 'attack-success-rate'],
}

/** The check names, which gates and links use. */
export const checkIds = {
  noise: 'perturbation/random-noise',
  score: 'perturbation/score-untargeted',
  gradient: 'perturbation/gradient-untargeted',
  oneStep: 'perturbation/gradient-one-step',
} as const

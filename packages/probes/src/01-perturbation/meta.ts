import type { ProbeMeta } from '@failmode/core'

export const meta: ProbeMeta = {
  mode: 'perturbation',
  title: 'Perturbation',
  summary: 'Searches for small changes of an input, invisible or nearly so, that change the answer.',
  tags: ['security', 'integrity', 'evasion'],
  headline: ['robust-accuracy', 'clean-accuracy', 'attack-success-rate', 'median-linf', 'median-l2'],
}

/** The check names, which gates and links use. */
export const checkIds = {
  gradient: 'perturbation/gradient-untargeted',
  score: 'perturbation/score-untargeted',
  label: 'perturbation/label-untargeted',
  shortest: 'perturbation/gradient-shortest',
  oneStep: 'perturbation/gradient-one-step',
  noise: 'perturbation/random-noise',
  gradientSourceTarget: 'perturbation/gradient-source-target',
  scoreSourceTarget: 'perturbation/score-source-target',
  labelSourceTarget: 'perturbation/label-source-target',
  gradientTargeted: 'perturbation/gradient-noise-to-class',
  scoreTargeted: 'perturbation/score-noise-to-class',
  gradientConfidence: 'perturbation/gradient-confidence',
  scoreConfidence: 'perturbation/score-confidence',
  transfer: 'perturbation/transfer',
} as const

// One attack with its parameters, as it stands in a step's input and in a suite: plain data. What an attack of that
// name does, what it needs and what it costs is in `known-attacks.ts`.

import type { Norm } from '../attacks/ball.ts'

export const attackNames = [
  'noise',
  'fgsm',
  'pgd',
  'apgd-ce',
  'apgd-dlr',
  'apgd-t',
  'fab',
  'fab-t',
  'carlini-wagner',
  'deepfool',
  'fmn',
  'square',
  'simba',
  'nes',
  'spsa',
  'hop-skip-jump',
  'rays',
  'boundary',
  'transfer',
] as const
export type AttackName = (typeof attackNames)[number]

export interface AttackPlan {
  readonly attack: AttackName
  /** Steps, or queries, a sample and start: what the attack's effort is counted in. */
  readonly effort: number
  /** Starts, or for the attacks on one class after another the classes tried. */
  readonly times: number
  /** Norm of the shortest way, for attacks that look for it; that of the ball when absent. */
  readonly norm?: Norm
  /** Length of a step in the norm of the ball, for PGD. */
  readonly stepSize?: number
  /** Square's window schedule squeezed to the effort; false as in the code that AutoAttack carries. */
  readonly rescale?: boolean
  /** Passes that a gradient is the mean of, for models that answer at random; 1 when absent. */
  readonly passes?: number
}

/** What the attacker wants of a sample. */
export type Goal =
  /** Any class but the true one. */
  | { readonly kind: 'any' }
  /** One class: that of the same place in the batch. */
  | { readonly kind: 'class'; readonly targets: readonly number[] }
  /** The true class, with no more confidence than this. */
  | { readonly kind: 'doubt'; readonly confidence: number }

/** Where the inputs come from that are attacked. */
export type Source =
  | { readonly kind: 'samples'; readonly split: string }
  /** Uniform noise, which belongs to no class; input i is that of `random.split(i)`. */
  | { readonly kind: 'noise'; readonly seed: number }

import { z } from 'zod'
import { norms } from '../attacks/ball.ts'
import { attackNames } from './attack-plan.ts'
import { suiteNames } from './suites.ts'

export const options = z
  .strictObject({
    norm: z.enum(norms).default('linf').describe('norm of the ball'),
    eps: z
      .number()
      .gt(0)
      .default(8 / 255)
      .describe('radius of the ball in unit space; for linf the most any number of the input may change'),
    samples: z
      .int()
      .positive()
      .optional()
      .describe(
        'samples attacked; by default 100 (quick), 200 (standard), 1000 (thorough), and half of that by attacks with labels only, towards a class, on confidence, and for the shortest way',
      ),
    suite: z
      .enum(suiteNames)
      .optional()
      .describe(
        'attacks with gradients, in order; by default quick, autoattack-standard or autoattack-plus, by the budget',
      ),
    attacks: z
      .array(z.enum(attackNames))
      .min(1)
      .optional()
      .describe('run these attacks in place of those of suite and budget, each in the check of its access'),
    queries: z
      .int()
      .min(2)
      .optional()
      .describe('queries a sample of attacks by scores or labels, in place of those of the budget'),
    steps: z
      .int()
      .positive()
      .optional()
      .describe('steps of attacks with gradients, in place of those of the suite'),
    restarts: z
      .int()
      .positive()
      .optional()
      .describe('random starts of PGD, APGD and FAB, in place of those of the suite'),
    stepSize: z
      .number()
      .gt(0)
      .optional()
      .describe(
        'step of PGD in unit space; by default 2.5 eps / steps, so that a straight way can reach any point',
      ),
    noiseDraws: z.int().positive().default(10).describe('noise draws a sample of the random-noise control'),
    target: z
      .union([z.string(), z.int().nonnegative()])
      .optional()
      .describe(
        'class that targeted attacks shall reach, by name or index; by default one drawn for each sample',
      ),
    doubt: z
      .number()
      .gt(0.5)
      .lt(1)
      .default(0.6)
      .describe('confidence in the right answer at or below which it counts as reduced'),
    split: z.string().default('test').describe('data set to attack'),
    threshold: z
      .strictObject({
        successRate: z
          .number()
          .min(0)
          .max(1)
          .default(0.01)
          .describe('a finding when the success rate is above this with confidence'),
      })
      .prefault({})
      .describe('when a measurement becomes a finding'),
  })
  .refine(({ norm, eps }) => norm !== 'linf' || eps <= 1, {
    path: ['eps'],
    error: 'is above 1, which is the whole of unit space in Linf',
  })

export type PerturbationOptions = z.infer<typeof options>

const normText = { linf: 'Linf', l2: 'L2', l1: 'L1' } as const

/** The ball in words, such as `Linf 0.3`. */
export function ballText({ norm, eps }: Pick<PerturbationOptions, 'norm' | 'eps'>): string {
  return `${normText[norm]} ${Number(eps.toPrecision(3))}`
}

import { z } from 'zod'
import { norms } from '../attacks/ball.ts'

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
      .describe('samples attacked; by default 100 (quick), 200 (standard), 1000 (thorough)'),
    queries: z
      .int()
      .min(2)
      .optional()
      .describe(
        'queries a sample of a score attack; by default 500 (quick), 1000 (standard), 5000 (thorough)',
      ),
    steps: z
      .int()
      .positive()
      .optional()
      .describe('steps of PGD; by default 20 (quick), 40 (standard), 100 (thorough)'),
    restarts: z.int().positive().optional().describe('random starts of PGD; by default 1, 1 and 5'),
    stepSize: z
      .number()
      .gt(0)
      .optional()
      .describe(
        'step of PGD in unit space; by default 2.5 eps / steps, so that a straight way can reach any point',
      ),
    noiseDraws: z.int().positive().default(10).describe('noise draws a sample of the random-noise control'),
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

/** The ball in words, such as `Linf 0.3`. */
export function ballText({ norm, eps }: Pick<PerturbationOptions, 'norm' | 'eps'>): string {
  return `${norm === 'linf' ? 'Linf' : 'L2'} ${Number(eps.toPrecision(3))}`
}

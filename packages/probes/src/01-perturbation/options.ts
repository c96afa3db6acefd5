import { z } from 'zod'

export const options = z.strictObject({
  norm: z.literal('linf').default('linf').describe('norm of the ball; this version attacks in Linf'),
  eps: z
    .number()
    .gt(0)
    .lte(1)
    .default(8 / 255)
    .describe('radius of the ball in unit space: the most any number of the input may change'),
  samples: z
    .int()
    .positive()
    .optional()
    .describe('samples attacked; by default 100 (quick), 200 (standard), 1000 (thorough)'),
  queries: z
    .int()
    .min(2)
    .optional()
    .describe('queries a sample of a score attack; by default 500 (quick), 1000 (standard), 5000 (thorough)'),
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

export type PerturbationOptions = z.infer<typeof options>

import { z } from 'zod'

const share = z.number().min(0).max(1)

export const options = z.strictObject({
  pool: z
    .string()
    .optional()
    .describe(
      'data set that the thief sends, of which no labels are used; by default "pool" if there is one, else one half of the samples that copies are not compared on',
    ),
  compared: z
    .string()
    .default('test')
    .describe('data set on which copy and model are compared; its labels are not used either'),
  queries: z
    .int()
    .min(20)
    .optional()
    .describe(
      'queries that the thief may make; by default 500 (quick), 2000 (standard), 20000 (thorough), or as many as the pool has samples',
    ),
  samples: z
    .int()
    .min(20)
    .default(1000)
    .describe('samples on which copy and model are compared, and as many uniform inputs'),
  adaptive: z
    .boolean()
    .default(true)
    .describe('let the thief also choose what the copy is least sure of, in rounds'),
  transfer: z
    .strictObject({
      samples: z.int().min(0).default(50).describe('samples that the copy is deceived on; 0 for none'),
      eps: share.default(0.1).describe('most that a number of the sample is changed by, in unit space'),
      queries: z.int().min(10).default(300).describe('questions to the copy, for each of them'),
    })
    .prefault({})
    .describe('adversarial examples made on the copy and shown to the model'),
  threshold: z
    .strictObject({
      agreement: share
        .default(0.9)
        .describe(
          'a finding when copy and model agree on more than this share of real samples, with confidence',
        ),
      noticeable: share.default(0.95).describe('harm is rated noticeable, not slight, above this share'),
      severe: share.default(0.99).describe('and severe above this one'),
      minSamples: z
        .int()
        .min(20)
        .default(100)
        .describe('with fewer samples than this the checks are inconclusive'),
    })
    .prefault({})
    .describe('when a measurement becomes a finding'),
})

export type StealingOptions = z.infer<typeof options>

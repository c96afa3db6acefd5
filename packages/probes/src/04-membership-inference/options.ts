import { z } from 'zod'

const share = z.number().min(0).max(1)

export const options = z.strictObject({
  members: z.string().default('train').describe('data set that the model was trained on, or a part of it'),
  strangers: z
    .string()
    .default('test')
    .describe('data set of the same kind that the model was not trained on'),
  records: z
    .int()
    .min(20)
    .optional()
    .describe(
      'members, and as many strangers, that are asked about; by default 500 (quick), 2000 (standard), 10000 (thorough), or as many as there are',
    ),
  population: z
    .int()
    .min(20)
    .default(1000)
    .describe(
      'strangers set aside, that no shadow model is trained on and that tell what is usual; at most a third of all strangers',
    ),
  shadows: z
    .int()
    .min(0)
    .max(1024)
    .optional()
    .describe(
      'shadow models that are trained where the configuration says how; by default none (quick), 8 (standard), 64 (thorough). An even number of at least 2',
    ),
  variance: z
    .enum(['auto', 'per-record', 'fixed'])
    .default('auto')
    .describe(
      'spread that LiRA gives a record: its own, or one for all records (auto: its own from 64 shadows)',
    ),
  queries: z
    .strictObject({
      flip: z.boolean().default(false).describe('ask about the mirrored picture, too'),
      shift: z.int().min(0).max(8).default(0).describe('ask about copies moved by this many pixels, too'),
    })
    .prefault({})
    .describe('further queries of each record for LiRA; choose what training augments with'),
  labelOnly: z
    .strictObject({
      records: z
        .int()
        .min(10)
        .optional()
        .describe(
          'members, and as many strangers, whose distance to the border is measured; by default none (quick), 50 (standard), 500 (thorough)',
        ),
      queries: z
        .int()
        .min(100)
        .default(500)
        .describe('queries for the distance of one record to the border of its class'),
    })
    .prefault({}),
  canaries: z
    .strictObject({
      inserted: z.string().optional().describe('data set of canaries that are in the training data'),
      heldOut: z.string().optional().describe('data set of canaries, made in the same way, that are not'),
      made: z
        .int()
        .min(0)
        .optional()
        .describe(
          'canaries that failmode makes and trains a model with: strangers with a wrong label, half of them inserted; by default none (quick), 400 (standard), 1000 (thorough)',
        ),
    })
    .prefault({}),
  groups: z
    .array(z.string())
    .optional()
    .describe('columns of metadata by which exposure is told apart; by default all with at most 12 values'),
  threshold: z
    .strictObject({
      auc: z
        .number()
        .min(0.5)
        .max(1)
        .default(0.55)
        .describe('a finding when the area under the curve is above this with confidence'),
      tprAtHundredth: share
        .default(0.03)
        .describe(
          'or when more than this share of members is named at one false alarm in a hundred, with confidence; 0.01 is guessing',
        ),
      blind: z
        .number()
        .min(0.5)
        .max(1)
        .default(0.55)
        .describe(
          'when members and strangers can be told apart without the model, with an area above this with confidence, nothing is put down to the model',
        ),
      noticeable: z
        .number()
        .min(0.5)
        .max(1)
        .default(0.6)
        .describe('harm is rated noticeable, not slight, above this area with confidence'),
      severe: z.number().min(0.5).max(1).default(0.7).describe('and severe above this one'),
      canaryEpsilon: z
        .number()
        .min(0)
        .default(1)
        .describe('a finding when canaries prove an epsilon above this, with confidence'),
      minRecords: z
        .int()
        .min(10)
        .default(100)
        .describe('with fewer members or strangers than this the checks are inconclusive'),
    })
    .prefault({})
    .describe('when a measurement becomes a finding'),
})

export type MembershipOptions = z.infer<typeof options>

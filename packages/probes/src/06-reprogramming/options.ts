import { z } from 'zod'

export const guestNames = ['square-counting', 'captcha-digits', 'shape-parity', 'own'] as const
export type GuestName = (typeof guestNames)[number]

export const options = z.strictObject({
  guests: z
    .array(z.enum(guestNames))
    .min(1)
    .optional()
    .describe(
      'foreign tasks; by default square-counting (quick), and captcha-digits and shape-parity beside it (standard, thorough)',
    ),
  own: z
    .string()
    .default('guest')
    .describe('data set with samples [1, side, side] and labels of the task "own"; one half is learnt from'),
  steps: z
    .int()
    .min(20)
    .optional()
    .describe(
      'steps of a program; by default 150 (quick), 500 (standard), 3000 (thorough), and fewer by scores',
    ),
  batch: z.int().min(4).default(48).describe('samples of a step'),
  samples: z.int().min(40).default(400).describe('fresh samples that a program is tried on'),
  mapping: z
    .enum(['least-loss', 'frequency', 'random'])
    .default('least-loss')
    .describe(
      'how classes of the model are given to classes of the task: so that learning begins with the least loss, by where its answers lean most, or drawn',
    ),
  classesEach: z
    .int()
    .min(1)
    .max(10)
    .optional()
    .describe(
      'classes of the model that stand for one of the task; by default as many as there are, 4 at most',
    ),
  threshold: z
    .strictObject({
      gain: z
        .number()
        .min(0)
        .max(1)
        .default(0)
        .describe(
          'a finding when a program is right more often than all controls by more than this, with both intervals between them',
        ),
      noticeable: z
        .number()
        .min(0)
        .max(1)
        .default(0.2)
        .describe('harm is rated noticeable, not slight, above this gain'),
      severe: z.number().min(0).max(1).default(0.5).describe('and severe above this one'),
    })
    .prefault({})
    .describe('when a measurement becomes a finding'),
})

export type ReprogrammingOptions = z.infer<typeof options>

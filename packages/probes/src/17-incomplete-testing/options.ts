import { z } from 'zod'

const share = z.number().min(0).max(1)

export const options = z.strictObject({
  split: z.string().default('test').describe('data set that the model is tested on'),
  train: z
    .string()
    .default('train')
    .describe('data set that it was trained on, to look for copies; may be absent'),
  nearDuplicate: z
    .number()
    .min(0.9)
    .max(1)
    .default(0.995)
    .describe(
      'two pictures count as copies of each other when their grey values correlate at least this much: the same picture saved again, lighter, darker or with a little noise, and not one that is shifted or cropped',
    ),
  garbage: z
    .int()
    .positive()
    .optional()
    .describe(
      'inputs without content that the model is asked about; by default 200, 600 with a thorough budget',
    ),
  threshold: z
    .strictObject({
      leakage: share
        .default(0.005)
        .describe(
          'a finding when more than this share of the test set is in the training set, with confidence',
        ),
      noticeableLeakage: share
        .default(0.02)
        .describe('harm is rated noticeable, not slight, when leakage is above this with confidence'),
      severeLeakage: share
        .default(0.1)
        .describe('harm is rated severe when leakage is above this with confidence'),
      classSamples: z
        .int()
        .positive()
        .default(10)
        .describe('a class with fewer samples than this counts as not tested'),
      confident: share
        .default(0.9)
        .describe('a model that gives a class at least this probability counts as sure of it'),
      nothing: share
        .default(0.1)
        .describe(
          'a finding when the model is sure of more than this share of inputs without content, with confidence',
        ),
      noticeableNothing: share
        .default(0.3)
        .describe('harm is rated noticeable, not slight, when that share is above this with confidence'),
      severeNothing: share
        .default(0.7)
        .describe('harm is rated severe when that share is above this with confidence'),
    })
    .prefault({})
    .describe('when a measurement becomes a finding'),
})

export type IncompleteTestingOptions = z.infer<typeof options>

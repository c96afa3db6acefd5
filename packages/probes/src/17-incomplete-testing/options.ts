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
  leastSamples: z
    .int()
    .positive()
    .default(1)
    .describe('test samples that a combination of conditions needs to count as tested'),
  enoughSamples: z
    .int()
    .min(10)
    .default(30)
    .describe('samples that a condition needs before accuracy in it is compared'),
  propose: z
    .literal([1, 2, 3])
    .default(2)
    .describe('the proposed test cases show every combination of this many conditions'),
  conditionSamples: z
    .int()
    .positive()
    .optional()
    .describe(
      'samples that the model is asked about for accuracy by condition; by default 1000 (quick), 5000 (standard), all (thorough)',
    ),
  madeSamples: z
    .int()
    .positive()
    .optional()
    .describe(
      'samples of which each condition is made; by default 100 (quick), 200 (standard), 500 (thorough)',
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
      untested: share
        .default(0.1)
        .describe(
          'a finding when more than this share of operation, or of what mistakes would cost in it, has a pair of conditions that no test sample shows',
        ),
      noticeableUntested: share
        .default(0.25)
        .describe('harm is rated noticeable, not slight, when that share is above this'),
      severeUntested: share.default(0.5).describe('harm is rated severe when that share is above this'),
      unread: share
        .default(0.05)
        .describe(
          'without a finding the check is inconclusive when a condition is not known of more than this share of the samples',
        ),
      conditionDrop: share
        .default(0.1)
        .describe(
          'a finding when accuracy in a condition is more than this below the accuracy over all, and surely below it',
        ),
      noticeableConditionDrop: share
        .default(0.2)
        .describe('harm is rated noticeable, not slight, when it is more than this below'),
      severeConditionDrop: share
        .default(0.4)
        .describe('harm is rated severe when it is more than this below'),
      risk: share
        .default(0.1)
        .describe(
          'a finding when more than this share of what mistakes would cost is lost to them, with confidence',
        ),
      noticeableRisk: share
        .default(0.2)
        .describe('harm is rated noticeable, not slight, when that share is above this with confidence'),
      severeRisk: share
        .default(0.4)
        .describe('harm is rated severe when that share is above this with confidence'),
      madeDrop: share
        .default(0.1)
        .describe(
          'a finding when making a condition takes more than this share of the samples from right to wrong on balance, and is no accident',
        ),
      madeWrong: share
        .default(0.1)
        .describe(
          'a finding when more than this share of the answers is not the one expected, with confidence, where a made condition should leave the model unsure or change its answer',
        ),
      noticeableMade: share
        .default(0.25)
        .describe('harm is rated noticeable, not slight, when either share is above this'),
      severeMade: share.default(0.5).describe('harm is rated severe when either share is above this'),
      rare: share
        .default(0.01)
        .describe(
          'a condition is met rarely when its part of operation, or of the cost in it where that is larger, is below this; its findings are rated by that',
        ),
      occasional: share
        .default(0.1)
        .describe('it is met occasionally below this, and as a matter of routine from there on'),
      alpha: z
        .number()
        .gt(0)
        .lt(0.5)
        .default(0.05)
        .describe(
          'a made condition is no accident when its p-value, corrected for all of them, is at most this',
        ),
    })
    .prefault({})
    .describe('when a measurement becomes a finding'),
})

export type IncompleteTestingOptions = z.infer<typeof options>

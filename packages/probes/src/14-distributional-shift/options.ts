import { z } from 'zod'

const share = z.number().min(0).max(1)

/** Tests by permutation that go into the joint p-value. */
export const jointTests = ['ks-test', 'mmd-test', 'lsdd-test'] as const
export const samplesByBudget = { quick: 400, standard: 1000, thorough: 5000 } as const
export const estimators = ['average-thresholded-confidence', 'difference-of-confidences'] as const

export const options = z.strictObject({
  reference: z.string().default('test').describe('data set that the system was tested on'),
  current: z.string().default('operation').describe('data set that it meets now'),
  tests: z
    .array(z.enum([...jointTests, 'domain-classifier']))
    .refine(
      (names) => jointTests.some((name) => names.includes(name)),
      'needs one of ks-test, mmd-test, lsdd-test',
    )
    .refine((names) => new Set(names).size === names.length, 'a test is named twice')
    .default([...jointTests, 'domain-classifier'])
    .describe(
      'tests to run; those by permutation share one joint p-value (ks-test stands for one test a feature, of categories by chi-square), the domain classifier gives an effect size',
    ),
  estimators: z
    .array(z.enum(estimators))
    .min(1)
    .refine((names) => new Set(names).size === names.length, 'an estimator is named twice')
    .default([...estimators])
    .describe('ways to estimate accuracy without labels'),
  groups: z
    .array(z.string().min(1))
    .min(1)
    .refine((names) => new Set(names).size === names.length, 'a column is named twice')
    .optional()
    .describe(
      'columns of metadata whose values make groups; by default all that have 2 to 50 different values, but not the path of the file',
    ),
  minGroup: z
    .int()
    .positive()
    .default(50)
    .describe('groups with fewer samples than this are not measured and named as not covered'),
  samples: z
    .int()
    .positive()
    .optional()
    .describe('samples of each data set; by default 400 (quick), 1000 (standard), 5000 (thorough)'),
  permutations: z
    .int()
    .min(99)
    .default(499)
    .describe('deals of the permutation tests; the smallest p-value is 1 / (1 + permutations)'),
  kernelSamples: z
    .int()
    .min(25)
    .default(250)
    .describe('samples of each data set that MMD and LSDD look at, whose cost goes with the square'),
  threshold: z
    .strictObject({
      alpha: z
        .number()
        .gt(0)
        .lt(0.5)
        .default(0.05)
        .describe(
          'rate of false alarms of each check; a finding needs a corrected p-value of at most this and an effect',
        ),
      psi: z
        .number()
        .positive()
        .default(0.1)
        .describe(
          'population stability index of one feature above which a shift is large enough for a finding',
        ),
      largePsi: z
        .number()
        .positive()
        .default(0.25)
        .describe('index above which harm is rated noticeable, not slight'),
      wasserstein: z
        .number()
        .positive()
        .default(0.1)
        .describe('distance in standard deviations of the reference above which a shift is large enough'),
      auc: z
        .number()
        .min(0.5)
        .max(1)
        .default(0.6)
        .describe(
          'area under the curve of the domain classifier above which a shift that no single feature shows is large enough',
        ),
      labelShift: share
        .default(0.05)
        .describe('total variation between the shares of classes above which label shift is large enough'),
      accuracyDrop: share
        .default(0.05)
        .describe('a finding when accuracy fell by more than this with confidence'),
      noticeableDrop: share
        .default(0.1)
        .describe('harm is rated noticeable when it fell by more than this with confidence'),
      severeDrop: share
        .default(0.25)
        .describe('harm is rated severe when it fell by more than this with confidence'),
      groupGap: share
        .default(0.05)
        .describe(
          'a finding when accuracy in a group is below that over all samples by more than this, with confidence for all groups together',
        ),
      groupDetectable: share
        .default(0.3)
        .describe(
          'without a finding, groups are inconclusive when in one of them only a gap above this would have been found in four of five cases',
        ),
      detectable: share
        .default(0.3)
        .describe(
          'without an alarm the check is inconclusive when only a distance of distributions (Kolmogorov-Smirnov) above this would have been found in four of five cases',
        ),
      minSamples: z
        .int()
        .positive()
        .default(50)
        .describe('with fewer samples on either side a check is inconclusive'),
    })
    .prefault({})
    .describe('when a measurement becomes a finding'),
})

export type ShiftOptions = z.infer<typeof options>

import { z } from 'zod'

const share = z.number().min(0).max(1)

export const options = z.strictObject({
  pool: z
    .string()
    .optional()
    .describe(
      'labelled data set that is searched, of samples the model was not trained on; by default "pool" if there is one, else "test"',
    ),
  samples: z
    .int()
    .positive()
    .optional()
    .describe(
      'samples of the pool that are searched; by default 1000 (quick), 5000 (standard), all (thorough)',
    ),
  neighbours: z
    .int()
    .min(2)
    .max(100)
    .default(10)
    .describe('samples around a mistake whose labels are compared with its own'),
  embedding: z
    .enum(['auto', 'pixels'])
    .default('auto')
    .describe(
      'what samples are near by: another model of the task, from `references` or `surrogate` (what goes into its last layer, else its scores), where there is one (auto), or always the numbers of the samples (pixels). Never the model under test, which would vouch for its own mistakes',
    ),
  below: share
    .default(0.15)
    .describe(
      'samples are mined that other models have wrong with less than this probability of the right class; 0.15 is the published value',
    ),
  clusters: z
    .int()
    .min(2)
    .max(200)
    .default(25)
    .describe(
      'groups that samples are clustered into, with fewer and more of them tried beside it, and fewer where the pool is small',
    ),
  minSlice: z.int().min(10).default(30).describe('least samples of a group that is compared with the whole'),
  shown: z.int().min(0).max(50).default(12).describe('samples of a gallery'),
  threshold: z
    .strictObject({
      confident: share
        .default(0.9)
        .describe('a model that gives a class at least this probability counts as sure of it'),
      confidentMistakes: share
        .default(0.01)
        .describe(
          'a finding when the model is sure and wrong on more than this share of the pool, with confidence and suspected labels left out',
        ),
      noticeable: share
        .default(0.03)
        .describe(
          'harm is rated noticeable, not slight, when the share of the pool that a finding is about is above this with confidence',
        ),
      severe: share
        .default(0.1)
        .describe('harm is rated severe when that share is above this with confidence'),
      overconfidence: share
        .default(0.1)
        .describe('a finding when mean confidence is above accuracy by more than this with confidence'),
      agreement: share
        .default(0.6)
        .describe(
          'a mistake is blamed on the model only when at least this share of the pool has the label that most of its neighbours have; below it wrong labels and mistakes cannot be told apart',
        ),
      labels: share
        .default(0.1)
        .describe(
          'when more than this share of the labels is suspected, with confidence, the pool cannot show that there is nothing to find',
        ),
      accuracy: share
        .default(0.5)
        .describe(
          'below this accuracy the checks are inconclusive: labels or preprocessing are then likelier wrong than the samples are hard; lower it for a hard task',
        ),
      minSamples: z
        .int()
        .min(20)
        .default(100)
        .describe('with fewer samples than this the checks are inconclusive'),
      drop: share
        .default(0.2)
        .describe(
          'a finding when accuracy on mined samples is below that on all by more than this with confidence, and by more than chance',
        ),
      minMined: z
        .int()
        .positive()
        .default(10)
        .describe('with fewer mined samples than this nothing is said of accuracy on them'),
      lift: z
        .number()
        .min(1)
        .default(2)
        .describe('a finding when a group has at least this many times the error rate of the whole'),
      points: share
        .default(0.1)
        .describe('and an error rate that is at least this much above that of the whole'),
      alpha: z
        .number()
        .gt(0)
        .lt(0.5)
        .default(0.05)
        .describe('and its p-value, corrected for all groups that were tested, is at most this'),
    })
    .prefault({})
    .describe('when a measurement becomes a finding'),
})

export type NaturalOptions = z.infer<typeof options>

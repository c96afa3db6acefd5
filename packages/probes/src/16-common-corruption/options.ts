import { z } from 'zod'
import {
  benchmarkNames,
  type CorruptionName,
  corruptionNames,
  extendedNames,
} from './corruptions/corrupt-image.ts'
import { severities } from './corruptions/corruption.ts'
import { sequenceNames } from './sequences/sequence.ts'

const share = z.number().min(0).max(1)

export const options = z.strictObject({
  corruptions: z
    .array(z.enum(corruptionNames))
    .min(1)
    .refine((names) => new Set(names).size === names.length, 'a corruption is named twice')
    .default([...benchmarkNames])
    .describe(
      'corruptions to apply; by default the 15 of the published benchmark. Four extra published ones (speckle-noise, gaussian-blur, spatter, saturate) and those of our own are applied where named',
    ),
  extended: z
    .boolean()
    .default(false)
    .describe(
      'apply our own corruptions too (geometric, camera, occlusion, compression); their strengths are not published ones, and no mean error counts them',
    ),
  referenceCompatible: z
    .boolean()
    .default(false)
    .describe(
      'do as the released code where it differs from the paper: glass blur copies pixels instead of exchanging them, elastic transform computes with 244 (small pictures: 32) whatever the size',
    ),
  severities: z
    .array(z.literal([...severities]))
    .min(1)
    .refine((levels) => new Set(levels).size === levels.length, 'a severity is named twice')
    .default([...severities])
    .describe('severities to apply, 1 (weakest) to 5'),
  constants: z
    .enum(['auto', 'imagenet', 'cifar'])
    .default('auto')
    .describe(
      'which published constants: those tuned on 224-pixel images (imagenet), those tuned on 32-pixel images (cifar), or by size (auto: cifar where the shorter side is at most 64 pixels)',
    ),
  samples: z
    .int()
    .positive()
    .optional()
    .describe('images corrupted; by default 200 (quick), 500 (standard), all (thorough)'),
  sequences: z
    .array(z.enum(sequenceNames))
    .min(1)
    .refine((names) => new Set(names).size === names.length, 'a sequence is named twice')
    .default([...sequenceNames])
    .describe('sequences of slowly changing frames to play, for the flip rate'),
  sequenceSamples: z
    .int()
    .positive()
    .optional()
    .describe('images that sequences are made of; by default 20 (quick), 50 (standard), 500 (thorough)'),
  calibrationSamples: z
    .int()
    .min(2)
    .optional()
    .describe('images whose confidence is asked for; by default 50 (quick), 150 (standard), 1000 (thorough)'),
  normaliser: z
    .string()
    .min(1)
    .default('auto')
    .describe(
      'whose errors `mce` and `relative-mce` are divided by: the name of one of `references`, "alexnet" for the published errors of AlexNet on ImageNet-C, "none", or "auto": alexnet where the model knows 1000 classes of pictures of about 224 pixels and the constants are those of ImageNet-C, else the one reference if there is exactly one, else none',
    ),
  split: z.string().default('test').describe('data set whose images are corrupted'),
  threshold: z
    .strictObject({
      drop: share
        .default(0.1)
        .describe(
          'a finding when the share of clean accuracy that is lost, averaged over all corruptions and severities, is above this with confidence',
        ),
      singleDrop: share
        .default(0.3)
        .describe(
          'a finding when one corruption alone, averaged over severities, takes more than this share of clean accuracy with confidence',
        ),
      flips: share
        .default(0.1)
        .describe(
          'a finding when the answer changes between more than this share of neighbouring frames, over all sequences, with confidence',
        ),
      singleFlips: share
        .default(0.3)
        .describe('a finding when it does so in more than this share of the frames of one sequence'),
      overconfidence: share
        .default(0.15)
        .describe(
          'a finding when on corrupted images mean confidence is above accuracy by more than this with confidence',
        ),
      noticeable: share
        .default(0.25)
        .describe('harm is rated noticeable, not slight, when the mean drop is above this with confidence'),
      severe: share
        .default(0.5)
        .describe('harm is rated severe when the mean drop is above this with confidence'),
      cleanAccuracy: share
        .default(0.5)
        .describe(
          'below this clean accuracy the check is inconclusive: labels or preprocessing are then likelier wrong than the images; lower it for a hard task',
        ),
      minSamples: z
        .int()
        .positive()
        .default(50)
        .describe('with fewer images than this the check is inconclusive'),
    })
    .prefault({})
    .describe('when a measurement becomes a finding'),
})

export type CommonCorruptionOptions = z.infer<typeof options>

/** The corruptions that the options ask for. */
export function chosenCorruptions({
  corruptions,
  extended,
}: Pick<CommonCorruptionOptions, 'corruptions' | 'extended'>): readonly CorruptionName[] {
  return extended ? [...new Set([...corruptions, ...extendedNames])] : corruptions
}

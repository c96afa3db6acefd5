import { z } from 'zod'

export const options = z.strictObject({
  threshold: z
    .strictObject({
      mismatches: z
        .int()
        .min(0)
        .default(0)
        .describe('a finding when more artifacts than this differ from their recorded digest'),
      withoutDigest: z
        .int()
        .min(0)
        .default(0)
        .describe(
          'a finding when more artifacts than this have no digest on record, or only one that can be forged (SHA-1, MD5)',
        ),
      malicious: z
        .int()
        .min(0)
        .default(0)
        .describe('a finding when more artifacts than this would run or hide something no honest file does'),
      suspicious: z
        .int()
        .min(0)
        .default(0)
        .describe(
          'a finding when more artifacts than this can run or reach something, or break the rules of their format',
        ),
    })
    .prefault({})
    .describe('when a measurement becomes a finding'),
})

export type SupplyChainOptions = z.infer<typeof options>

// Pictures of successes: the sample, the adversarial point, and their difference amplified to be seen.
import { type Blob, type Evidence, type Image8, type StepHandler, sizeOf } from '@failmode/core'
import { sampleImage } from '../steps/sample-image.ts'
import { decodeFloats } from './attacks/float-file.ts'

export interface EvidenceInput {
  readonly split: string
  /** What `queries` below counts. */
  readonly counts: 'queries' | 'steps'
  /** Which points of which files to show, with the class the model gave. */
  readonly successes: readonly {
    readonly index: number
    readonly label: string
    readonly prediction: string
    readonly points: Blob
    readonly row: number
    readonly queries: number
  }[]
}

export const evidenceStep: StepHandler<EvidenceInput, { readonly evidence: readonly Evidence[] }> = {
  name: 'perturbation/evidence',
  version: 2,
  async run(input, context) {
    const samples = await context.samples(input.split)
    const size = sizeOf(samples.sampleShape)
    const evidence: Evidence[] = []
    for (const { index, label, prediction, points, row, queries } of input.successes) {
      const clean = samples.read([index]).data
      const adversarial = decodeFloats(await context.blobs.get(points)).subarray(row * size, (row + 1) * size)
      let largest = 0
      for (let i = 0; i < size; i++) {
        largest = Math.max(largest, Math.abs((adversarial[i] as number) - (clean[i] as number)))
      }
      const factor = largest === 0 ? 1 : 0.5 / largest
      const difference = Float32Array.from(
        adversarial,
        (value, i) => 0.5 + (value - (clean[i] as number)) * factor,
      )
      const picture = async (name: string, data: Float32Array) => {
        const image = sampleImage(data, samples.sampleShape)
        return { label: name, width: image.width, height: image.height, sample: true, blob: await put(image) }
      }
      const put = async (image: Image8) =>
        context.blobs.put(await context.images.encodePng(image), {
          folder: 'evidence',
          extension: 'png',
          mediaType: 'image/png',
        })
      evidence.push({
        kind: 'images',
        title: `Sample ${index}: ${label} taken for ${prediction}`,
        caption: `Found after ${queries} ${input.counts}. The difference is amplified ${factor.toFixed(1)} times; grey is no change.`,
        images: [
          await picture(`clean: ${label}`, clean),
          await picture(`adversarial: ${prediction}`, adversarial),
          await picture('difference', difference),
        ],
      })
    }
    return { evidence }
  },
}

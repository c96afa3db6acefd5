// Pictures of successes: the sample, the adversarial point, and their difference amplified to be seen.
import { type Blob, type Evidence, type Image8, type StepHandler, sizeOf } from '@failmode/core'
import { decodeFloats } from '../steps/float-file.ts'
import { sampleImage } from '../steps/sample-image.ts'
import type { Source } from './attack-plan.ts'
import { noiseInputs } from './attack-step.ts'

export interface EvidenceInput {
  readonly source: Source
  /** Which points of which files to show, and in which words. */
  readonly successes: readonly {
    readonly index: number
    readonly title: string
    readonly clean: string
    readonly adversarial: string
    /** How it was found: `by pgd after 3 passes`. */
    readonly found: string
    readonly points: Blob
    readonly row: number
  }[]
}

export const evidenceStep: StepHandler<EvidenceInput, { readonly evidence: readonly Evidence[] }> = {
  name: 'perturbation/evidence',
  version: 3,
  async run({ source, successes }, context) {
    const shape = context.modelFacts.sampleShape
    const size = sizeOf(shape)
    const samples = source.kind === 'samples' ? await context.samples(source.split) : null
    const evidence: Evidence[] = []
    for (const success of successes) {
      const { index, points, row } = success
      const clean =
        samples?.read([index]).data ??
        noiseInputs(source.kind === 'noise' ? source.seed : 0, [index], shape).data
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
        const image = sampleImage(data, shape)
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
        title: success.title,
        caption: `Found ${success.found}. The difference is amplified ${factor.toFixed(1)} times; grey is no change.`,
        images: [
          await picture(`clean: ${success.clean}`, clean),
          await picture(`adversarial: ${success.adversarial}`, adversarial),
          await picture('difference', difference),
        ],
      })
    }
    return { evidence }
  },
}

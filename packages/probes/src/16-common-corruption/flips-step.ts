// The step that plays one sequence of frames of some pictures to the model and counts how often its answer changes.
import type { StepHandler } from '@failmode/core'
import { imageShape } from './corrupt-step.ts'
import type { ConstantSet } from './corruptions/corruption.ts'
import { comparesWithFirst, frameCount, type SequenceName, sequenceOf } from './sequences/sequence.ts'

export interface FlipsInput {
  readonly split: string
  readonly indices: readonly number[]
  readonly sequence: SequenceName
  readonly constants: ConstantSet
}

/** For each picture the share of frames whose answer is another than that of the frame it is compared with. */
export const flipsStep: StepHandler<FlipsInput, { readonly flips: readonly number[] }> = {
  name: 'common-corruption/count-flips',
  version: 1,
  async run({ split, indices, sequence, constants }, context) {
    const samples = await context.samples(split)
    const frames = frameCount(sequence, constants)
    const model = await context.model('label', { maxQueries: indices.length * frames })
    const shape = imageShape(samples.sampleShape)
    const batch = Math.min(64, context.modelFacts.maxBatch)
    const flips: number[] = []
    for (const index of indices) {
      context.signal.throwIfAborted()
      const image = samples.read([index]).data
      const random = context.random.split(sequence).split(index)
      const answers: number[] = []
      let waiting: Float32Array[] = []
      const ask = async () => {
        if (waiting.length === 0) return
        const data = new Float32Array(waiting.length * image.length)
        for (const [i, frame] of waiting.entries()) data.set(frame, i * image.length)
        answers.push(...(await model.labels({ data, dims: [waiting.length, ...samples.sampleShape] })))
        waiting = []
      }
      for await (const frame of sequenceOf(sequence, image, {
        ...shape,
        constants,
        random,
        images: context.images,
      })) {
        waiting.push(frame)
        if (waiting.length === batch) await ask()
      }
      await ask()
      flips.push(flipShare(answers, comparesWithFirst(sequence)))
      context.progress(flips.length / indices.length)
    }
    return { flips }
  },
}

/** Share of the answers after the first that differ from the first, or from the one before. */
export function flipShare(answers: readonly number[], withFirst: boolean): number {
  const changed = answers.filter((answer, i) => i > 0 && answer !== answers[withFirst ? 0 : i - 1])
  return changed.length / (answers.length - 1)
}

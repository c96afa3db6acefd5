// The step that learns one program and tries it: the real one, or a control. The first control learns from labels that were shuffled;
// the second has the same architecture with weights that nobody trained for its host.
import { type Blob, createRandom, type StepHandler } from '@failmode/core'
import { sampleImage } from '../steps/sample-image.ts'
import { guestsOf } from './choose-guest.ts'
import type { GuestName, ReprogrammingOptions } from './options.ts'
import { embed, frameOf } from './programs/embed.ts'
import { runProgram, trainByGradients, trainByScores } from './programs/train-program.ts'

export interface ProgramInput {
  readonly guest: GuestName
  readonly own: string
  readonly run: 'real' | 'shuffled' | 'untrained'
  readonly access: 'gradient' | 'score'
  readonly steps: number
  readonly batch: number
  readonly samples: number
  readonly each: number
  readonly mapping: ReprogrammingOptions['mapping']
  readonly seed: number
}

export interface Programmed {
  readonly correct: readonly (0 | 1)[]
  /** Labels of the tried samples. */
  readonly labels: readonly number[]
  readonly mapping: readonly (readonly number[])[]
  readonly curve: readonly number[]
  readonly pictures: readonly { readonly blob: Blob; readonly width: number; readonly height: number }[]
}

/** Most drawn samples that a program learns from. */
export const learnt = 4000
const most = 64
const shown = 4

export const programStep: StepHandler<ProgramInput, Programmed> = {
  name: 'reprogramming/program',
  version: 1,
  async run(input, context) {
    const { guest, own, run, access, steps, batch, samples, each, mapping, seed } = input
    const random = createRandom(seed, ['reprogramming', guest])
    const { learn, test, classes, side } = await guestsOf(guest, {
      own,
      learn: Math.min(learnt, Math.max(256, steps * batch)),
      test: samples,
      random: random.split('samples'),
      context,
    })
    const told =
      run === 'shuffled'
        ? { ...learn, labels: Int32Array.from(random.split('shuffled').shuffle(Array.from(learn.labels))) }
        : learn
    const { sampleShape, classes: hostClasses, maxBatch } = context.modelFacts
    const options = {
      frame: frameOf(sampleShape, side),
      guestClasses: classes,
      hostClasses,
      each,
      mapping,
      steps,
      batch: Math.min(batch, told.labels.length),
      maxBatch: Math.min(most, maxBatch),
      random: random.split('program'),
      signal: context.signal,
      progress: (share: number) => context.progress(0.95 * share),
    }
    const open = async <A extends 'gradient' | 'score'>(kind: A) =>
      run === 'untrained' ? context.untrained(kind) : context.model(kind)
    const program =
      access === 'gradient'
        ? await trainByGradients(await open('gradient'), told, options)
        : await trainByScores(await open('score'), told, { ...options, rate: 0.2 })
    const correct = await runProgram(await open('score'), test, program, options)
    const pictures = []
    if (run === 'real') {
      const { data } = embed(program.weights, test, {
        frame: options.frame,
        rows: Array.from({ length: Math.min(shown, test.labels.length) }, (_, i) => i),
      })
      const size = sampleShape.reduce((a, b) => a * b, 1)
      for (let from = 0; from < data.length; from += size) {
        const image = sampleImage(data.subarray(from, from + size), sampleShape)
        const blob = await context.blobs.put(await context.images.encodePng(image), {
          folder: 'evidence',
          extension: 'png',
          mediaType: 'image/png',
        })
        pictures.push({ blob, width: image.width, height: image.height })
      }
    }
    return {
      correct,
      labels: Array.from(test.labels),
      mapping: program.mapping,
      curve: program.curve.map((loss) => Number(loss.toPrecision(6))),
      pictures,
    }
  },
}

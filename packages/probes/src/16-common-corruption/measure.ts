// Choose images, ask about them clean and in every cell, and hand the answers to what makes numbers and evidence.
import type { CheckContext, Measured } from '@failmode/core'
import { chooseSamples } from '../steps/choose-samples.ts'
import { chunk } from '../steps/chunk.ts'
import { predictLabels, referenceLabels } from '../steps/predict.ts'
import type { Answers } from './answers.ts'
import { type Cell, corruptStep, imageShape } from './corrupt-step.ts'
import { constantsForSize, corruptionNames } from './corruptions/corrupt-image.ts'
import { severities as allSeverities } from './corruptions/corruption.ts'
import { showSample, tableAndCurves } from './evidence.ts'
import { chooseNormaliser } from './normaliser.ts'
import { measurementsOf, sampleOutcomes } from './numbers.ts'
import { type CommonCorruptionOptions, chosenCorruptions } from './options.ts'
import { workload } from './workload.ts'

/** Images of one step: a killed run loses at most this many answers of a cell. */
const chunkSize = 250

export async function measureAccuracy(context: CheckContext<CommonCorruptionOptions>): Promise<Measured> {
  const answers = await ask(context)
  const blob = await context.putSamples(sampleOutcomes(answers))
  const { evidence, sanity } = await showSample(answers, context)
  const random = context.random.split('bootstrap')
  const [mce, ...others] = measurementsOf(answers, { random, seed: context.seed, blob })
  return {
    measurements: [{ ...mce!, evidence: [...evidence, ...tableAndCurves(answers)] }, ...others],
    notCovered: notCovered(answers, context),
    sanity,
  }
}

async function ask(context: CheckContext<CommonCorruptionOptions>): Promise<Answers> {
  const { options, system, random } = context
  const { split } = options
  const labels = context.labels(split)
  if (labels === null || system.model === null)
    throw new TypeError(`"${split}" has no labels, or there is no model`)
  const { samples } = workload(system, options, context.budget)
  const indices = chooseSamples(random, { count: samples, of: labels.length })
  const truth = indices.map((index) => labels[index]!)
  const parts = chunk(indices, chunkSize)
  const constants =
    options.constants === 'auto' ? constantsForSize(imageShape(system.model.sampleShape)) : options.constants

  const predicted = await Promise.all(
    parts.map((part) => context.step(predictLabels, { split, indices: part })),
  )
  const { referenceCompatible } = options
  const chosen = chooseNormaliser(system, options, constants)
  if (chosen.kind === 'impossible') throw new TypeError(chosen.reason)
  const reference = chosen.kind === 'reference' ? chosen.name : null
  const cells = chosenCorruptions(options).flatMap((corruption) =>
    options.severities.map((severity): Cell => ({ corruption, severity, constants, referenceCompatible })),
  )
  const answered = await Promise.all(
    cells.map(async (cell) => {
      const outputs = await Promise.all(
        parts.map((part) =>
          context.step(corruptStep, { ...cell, split, indices: part, pictures: false, reference }),
        ),
      )
      return {
        ...cell,
        correct: outputs.flatMap(({ output }) => output.correct),
        predictions: outputs.flatMap(({ output }) => output.predictions),
        ofReference: outputs.flatMap(({ output }) => output.referenceCorrect),
      }
    }),
  )
  const own = await Promise.all(
    reference === null
      ? []
      : parts.map((part) => context.step(referenceLabels, { name: reference, split, indices: part })),
  )
  return {
    split,
    indices,
    truth,
    normaliser:
      chosen.kind === 'reference'
        ? {
            ...chosen,
            clean: own.flatMap(({ output }) => output.labels).map((label, i) => (label === truth[i] ? 1 : 0)),
            cells: answered.map(({ ofReference }) => ofReference),
          }
        : chosen,
    clean: predicted.flatMap(({ output }) => output.labels).map((label, i) => (label === truth[i] ? 1 : 0)),
    cells: answered.map(({ ofReference: _, ...cell }) => cell),
  }
}

function notCovered(answers: Answers, { options, system }: CheckContext<CommonCorruptionOptions>): string[] {
  const chosen = chosenCorruptions(options)
  const said = ['Several corruptions at once, and sequences of frames that change slowly.']
  if (chosen.includes('frost')) {
    said.push(
      'The published frost: it pastes photographs that may not be passed on. The frost here is drawn by calculation, so its numbers are not comparable with published ones, and the mean error leaves it out.',
    )
  }
  const left = corruptionNames.filter((name) => !chosen.includes(name))
  if (left.length > 0) said.push(`Left out by the options: ${left.join(', ')}.`)
  const levels = allSeverities.filter((level) => !options.severities.includes(level))
  if (levels.length > 0) said.push(`Severities left out by the options: ${levels.join(', ')}.`)
  const count = system.data[options.split]?.count ?? 0
  if (answers.indices.length < count) {
    said.push(`${count - answers.indices.length} of the ${count} images of "${options.split}".`)
  }
  return said
}

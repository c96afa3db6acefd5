// Training by failmode's own engine, on the graph of the user's model. The map from unit space is part of the graph, so
// samples go in as checks have them and the trained model takes them so; its constants are preparation and stay.
import { FailmodeError, sizeOf, type TrainerTarget } from '@failmode/core'
import { float32, fromNumbers, loadModel, openTrainer, type Trainer } from '@failmode/engine'
import { unitInput, withUnitInput } from '../targets/unit-input.ts'
import { trainedModel, trainingFailure } from './trained-model.ts'
import type { TrainerDescriptor } from './trainer-descriptor.ts'

export function openEngineTrainer(
  descriptor: Extract<TrainerDescriptor, { readonly kind: 'engine' }>,
  { threads }: { readonly threads: number },
): TrainerTarget {
  const { model, recipe, facts } = descriptor
  if (model.output.form !== 'pair') {
    throw new FailmodeError('training-failed', {
      message: 'the model gives one number or a class for a sample; training needs a score for each class.',
      hint: 'Export the model with one output per class.',
    })
  }
  let opened: Promise<Trainer> | undefined
  const open = async (): Promise<Trainer> =>
    openTrainer({
      graph: withUnitInput(await loadModel(model.path), model),
      recipe,
      output: model.output.name,
      probabilities: model.facts.output === 'probabilities',
      intraOpThreads: threads,
    })
  return {
    facts,
    async train({ data, seed, signal, onProgress }) {
      const { x, labels, weights } = data
      if (
        labels === null ||
        labels.length !== x.dims[0] ||
        sizeOf(x.dims.slice(1)) !== sizeOf(model.facts.sampleShape)
      ) {
        throw new FailmodeError('data-mismatch', {
          message: `the trainer was given samples of [${x.dims.slice(1).join(', ')}] and ${labels?.length ?? 'no'} labels; it takes [${model.facts.sampleShape.join(', ')}] with a class each.`,
        })
      }
      try {
        opened ??= open()
        const trainer = await opened
        const made = await trainer.fit({
          data: {
            samples: {
              [unitInput]: float32(x.data, [labels.length, ...model.facts.sampleShape]),
              labels: fromNumbers('int64', [labels.length], labels),
            },
            ...(weights === undefined ? {} : { weights }),
          },
          seed,
          ...(signal === undefined ? {} : { signal }),
          ...(onProgress === undefined ? {} : { onStep: (step, steps) => onProgress(step / steps) }),
        })
        return await trainedModel(made.model, {
          input: unitInput,
          output: model.output.name,
          losses: made.curve.map(({ loss }) => loss),
          threads,
        })
      } catch (cause) {
        throw trainingFailure(cause)
      }
    },
    async close() {
      await (await opened?.catch(() => undefined))?.close()
    },
  }
}

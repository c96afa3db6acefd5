// A raw model as one that checks can ask: samples in unit space become what it takes, a batch is cut into calls it can
// answer, and derivatives by its input become derivatives in unit space.
import {
  FailmodeError,
  type GradientModel,
  type LossClasses,
  type ModelByAccess,
  rows,
  sizeOf,
  type Tensor,
} from '@failmode/core'
import { type AnsweredPart, labelModel, scoreModel, scoresOf } from '../answering.ts'
import { refuseNonFinite } from '../finite-scores.ts'
import type { ModelInput } from '../model-descriptor.ts'
import { inputMap } from '../model-input.ts'
import { noAccess, type OpenModel } from '../opened-model.ts'
import type { HostedDescriptor } from './hosted-descriptor.ts'
import type { RawModel } from './raw-model.ts'

export function openHosted(descriptor: HostedDescriptor, raw: RawModel): OpenModel {
  const { facts, input, output } = descriptor
  const width = output.form === 'pair' ? facts.classes : 1
  const map = inputMap(input, facts.sampleShape)
  const size = sizeOf(facts.sampleShape)

  /** The calls that `x` takes: where each starts, and its samples as the model takes them. */
  function* calls(
    x: Tensor,
  ): Generator<{ readonly from: number; readonly count: number; readonly batch: Tensor }> {
    const total = x.dims[0] as number
    if (sizeOf(x.dims) !== total * size) {
      throw new FailmodeError('data-mismatch', {
        message: `samples have the shape [${x.dims.slice(1).join(', ')}], the model takes [${facts.sampleShape.join(', ')}].`,
      })
    }
    for (let from = 0; from < total; from += facts.maxBatch) {
      const count = Math.min(facts.maxBatch, total - from)
      const data = new Float32Array(count * size)
      map.write(rows(x, from, from + count).data, data, count)
      castWhole(data, input.dtype)
      yield { from, count, batch: { data, dims: [count, ...input.dims] } }
    }
  }
  const ofWidth = (data: Float32Array, count: number, per: number, what: string): Float32Array => {
    if (data.length === count * per) return data
    throw new FailmodeError('model-failed', {
      message: `the model gave ${data.length} ${what} for ${count} samples, expected ${count * per}.`,
    })
  }
  const answering = {
    facts,
    form: output.form,
    async *ask(x: Tensor): AsyncGenerator<AnsweredPart> {
      for (const { from, count, batch } of calls(x)) {
        const data = ofWidth(await raw.predict(batch), count, width, 'scores')
        refuseNonFinite(data, { call: count, count, from })
        yield { data, count }
      }
    },
  }
  const label = labelModel(answering)
  const score = scoreModel(answering)
  const gradient: GradientModel = {
    ...score,
    async gradient(x, loss, classes) {
      const total = x.dims[0] as number
      const values = new Float32Array(total)
      const slopes = new Float32Array(total * size)
      const scores = new Float32Array(total * facts.classes)
      for (const { from, count, batch } of calls(x)) {
        const result = await raw.gradient?.(batch, loss, classesOf(classes, from, from + count))
        if (result === undefined) throw noAccess(descriptor, 'gradient')
        const place = { call: count, count, from }
        const given = ofWidth(result.gradient, count, size, 'derivatives')
        refuseNonFinite(given, { ...place, what: 'gradients' })
        const answers = ofWidth(result.scores, count, width, 'scores')
        refuseNonFinite(answers, place)
        values.set(ofWidth(result.loss, count, 1, 'losses'), from)
        slopes.set(map.pullBack(given, count), from * size)
        scores.set(scoresOf(answers, answering), from * facts.classes)
      }
      const kind = facts.output === 'probabilities' ? 'probabilities' : 'logits'
      return { loss: values, gradient: slopes, scores: { kind, data: scores, classes: facts.classes } }
    },
  }
  return {
    access<A extends keyof ModelByAccess>(access: A): ModelByAccess[A] {
      const models: Partial<ModelByAccess> = { label, score, gradient }
      const model = models[access]
      if (model === undefined || !facts.access.includes(access)) throw noAccess(descriptor, access)
      return model
    },
    close: () => raw.close(),
  }
}

function classesOf({ labels, targets }: LossClasses, from: number, to: number): LossClasses {
  return {
    labels: labels.slice(from, to),
    ...(targets === undefined ? {} : { targets: targets.slice(from, to) }),
  }
}

/** A model that takes whole numbers cannot see less than one. */
export function castWhole(data: Float32Array, dtype: ModelInput['dtype']): void {
  if (dtype.startsWith('float')) return
  const [low, high] = dtype === 'uint8' ? [0, 255] : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let i = 0; i < data.length; i++) {
    data[i] = Math.min(high, Math.max(low, Math.round(data[i] as number)))
  }
}

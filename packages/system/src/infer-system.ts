// A configuration from a model file and labelled data alone, for `failmode init` and `run --model --data`. The data
// are found and read, the model is described and tried in its limited child, and then it is asked: each way of
// feeding it is a descriptor of its own, and the ranking decides which one the answers speak for.

import { availableParallelism } from 'node:os'
import { basename, extname, relative } from 'node:path'
import { FailmodeError, type SampleSet } from '@failmode/core'
import type { InputBlock, SystemConfig } from './config/config-schema.ts'
import { type Inferred, inferConfig as inferFromAnswers } from './config/infer-config.ts'
import { writeConfig } from './config/write-config.ts'
import { findData } from './data/find-data.ts'
import { openData } from './data/open-data.ts'
import { toSampleSet } from './data/stored-samples.ts'
import { inspectOnnx, type OnnxSpec, toDescriptor } from './targets/describe-onnx.ts'
import { openOnnx } from './targets/onnx-target.ts'

export interface InferRequest {
  /** Absolute paths. */
  readonly model: string
  readonly data: string
  /** Folder of the configuration to come; paths in it are relative to this. */
  readonly folder: string
  readonly name?: string
  readonly signal: AbortSignal
}

export interface InferredConfig {
  readonly config: SystemConfig
  /** The configuration as the text of a file. */
  readonly text: string
  readonly sureness: Inferred['sureness']
  /** One line: what was chosen and how sure that is. */
  readonly summary: string
  /** In sentences, with the numbers. */
  readonly details: readonly string[]
}

/** @throws FailmodeError `inference-failed`, `model-invalid`, and those of reading data */
export async function inferConfig(request: InferRequest): Promise<InferredConfig> {
  const { folder, signal } = request
  const found = await findData(request.data, { folder, signal })
  const split = found.data.test === undefined ? (Object.keys(found.data)[0] as string) : 'test'
  const onnx = posix(relative(folder, request.model)) || basename(request.model)
  const inspected = await inspectOnnx(request.model, { name: basename(request.model), signal })
  const [input, ...others] = inspected.description.inputs
  if (input?.type?.kind !== 'tensor' || others.length > 0) {
    throw new FailmodeError('inference-failed', {
      message: `${onnx} has ${inspected.description.inputs.length} inputs; only a model with one can be described by looking at it.`,
      hint: 'Write the configuration by hand: "model.inputs" names each tensor with its role.',
    })
  }
  const labels = found.labels ?? undefined
  const spec = found.data[split]
  if (spec === undefined) throw new RangeError('data without a data set')
  const stored = await openData(spec, {
    folder,
    name: split,
    signal,
    ...(labels === undefined ? {} : { labels }),
  })
  const samples: SampleSet = toSampleSet(stored)
  const base: Omit<OnnxSpec, 'input'> = { path: request.model, name: onnx, task: 'image-classification' }
  const outputScale = inspected.description.outputs[0]?.scale ?? 'unknown'

  const inferred = await inferFromAnswers({
    name: request.name ?? basename(request.model, extname(request.model)),
    onnx,
    model: {
      input: { dtype: input.type.dtype, dims: input.type.dims ?? [] },
      outputScale,
      producer: inspected.description.producer.name,
    },
    // Without labels the other data sets would still be read; they are named as they were found.
    data: found.data,
    samples,
    labels,
    signal,
    async evaluate(block: InputBlock, indices: Int32Array) {
      const descriptor = toDescriptor({ ...base, input: block }, inspected, input)
      const model = await openOnnx(descriptor, { threads: availableParallelism() })
      try {
        const { data, classes } = await model.access('score').scores(samples.read(indices))
        return { data, classes }
      } finally {
        await model.close()
      }
    },
  })
  const { winner, sureness } = inferred
  return {
    config: inferred.config,
    text: writeConfig(inferred.config),
    sureness,
    summary: `${sureness}: ${winner.candidate.name}, ${winner.correct} of ${winner.n} labelled samples right.`,
    details: inferred.explanation,
  }
}

function posix(path: string): string {
  return path.replaceAll('\\', '/')
}

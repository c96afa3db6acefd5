// From a configuration to a system that can be planned and run: the model described, the data read, both checked
// against each other, the probes' options parsed. Nothing has been queried after this but one row of zeros.
import { resolve } from 'node:path'
import { canonicalJson, FailmodeError, type SystemFacts } from '@failmode/core'
import type { SystemConfig } from './config/config-schema.ts'
import { openData } from './data/open-data.ts'
import type { StoredSamples } from './data/stored-samples.ts'
import { exists, sha256 } from './run/run-folder.ts'
import type { SystemDescriptor } from './system-descriptor.ts'
import { describeOnnx, type OnnxSpec } from './targets/describe-onnx.ts'
import type { ModelDescriptor } from './targets/model-descriptor.ts'
import { toolVersion } from './versions.ts'

export interface OpenedSystem {
  readonly config: SystemConfig
  /** File name of the configuration; null when it was inferred. */
  readonly configName: string | null
  readonly facts: SystemFacts
  readonly descriptor: SystemDescriptor
  /** Over everything that a measurement can depend on, but for seed, budget and options. */
  readonly digest: string
  /** Parsed options by mode slug, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>
  labels(split: string): Int32Array | null
}

export interface SystemSource {
  readonly config: SystemConfig
  /** Options of every probe by mode, parsed. */
  readonly options: Readonly<Record<string, unknown>>
  readonly folder: string
  readonly configName: string | null
}

export async function openSystem(
  { config, options, folder, configName }: SystemSource,
  { signal }: { readonly signal: AbortSignal },
): Promise<OpenedSystem> {
  const model = await openModelSpec(config, folder, signal)
  const data: Record<string, StoredSamples> = {}
  for (const [name, spec] of Object.entries(config.data ?? {})) {
    const stored = await openData(spec, {
      folder,
      name,
      signal,
      ...(model === null ? {} : { sampleShape: model.facts.sampleShape, labels: model.facts.labels }),
    })
    data[name] = stored
  }
  const artifacts = config.artifacts ?? []
  for (const path of artifacts) {
    if (!(await exists(resolve(folder, path)))) {
      throw new FailmodeError('file-not-found', {
        message: `"artifacts" names ${path}, which is not there.`,
        hint: 'Paths are relative to the folder of the configuration.',
      })
    }
  }
  const facts: SystemFacts = {
    name: config.name,
    task: config.task,
    model: model?.facts ?? null,
    data: Object.fromEntries(Object.entries(data).map(([name, stored]) => [name, stored.facts])),
    artifacts,
    assets: config.assets ?? {},
  }
  const digest = sha256(
    canonicalJson([
      toolVersion,
      facts.name,
      facts.task,
      model === null ? null : { ...model, path: undefined },
      Object.fromEntries(Object.entries(facts.data).map(([name, { digest }]) => [name, digest])),
      artifacts,
      facts.assets,
    ]),
  )
  return {
    config,
    configName,
    facts,
    descriptor: { facts, model, data, artifacts: { folder, paths: artifacts } },
    digest,
    options,
    labels(split) {
      const stored = data[split]
      return stored?.labels == null ? null : new Int32Array(stored.labels)
    },
  }
}

async function openModelSpec(
  config: SystemConfig,
  folder: string,
  signal: AbortSignal,
): Promise<ModelDescriptor | null> {
  const { model } = config
  if (model === undefined) return null
  if (!('onnx' in model)) {
    const kind = 'http' in model ? 'http' : 'command' in model ? 'command' : 'function'
    throw new FailmodeError('config-invalid', {
      message: `"model.${kind}" is not in this version, which takes ONNX files.`,
      hint: 'Export the model to ONNX and name the file as "model.onnx".',
    })
  }
  const spec: OnnxSpec = {
    path: resolve(folder, model.onnx),
    name: model.onnx,
    task: config.task,
    ...(config.labels === undefined ? {} : { labels: config.labels }),
    ...roles(model),
  }
  return describeOnnx(spec, { signal })
}

/** The tensor that takes the sample and the one that holds the prediction, in either form of the configuration. */
function roles(
  model: Extract<NonNullable<SystemConfig['model']>, { onnx: string }>,
): Partial<Pick<OnnxSpec, 'input' | 'output' | 'inputName' | 'outputName'>> {
  const { input, output, inputs, outputs } = model
  const parts: {
    input?: NonNullable<typeof input>
    output?: NonNullable<typeof output>
    inputName?: string
    outputName?: string
  } = {}
  if (input !== undefined) parts.input = input
  if (output !== undefined) parts.output = output
  for (const [name, entry] of Object.entries(inputs ?? {})) {
    if (entry.role !== 'sample') {
      throw new FailmodeError('config-invalid', {
        message: `"model.inputs.${name}" has the role "${entry.role}", which is not in this version; only "sample" is.`,
      })
    }
    const { role: _, modality: __, rate: ___, ...block } = entry
    parts.inputName = name
    parts.input = block
  }
  for (const [name, entry] of Object.entries(outputs ?? {})) {
    if (entry.role !== 'prediction') continue
    parts.outputName = name
    if (entry.scale !== undefined) parts.output = entry.scale
  }
  return parts
}

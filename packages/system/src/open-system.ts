// From a configuration to a system that can be planned and run: the model described, the data read, both checked
// against each other, the probes' options parsed. Nothing has been queried after this but a few rows that
// are not of the data.
import { resolve } from 'node:path'
import { canonicalJson, FailmodeError, type Metadata, type SystemFacts } from '@failmode/core'
import type { SystemConfig } from './config/config-schema.ts'
import { openData } from './data/open-data.ts'
import type { StoredSamples } from './data/stored-samples.ts'
import { exists, sha256 } from './run/run-folder.ts'
import type { SystemDescriptor } from './system-descriptor.ts'
import { describeOnnx, type OnnxSpec } from './targets/describe-onnx.ts'
import { hostModel } from './targets/hosted/host-model.ts'
import type { ModelHost } from './targets/hosted/model-port.ts'
import { describeHttp } from './targets/http/describe-http.ts'
import type { ModelDescriptor } from './targets/model-descriptor.ts'
import { describeTrainer } from './trainers/trainer-descriptor.ts'
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
  /** Queries that checks may spend under the cost ceiling; null for no limit. */
  readonly costLimit: number | null
  /** Opens a model that cannot leave this thread, for one worker; null where workers open it themselves. */
  readonly host: ModelHost | null
  labels(split: string): Int32Array | null
  metadata(split: string): Metadata
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
  const own = await hostModel(config, { folder, signal })
  const model = own?.descriptor ?? (await openModelSpec(config, folder, signal))
  const surrogate =
    config.surrogate === undefined
      ? null
      : await openOther({ key: 'surrogate', spec: config.surrogate, config, model, folder, signal })
  const references: Record<string, ModelDescriptor> = {}
  for (const [name, spec] of Object.entries(config.references ?? {})) {
    references[name] = await openOther({ key: `references.${name}`, spec, config, model, folder, signal })
  }
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
  const training = await describeTrainer(config, { model, folder })
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
    surrogate: surrogate?.facts ?? null,
    references: Object.fromEntries(Object.entries(references).map(([name, { facts }]) => [name, facts])),
    data: Object.fromEntries(Object.entries(data).map(([name, stored]) => [name, stored.facts])),
    ...(training === null ? {} : { training: training.facts }),
    artifacts,
    assets: config.assets ?? {},
    ...(config.conditions === undefined ? {} : { conditions: config.conditions }),
  }
  const digest = sha256(
    canonicalJson([
      toolVersion,
      facts.name,
      facts.task,
      // What answers behind an address is known by its digest alone: limits of the transport and the size of a request
      // may be others when a run is resumed.
      model === null ? null : model.kind === 'http' ? model.facts.digest : { ...model, path: undefined },
      surrogate === null ? null : { ...surrogate, path: undefined },
      Object.entries(references).map(([name, reference]) => [name, { ...reference, path: undefined }]),
      Object.fromEntries(Object.entries(facts.data).map(([name, { digest }]) => [name, digest])),
      training?.facts.digest ?? null,
      artifacts,
      facts.assets,
      facts.conditions ?? null,
    ]),
  )
  return {
    config,
    configName,
    facts,
    descriptor: {
      facts,
      model,
      surrogate,
      references,
      data,
      training,
      artifacts: { folder, paths: artifacts },
    },
    digest,
    options,
    costLimit: planLimit(config),
    host: own?.host ?? null,
    labels(split) {
      const stored = data[split]
      return stored?.labels == null ? null : new Int32Array(stored.labels)
    },
    metadata: (split) => data[split]?.metadata ?? {},
  }
}

/** Another model has to take the same samples and know the same classes, or nothing carries over. */
async function openOther({
  key,
  spec,
  config,
  model,
  folder,
  signal,
}: {
  readonly key: string
  readonly spec: NonNullable<SystemConfig['surrogate']>
  readonly config: SystemConfig
  readonly model: ModelDescriptor | null
  readonly folder: string
  readonly signal: AbortSignal
}): Promise<ModelDescriptor> {
  const other = await openModelSpec({ ...config, model: spec }, folder, signal)
  if (other === null) throw new TypeError(`"${key}" opens as nothing`)
  if (model === null) return other
  const [own, its] = [model.facts, other.facts]
  if (own.classes !== its.classes || own.sampleShape.join() !== its.sampleShape.join()) {
    throw new FailmodeError('model-mismatch', {
      message: `"${key}" takes samples of [${its.sampleShape.join(', ')}] and knows ${its.classes} classes, the model [${own.sampleShape.join(', ')}] and ${own.classes}.`,
      hint: 'It has to be another model of the same task, with its own input block.',
    })
  }
  return other
}

async function openModelSpec(
  config: SystemConfig,
  folder: string,
  signal: AbortSignal,
): Promise<ModelDescriptor | null> {
  const { model } = config
  if (model === undefined) return null
  const { task, labels, authorized } = config
  const shared = { task, ...(labels === undefined ? {} : { labels }), ...roles(model) }
  if ('onnx' in model) {
    return describeOnnx({ path: resolve(folder, model.onnx), name: model.onnx, ...shared }, { signal })
  }
  if ('http' in model) {
    const maxSamples = costLimit(config)
    const limits = {
      ...(authorized === undefined ? {} : { authorized }),
      ...(maxSamples === null ? {} : { maxSamples }),
    }
    return describeHttp({ http: model.http, ...shared, ...limits }, { signal })
  }
  throw new TypeError('a model that lives in this thread is opened by its host')
}

/** Some are kept back for opening the system and for requests that are repeated. */
function planLimit(config: SystemConfig): number | null {
  const limit = costLimit(config)
  return limit === null ? null : limit - Math.min(500, Math.ceil(limit / 10))
}

/** Queries that the configuration pays for; null for no limit. */
function costLimit({ pricePer1000Queries, maxCost }: SystemConfig): number | null {
  if (pricePer1000Queries === undefined || maxCost === undefined) return null
  return Math.floor((maxCost / pricePer1000Queries) * 1000)
}

/** The tensor that takes the sample and the one that holds the prediction, in either form of the configuration. */
function roles(
  model: Pick<
    Extract<NonNullable<SystemConfig['model']>, { onnx: string }>,
    'input' | 'output' | 'inputs' | 'outputs'
  >,
): Partial<Pick<OnnxSpec, 'input' | 'output' | 'inputName' | 'outputName' | 'embedding'>> {
  const { input, output, inputs, outputs } = model
  const parts: {
    input?: NonNullable<typeof input>
    output?: NonNullable<typeof output>
    inputName?: string
    outputName?: string
    embedding?: string
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
    if (entry.role === 'embedding') parts.embedding = name
    if (entry.role !== 'prediction') continue
    parts.outputName = name
    if (entry.scale !== undefined) parts.output = entry.scale
  }
  return parts
}

// A system in memory for tests: a model that is a function, samples that are arrays, files that are strings. It
// runs a probe's checks as a run would, with the same plan, the same budgeted door and results that went through
// JSON, but without threads or files.
import { catalogue } from '@failmode/catalogue'
import {
  type AnyProbe,
  type ArtifactTarget,
  type Blob,
  type BlobStore,
  type BudgetName,
  type CheckSanity,
  type CheckState,
  type Conditions,
  canonicalJson,
  createRandom,
  errorToData,
  type ImageCodec,
  type JudgedRun,
  judgeRun,
  type Measured,
  type Measurement,
  type Metadata,
  type Meter,
  type ModelByAccess,
  type ModelFacts,
  makePlan,
  mergeSanity,
  openDoor,
  type Plan,
  parseSelection,
  type SampleOutcomes,
  type SampleSet,
  type SanityEntry,
  type Scores,
  type StepContext,
  type SystemFacts,
  sizeOf,
  type Tensor,
  type TrainerTarget,
  type WeightsModel,
} from '@failmode/core'
import { lossOf } from './loss-of.ts'

export interface MemorySystem {
  readonly facts: SystemFacts
  readonly models: Partial<ModelByAccess>
  readonly surrogate?: Partial<ModelByAccess>
  readonly references?: Readonly<Record<string, Partial<ModelByAccess>>>
  readonly trainer?: TrainerTarget
  /** The same architecture, untrained. */
  readonly untrained?: Partial<ModelByAccess>
  readonly metadata?: Readonly<Record<string, Metadata>>
  readonly data: Readonly<Record<string, SampleSet>>
  readonly artifacts: ArtifactTarget
}

/** Scores of one sample. */
export type SampleScorer = (sample: Float32Array) => readonly number[]

export function sampleSet(
  samples: readonly (readonly number[])[],
  options: { readonly shape: readonly number[]; readonly labels: readonly number[] | null },
): SampleSet {
  const size = sizeOf(options.shape)
  return {
    digest: '0'.repeat(64),
    count: samples.length,
    sampleShape: options.shape,
    labelled: options.labels !== null,
    labels: options.labels === null ? null : Int32Array.from(options.labels),
    read(indices) {
      const data = new Float32Array(indices.length * size)
      for (let i = 0; i < indices.length; i++)
        data.set(samples[indices[i] as number] as readonly number[], i * size)
      return { data, dims: [indices.length, ...options.shape] }
    },
  }
}

export function memorySystem(parts: {
  readonly scorer?: SampleScorer
  readonly classes?: number
  readonly samples: SampleSet
  readonly access?: readonly ('label' | 'score' | 'gradient')[]
  readonly artifacts?: ArtifactTarget
  readonly task?: SystemFacts['task']
  /** Of the samples. */
  readonly metadata?: Metadata
  readonly conditions?: Conditions
  /** What the model makes of a sample before it decides; adds access to weights. */
  readonly embed?: (sample: Float32Array) => readonly number[]
  /** Other models, by name, with the same access to labels and scores. */
  readonly references?: Readonly<Record<string, SampleScorer>>
}): MemorySystem {
  const { scorer, classes = 2, samples, artifacts = noArtifacts, embed, metadata } = parts
  const access = [
    ...(parts.access ?? ['label', 'score']),
    ...(embed === undefined ? [] : (['weights'] as const)),
  ]
  const modelFacts = (digest: string): ModelFacts => ({
    kind: 'function',
    digest: digest.repeat(64),
    task: parts.task ?? 'image-classification',
    access,
    missingAccess: {},
    sampleShape: samples.sampleShape,
    classes,
    labels: Array.from({ length: classes }, (_, k) => `class ${k}`),
    output: 'logits',
    maxBatch: 64,
  })
  const columns = Object.keys(metadata ?? {})
  const test = columns.length === 0 ? samples : { ...samples, metadata: columns }
  const references = Object.entries(parts.references ?? {})
  return {
    facts: {
      name: 'memory',
      task: parts.task ?? 'image-classification',
      model: scorer === undefined ? null : modelFacts('1'),
      data: { test },
      references: Object.fromEntries(references.map(([name], i) => [name, modelFacts(String((i + 2) % 10))])),
      artifacts: artifacts.paths,
      assets: {},
      ...(parts.conditions === undefined ? {} : { conditions: parts.conditions }),
    },
    models: {
      ...modelsOf(scorer ?? (() => []), classes),
      ...(embed === undefined ? {} : { weights: weightsOf(embed) }),
    },
    references: Object.fromEntries(references.map(([name, other]) => [name, modelsOf(other, classes)])),
    ...(metadata === undefined ? {} : { metadata: { test: metadata } }),
    data: { test },
    artifacts,
  }
}

function modelsOf(
  scorer: SampleScorer,
  classes: number,
): Pick<ModelByAccess, 'label' | 'score' | 'gradient'> {
  const scores = (x: Tensor): Scores => {
    const count = x.dims[0] as number
    const size = x.data.length / Math.max(count, 1)
    const data = new Float32Array(count * classes)
    for (let i = 0; i < count; i++) data.set(scorer(x.data.subarray(i * size, (i + 1) * size)), i * classes)
    return { kind: 'logits', data, classes }
  }
  return {
    label: {
      async labels(x) {
        const { data } = scores(x)
        return Int32Array.from({ length: x.dims[0] as number }, (_, row) => {
          const own = data.subarray(row * classes, (row + 1) * classes)
          return own.indexOf(Math.max(...own))
        })
      },
    },
    score: { scores: async (x) => scores(x) },
    gradient: {
      scores: async (x) => scores(x),
      gradient: async (x, loss, { labels, targets }) => {
        const size = sizeOf(x.dims.slice(1))
        const value = (data: Float32Array, row: number): number =>
          lossOf(
            loss,
            scorer(data.subarray(row * size, (row + 1) * size)),
            labels[row] as number,
            targets?.[row] ?? -1,
          ).value
        // Central differences: slow, and independent of every gradient rule.
        const moved = x.data.slice()
        const gradient = x.data.map((center, i) => {
          const at = (v: number) => {
            moved[i] = v
            return value(moved, Math.floor(i / size))
          }
          const slope = (at(center + 0.01) - at(center - 0.01)) / 0.02
          moved[i] = center
          return slope
        })
        const own = scores(x)
        return { loss: Float32Array.from(labels, (_, row) => value(x.data, row)), gradient, scores: own }
      },
    },
  }
}

function weightsOf(embed: (sample: Float32Array) => readonly number[]): WeightsModel {
  return {
    async embeddings(x) {
      const count = x.dims[0] as number
      const size = x.data.length / Math.max(count, 1)
      const rows = Array.from({ length: count }, (_, i) => embed(x.data.subarray(i * size, (i + 1) * size)))
      return { data: Float32Array.from(rows.flat()), width: rows[0]?.length ?? 0 }
    },
  }
}

export const noArtifacts: ArtifactTarget = {
  paths: [],
  lockName: 'models.lock.json',
  measure: async () => [],
  scan: async () => [],
  lockText: async () => null,
}

/** Pictures as bytes that tests can look into; JPEG coarsens grey levels by the quality, which is enough here. */
export const plainCodec: ImageCodec = {
  encodePng: async (image) =>
    Uint8Array.from([image.width & 255, image.height & 255, image.channels, ...image.data]),
  async throughJpeg(image, quality) {
    const step = 1 + Math.round((100 - quality) / 4)
    return { ...image, data: image.data.map((value) => Math.min(255, Math.round(value / step) * step)) }
  },
}

export interface MemoryRun extends JudgedRun {
  readonly plan: Plan
  readonly sanity: readonly SanityEntry[]
  readonly queries: number
  readonly gradients: number
  readonly blobs: ReadonlyMap<string, Uint8Array>
}

export interface MemoryRunOptions {
  readonly seed?: number
  readonly options?: unknown
  readonly budget?: BudgetName
  readonly maxQueries?: number
  readonly signal?: AbortSignal
  readonly assets?: SystemFacts['assets']
}

export async function runInMemory(
  probe: AnyProbe,
  system: MemorySystem,
  options: MemoryRunOptions = {},
): Promise<MemoryRun> {
  const seed = options.seed ?? 1
  const signal = options.signal ?? new AbortController().signal
  const { store, blobs } = memoryBlobs()
  const plan = makePlan({
    system: system.facts,
    probes: [probe],
    options: { [probe.meta.mode]: probe.options.parse(options.options ?? {}) },
    selection: parseSelection(undefined, { probes: [probe], modes: catalogue.modes }),
    budget: { name: options.budget ?? 'quick', maxQueries: options.maxQueries ?? null },
  })
  const putSamples = (outcomes: SampleOutcomes) =>
    store.put(new TextEncoder().encode(JSON.stringify(outcomes)), {
      folder: 'samples',
      extension: 'json',
      mediaType: 'application/json',
    })
  const done = new Map<string, Promise<{ output: unknown; cost: Meter }>>()
  const states: CheckState[] = []
  const sanity: CheckSanity[] = []
  const measured = new Map<string, Measured>()
  let queries = 0
  let gradients = 0
  for (const { check, options: own, budget, state } of plan.checks) {
    const base = { probe, checkId: check.meta.id, options: own }
    if (state.kind !== 'run') {
      states.push({ ...base, cost: { queries: 0, gradients: 0 }, result: state })
      continue
    }
    const cost = { queries: 0, gradients: 0 }
    try {
      const result = await check.measure({
        system: system.facts,
        options: own,
        budget,
        seed,
        random: createRandom(seed).split(probe.meta.mode),
        signal,
        labels: (split) => system.data[split]?.labels ?? null,
        metadata: (split) => system.metadata?.[split] ?? {},
        async step(handler, input) {
          signal.throwIfAborted()
          const key = `${handler.name} ${canonicalJson(input)}`
          let running = done.get(key)
          if (running === undefined) {
            const meter: Meter = { queries: 0, gradients: 0 }
            const context = stepContext(system, { seed, signal, store, meter, name: handler.name })
            running = handler.run(input, context).then((output) => {
              queries += meter.queries
              gradients += meter.gradients
              return { output: JSON.parse(JSON.stringify(output)), cost: meter }
            })
            done.set(key, running)
          }
          const { output, cost: spent } = await running
          cost.queries += spent.queries
          cost.gradients += spent.gradients
          return { output: output as never, cost: { ...spent } }
        },
        putSamples,
      })
      const plain = JSON.parse(JSON.stringify(result)) as Measured
      measured.set(check.meta.id, plain)
      for (const entry of plain.sanity ?? []) sanity.push({ ...entry, check: check.meta.id })
      states.push({ ...base, cost, result: { kind: 'measured', measured: plain } })
    } catch (error) {
      if (signal.aborted) throw error
      const { code, message } = errorToData(error)
      states.push({ ...base, cost, result: { kind: 'error', reason: `${code}: ${message}` } })
    }
  }
  let headlines: readonly Measurement[] = []
  if (probe.summarize !== undefined && measured.size > 0) {
    const summary = await probe.summarize({
      measured,
      seed,
      readSamples: async (blob) =>
        JSON.parse(new TextDecoder().decode(await store.get(blob))) as SampleOutcomes,
      putSamples,
    })
    headlines = summary.measurements
    sanity.push(...summary.sanity)
  }
  const merged = mergeSanity(sanity)
  const judged = judgeRun({
    catalogue,
    systemName: system.facts.name,
    assets: options.assets ?? system.facts.assets,
    bugBar: 'sdl-aiml-2019',
    checks: states,
    headlines: { [probe.meta.mode]: headlines },
    sanity: merged,
    sha256: (text) => contentName(new TextEncoder().encode(text)).padStart(64, '0'),
    reproduce: (id) => `failmode run --only ${id}`,
  })
  return { ...judged, plan, sanity: merged, queries, gradients, blobs }
}

function stepContext(
  system: MemorySystem,
  parts: {
    readonly seed: number
    readonly signal: AbortSignal
    readonly store: BlobStore
    readonly meter: Meter
    readonly name: string
  },
): StepContext {
  return {
    random: createRandom(parts.seed).split(parts.name),
    signal: parts.signal,
    get modelFacts() {
      if (system.facts.model === null) throw new RangeError('no model')
      return system.facts.model
    },
    async model<A extends keyof ModelByAccess>(access: A, options: { readonly maxQueries?: number } = {}) {
      const model = system.models[access]
      if (model === undefined || system.facts.model?.access.includes(access) !== true) {
        throw new RangeError(`no ${access} access`)
      }
      return openDoor<A>(access, model as ModelByAccess[A], {
        ...options,
        meter: parts.meter,
        signal: parts.signal,
      })
    },
    async surrogate<A extends keyof ModelByAccess>(access: A) {
      const model = system.surrogate?.[access]
      if (model === undefined) throw new RangeError(`no surrogate with ${access} access`)
      return model as ModelByAccess[A]
    },
    async reference<A extends keyof ModelByAccess>(name: string, access: A) {
      const model = system.references?.[name]?.[access]
      if (model === undefined) throw new RangeError(`no reference ${name} with ${access} access`)
      return model as ModelByAccess[A]
    },
    async untrained<A extends keyof ModelByAccess>(access: A) {
      const model = system.untrained?.[access]
      if (model === undefined) throw new RangeError(`no untrained model with ${access} access`)
      return model as ModelByAccess[A]
    },
    async samples(split) {
      const set = system.data[split]
      if (set === undefined) throw new RangeError(`no data set ${split}`)
      return set
    },
    async trainer() {
      if (system.trainer === undefined) throw new RangeError('no trainer')
      return system.trainer
    },
    artifacts: system.artifacts,
    blobs: parts.store,
    images: plainCodec,
    progress() {},
  }
}

function memoryBlobs(): { readonly store: BlobStore; readonly blobs: ReadonlyMap<string, Uint8Array> } {
  const blobs = new Map<string, Uint8Array>()
  return {
    blobs,
    store: {
      async put(bytes, { folder, extension, mediaType }) {
        const name = contentName(bytes)
        const path = `${folder}/${name}.${extension}`
        blobs.set(path, bytes)
        return { path, sha256: name.padStart(64, '0'), bytes: bytes.length, mediaType }
      },
      async get(blob: Blob) {
        const bytes = blobs.get(blob.path)
        if (bytes === undefined) throw new RangeError(`no blob ${blob.path}`)
        return bytes
      },
    },
  }
}

/** FNV-1a over two lanes: a name by content, good enough to tell the blobs of one test apart. */
function contentName(bytes: Uint8Array): string {
  let a = 0x811c9dc5
  let b = bytes.length ^ 0x9e3779b9
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193) >>> 0
    b = Math.imul(b ^ (byte + 1), 0x85ebca6b) >>> 0
  }
  return a.toString(16).padStart(8, '0') + b.toString(16).padStart(8, '0')
}

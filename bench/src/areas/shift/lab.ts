// The checks of distributional shift on many pairs of samples of one pool. What a run would ask of every pair, the features
// of pictures and the answers of the model, is asked once for the whole pool; the checks themselves, the comparison and
// the judgement are those of the product.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type AnyStepHandler,
  type Budget,
  type CheckContext,
  canonicalJson,
  createRandom,
  type Judgement,
  type Measured,
  type StepContext,
  type SystemFacts,
} from '@failmode/core'
import { openSystem, type SystemConfig } from '@failmode/system'
import probe from '../../../../packages/probes/src/14-distributional-shift/index.ts'
import {
  options as optionsSchema,
  type ShiftOptions,
} from '../../../../packages/probes/src/14-distributional-shift/options.ts'
import { describeStep } from '../../../../packages/probes/src/14-distributional-shift/representations/describe-step.ts'
import { scoresStep } from '../../../../packages/probes/src/14-distributional-shift/scores-step.ts'
import { predictLabels } from '../../../../packages/probes/src/steps/predict.ts'
import { writeNpz } from '../../../../packages/system/src/data/npz.ts'
import { toSampleSet } from '../../../../packages/system/src/data/stored-samples.ts'
import { openModel } from '../../../../packages/system/src/targets/open-model.ts'
import type { BenchContext } from '../../bar.ts'
import { repositoryRoot } from '../../shared-data.ts'

export const checkNames = ['inputs', 'outputs', 'labels'] as const
export type CheckName = (typeof checkNames)[number]

/** Samples with everything that a check may ask about them. */
export interface Pool {
  readonly facts: SystemFacts
  readonly labels: Int32Array
  readonly described: readonly (readonly number[])[]
  readonly scored: readonly (readonly number[])[]
  readonly predicted: readonly number[]
  readonly confidence: readonly number[]
}

/** Places in the pool that stand for the two data sets. */
export interface Pair {
  readonly test: readonly number[]
  readonly operation: readonly number[]
}

const cache = join(repositoryRoot, 'bench', '.cache', 'shift')

/** @param pictures channels first, bytes */
export async function openPool(
  {
    name,
    model,
    pictures,
    shape,
    labels,
  }: {
    readonly name: string
    readonly model: NonNullable<SystemConfig['model']>
    readonly pictures: Uint8Array
    readonly shape: readonly [channels: number, height: number, width: number]
    readonly labels: Uint8Array
  },
  { signal }: BenchContext,
): Promise<Pool> {
  await mkdir(cache, { recursive: true })
  const file = join(cache, `${name}.npz`)
  const count = labels.length
  await writeFile(
    file,
    writeNpz({
      x: { dtype: 'uint8', shape: [count, ...shape], data: pictures },
      y: { dtype: 'uint8', shape: [count], data: labels },
    }),
  )
  const system = await openSystem(
    {
      config: {
        name,
        task: 'image-classification',
        model,
        data: { test: { npz: { file, inputs: 'x', labels: 'y' }, layout: 'NCHW' } },
      },
      options: {},
      folder: cache,
      configName: null,
    },
    { signal },
  )
  const samples = toSampleSet(system.descriptor.data.test!)
  const target = await openModel(system.descriptor.model!, { threads: 1 })
  try {
    const context = {
      random: createRandom(1),
      signal,
      modelFacts: system.facts.model!,
      samples: async () => samples,
      model: async (access: 'label' | 'score') => target.access(access),
      progress() {},
    } as unknown as StepContext
    const indices = Array.from({ length: count }, (_, i) => i)
    const input = { split: 'test', indices }
    const scores = await scoresStep.run(input, context)
    return {
      facts: system.facts,
      labels: samples.labels!,
      described: (await describeStep.run(input, context)).rows,
      scored: scores.rows,
      predicted: scores.predicted,
      confidence: scores.confidence,
    }
  } finally {
    await target.close()
  }
}

export interface Checked {
  readonly measured: Measured
  readonly judgement: Judgement
}

/** What a run of these checks with this seed and these options would find on the pair. */
export async function runChecks(
  pool: Pool,
  pair: Pair,
  {
    names = checkNames,
    seed,
    options: given,
    signal,
  }: {
    readonly names?: readonly CheckName[]
    readonly seed: number
    readonly options: object
    readonly signal: AbortSignal
  },
): Promise<Readonly<Record<CheckName, Checked>>> {
  const options: ShiftOptions = optionsSchema.parse(given)
  const budget: Budget = { name: 'quick', maxQueries: null }
  const facts = pool.facts.data.test!
  const system: SystemFacts = {
    ...pool.facts,
    data: {
      test: { ...facts, count: pair.test.length },
      operation: { ...facts, count: pair.operation.length },
    },
  }
  const context: Pick<CheckContext<ShiftOptions>, 'step'> = { step: stepsOf(pool, pair, { seed, signal }) }
  const found: Partial<Record<CheckName, Checked>> = {}
  for (const name of names) {
    const check = probe.checks.find(({ meta }) => meta.id === `${probe.meta.mode}/${name}`)!
    const plan = check.applies(system, options, budget)
    if (!plan.applies) throw new Error(plan.reason)
    const measured = await check.measure({
      ...context,
      system,
      options,
      budget,
      seed,
      signal,
      random: createRandom(seed).split(probe.meta.mode),
      labels: (split) => Int32Array.from(placesOf(pair, split), (place) => pool.labels[place]!),
      metadata: () => ({}),
      putSamples: async () => {
        throw new Error('these checks keep no samples')
      },
    })
    found[name] = { measured, judgement: check.judge(measured, options) }
  }
  return found as Record<CheckName, Checked>
}

function placesOf(pair: Pair, split: string): readonly number[] {
  return pair[split as keyof Pair]
}

/** Steps as a run does them: each once, whichever check asks; what is known of the pool is looked up. */
function stepsOf(
  pool: Pool,
  pair: Pair,
  { seed, signal }: { readonly seed: number; readonly signal: AbortSignal },
): CheckContext<ShiftOptions>['step'] {
  const done = new Map<string, unknown>()
  const compute = async (handler: AnyStepHandler, input: unknown): Promise<unknown> => {
    const { split, indices } = input as { readonly split: string; readonly indices: readonly number[] }
    const take = <T>(values: ArrayLike<T>): T[] =>
      indices.map((index) => values[placesOf(pair, split)[index]!]!)
    switch (handler.name) {
      case describeStep.name:
        return { rows: take(pool.described) }
      case predictLabels.name:
        return { labels: take(pool.predicted) }
      case scoresStep.name:
        return {
          rows: take(pool.scored),
          predicted: take(pool.predicted),
          confidence: take(pool.confidence),
        }
      default: {
        // Comparing asks for no more than these two.
        const context = { random: createRandom(seed).split(handler.name), signal } as StepContext
        return handler.run(input, context)
      }
    }
  }
  return async (handler, input) => {
    const key = `${handler.name} ${canonicalJson(input)}`
    if (!done.has(key)) done.set(key, await compute(handler, input))
    return { output: done.get(key) as never, cost: { queries: 0, gradients: 0 } }
  }
}

/** The p-value by which the check raises its alarm: joint over its tests, or that of the shares of classes. */
export function alarmOf({ measured }: Checked, name: CheckName): number {
  const found = measured.measurements.find(
    (one) =>
      one.name === 'shift-p-value' &&
      (name === 'labels' ? one.slice?.of === 'classes' : one.slice === undefined),
  )
  if (found === undefined) throw new Error(`${name} gives no p-value`)
  return found.value
}

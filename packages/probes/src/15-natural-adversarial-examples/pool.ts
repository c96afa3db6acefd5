// The pool that is searched, and what all checks of the mode begin with: the model's answers about it, which samples lie
// near which, and what stands behind each mistake. The steps are the same for every check, so the model is asked once.
import type { Applicability, Budget, CheckContext, Mistake, SystemFacts } from '@failmode/core'
import { chooseSamples } from '../steps/choose-samples.ts'
import { chunk } from '../steps/chunk.ts'
import type { RowsFile } from '../steps/rows-file.ts'
import { answerStep } from './answer-step.ts'
import { embedStep } from './embed-step.ts'
import { type Block, type BlockNeighbours, blockRows, neighboursStep } from './neighbours-step.ts'
import type { NaturalOptions } from './options.ts'
import { type Sorted, type SortedMistake, sortStep } from './sort-step.ts'
import { chooseEmbedding, type Embedding, type Who } from './witness.ts'

type Context = CheckContext<NaturalOptions>

const samplesByBudget = { quick: 1000, standard: 5000, thorough: Number.POSITIVE_INFINITY } as const
/** Samples of one step that asks a model: a killed run loses at most so many answers. */
export const chunkSize = 250
/** Below this nothing can be said of neighbours, let alone of groups. */
const fewestSamples = 20

export function poolName({ data }: SystemFacts, { pool }: NaturalOptions): string {
  return pool ?? (data.pool === undefined ? 'test' : 'pool')
}

/** Samples that are searched when the model is asked `each` times about one. */
export function poolSize(
  system: SystemFacts,
  options: NaturalOptions,
  { budget, each }: { readonly budget: Budget; readonly each: number },
): number {
  const available = system.data[poolName(system, options)]?.count ?? 0
  const wanted = Math.min(options.samples ?? samplesByBudget[budget.name], available)
  return budget.maxQueries === null ? wanted : Math.min(wanted, Math.floor(budget.maxQueries / each))
}

/**
 * Whether the pool can be searched. Every classifier meets samples that it fails on, so a pool that nobody handed in is
 * skipped and reads as not observed.
 */
export function poolApplies(
  system: SystemFacts,
  options: NaturalOptions,
  { budget, each, what }: { readonly budget: Budget; readonly each: number; readonly what: string },
): Applicability {
  const { model, task, data } = system
  const not = (reason: string): Applicability => ({ applies: false, outcome: 'not-applicable', reason })
  const skipped = (reason: string): Applicability => ({ applies: false, outcome: 'skipped', reason })
  if (model === null) return not('The configuration names no model.')
  if (!task.endsWith('-classification')) return not(`The task is ${task}, not classification.`)
  if (!model.access.includes('score')) {
    return not(
      `The model gives no score access: ${model.missingAccess.score ?? 'it only answers with classes'}. Without scores nobody knows how sure it is.`,
    )
  }
  const split = poolName(system, options)
  const pool = data[split]
  if (pool === undefined || pool.count === 0) {
    return skipped(
      `The configuration has no data set "${split}" to search; give labelled samples that the model was not trained on, or name another with the option "pool".`,
    )
  }
  if (!pool.labelled) {
    return skipped(
      `The data set "${split}" has no labels, so a wrong answer cannot be told from a right one.`,
    )
  }
  if (pool.sampleShape.join() !== model.sampleShape.join()) {
    return not(
      `A sample of "${split}" has the shape [${pool.sampleShape.join(', ')}], the model takes [${model.sampleShape.join(', ')}].`,
    )
  }
  const n = poolSize(system, options, { budget, each })
  if (n < fewestSamples) {
    return skipped(
      n < Math.min(pool.count, fewestSamples)
        ? `${budget.maxQueries} queries do not pay for ${fewestSamples} samples.`
        : `The data set "${split}" has ${pool.count} samples; ${fewestSamples} are needed at the very least.`,
    )
  }
  return {
    applies: true,
    cost: { queries: n * each, gradients: 0 },
    work: `${n} samples of "${split}"; ${what}`,
  }
}

export interface Answers {
  readonly predicted: readonly number[]
  readonly confidence: readonly number[]
  readonly ofGiven: readonly number[]
  readonly correct: readonly (0 | 1)[]
  readonly files: readonly RowsFile[]
}

/** Row i of everything is about sample `indices[i]`. */
export interface Searched {
  readonly split: string
  readonly indices: readonly number[]
  /** Given labels. */
  readonly given: readonly number[]
  readonly answers: Answers
  readonly embedding: Embedding
  readonly neighbours: readonly BlockNeighbours[]
  /** Null when the model has none of the samples right, which leaves nothing to compare mistakes with. */
  readonly sorted: Sorted | null
}

/** Asks about the pool and sorts the mistakes. */
export async function searchPool(context: Context, each: number): Promise<Searched> {
  const { system, options, budget, random } = context
  const split = poolName(system, options)
  const labels = context.labels(split)
  if (labels === null) throw new TypeError(`"${split}" has no labels`)
  const count = poolSize(system, options, { budget, each })
  const indices = chooseSamples(random, { count, of: labels.length })
  const given = indices.map((index) => labels[index]!)
  const pool = { split, indices, given }
  const answers = await askAbout(context, pool, { kind: 'model' })
  const embedding = chooseEmbedding(system, options.embedding)
  const neighbours = await findNeighbours(context, pool, embedding)
  const sorted = answers.correct.includes(1)
    ? (
        await context.step(sortStep, {
          split,
          indices,
          answers: answers.files,
          neighbours,
          k: options.neighbours,
        })
      ).output
    : null
  return { ...pool, answers, embedding, neighbours, sorted }
}

type Pool = Pick<Searched, 'split' | 'indices' | 'given'>

export async function askAbout(
  { step }: Context,
  { split, indices, given }: Pool,
  who: Who,
): Promise<Answers> {
  const parts = await Promise.all(
    chunk(indices, chunkSize).map((part) => step(answerStep, { who, split, indices: part })),
  )
  const predicted = parts.flatMap(({ output }) => output.predicted)
  return {
    predicted,
    confidence: parts.flatMap(({ output }) => output.confidence),
    ofGiven: parts.flatMap(({ output }) => output.ofGiven),
    correct: predicted.map((label, i) => (label === given[i] ? 1 : 0)),
    files: parts.map(({ output }) => output.file),
  }
}

export async function embedPool(
  { step }: Context,
  { split, indices }: Pool,
  embedding: Embedding,
): Promise<readonly RowsFile[]> {
  const parts = await Promise.all(
    chunk(indices, chunkSize).map((part) => step(embedStep, { embedding, split, indices: part })),
  )
  return parts.map(({ output }) => output.file)
}

async function findNeighbours(
  context: Context,
  pool: Pool,
  embedding: Embedding,
): Promise<readonly BlockNeighbours[]> {
  const files = await embedPool(context, pool, embedding)
  const blocks = chunk(files, blockRows / chunkSize).map(
    (own, i): Block => ({ from: i * blockRows, files: own }),
  )
  const groups =
    blocks.length === 1
      ? [blocks]
      : blocks.flatMap((first, i) => blocks.slice(i + 1).map((second) => [first, second]))
  // Of rows of a table the direction alone says little: twice the income with twice the debt is another person.
  const isTable = (context.system.data[pool.split]?.sampleShape.length ?? 0) < 2
  const metric = embedding.kind === 'pixels' && isTable ? 'euclid' : 'cosine'
  const found = await Promise.all(
    groups.map((group) =>
      context.step(neighboursStep, { blocks: group, k: context.options.neighbours, metric }),
    ),
  )
  return found.map(({ output }) => output)
}

/** Whether the label, and not the model, is thought wrong. */
export function labelSuspected({ kind }: { readonly kind: Mistake['kind'] }): boolean {
  return kind === 'label-error' || kind === 'near-duplicate-conflict'
}

/**
 * Whether the mistake is put down to the model. One that no test settles is, unless model and neighbours speak for the
 * same other class, however faintly.
 */
export function isOfModel({ kind, labelErrorScore }: SortedMistake): boolean {
  return kind === 'model-mistake' || (kind === 'unclear' && labelErrorScore <= 0)
}

/** Rows whose label is suspected. */
export function suspectedRows({ sorted }: Searched): ReadonlySet<number> {
  return new Set((sorted?.mistakes ?? []).filter(labelSuspected).map(({ row }) => row))
}

export function leftOut({ system, options }: Context, { split, indices }: Pool): readonly string[] {
  const count = system.data[split]?.count ?? 0
  return [
    ...(indices.length < count ? [`${count - indices.length} of the ${count} samples of "${split}".`] : []),
    `What "${split}" does not hold: mining finds only what is in the pool.`,
    ...(options.pool === undefined && split === 'test'
      ? ['A pool larger than the test set; hand one in as the data set "pool".']
      : []),
  ]
}

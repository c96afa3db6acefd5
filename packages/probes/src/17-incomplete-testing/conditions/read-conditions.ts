// The conditions that each sample of a data set shows, as far as they can be read: from columns of its metadata, from what
// is measured on its pictures, or because only one level is not made. What cannot be read is said, and left out.
import {
  assumedLevel,
  type CheckContext,
  type Conditions,
  type DataFacts,
  type Factor,
  type OperatingDomain,
  operatingDomain,
  type Readings,
  readLevels,
} from '@failmode/core'
import { chunk } from '../../steps/chunk.ts'
import { isPicture } from '../../steps/sample-image.ts'
import type { IncompleteTestingOptions } from '../options.ts'
import { measureStep } from './measure-step.ts'

/** Pictures that one step measures. */
const chunkSize = 1000

export interface ReadConditions {
  /** The factors that can be read, with the level of each sample. */
  readonly domain: OperatingDomain
  readonly readings: Readings
  readonly factors: readonly ReadFactor[]
}

export interface ReadFactor {
  readonly name: string
  readonly factor: Factor
  /** Level of each sample, -1 where it is not known. */
  readonly levels: Int16Array
  readonly missing: number
  readonly unknown: readonly { readonly value: string; readonly samples: number }[]
  /** What was measured, ascending; null where nothing is. */
  readonly measured: Float64Array | null
}

/** Why the level of this factor can be read of no sample of the data set, or null. */
export function unreadable(name: string, factor: Factor, data: DataFacts | undefined): string | null {
  const { from } = factor
  if (from === undefined)
    return assumedLevel(factor) < 0
      ? `Nothing says how "${name}" is read, and all of its levels are made.`
      : null
  if ('metadata' in from)
    return data?.metadata?.includes(from.metadata) === true
      ? null
      : `"${name}" is read from the column "${from.metadata}", which the data do not have.`
  return isPicture(data?.sampleShape ?? [])
    ? null
    : `"${name}" is measured on pictures, and a sample has the shape [${data?.sampleShape.join(', ')}].`
}

export function readableConditions(conditions: Conditions, data: DataFacts | undefined): Conditions {
  return Object.fromEntries(
    Object.entries(conditions).filter(([name, factor]) => unreadable(name, factor, data) === null),
  )
}

export async function readConditions(
  context: CheckContext<IncompleteTestingOptions>,
): Promise<ReadConditions> {
  const { system, options } = context
  const data = system.data[options.split]
  const readable = readableConditions(system.conditions ?? {}, data)
  const factors = await Promise.all(
    Object.entries(readable).map(([name, factor]) => readFactor(context, name, factor)),
  )
  return { domain: operatingDomain(readable), readings: factors.map(({ levels }) => levels), factors }
}

async function readFactor(
  context: CheckContext<IncompleteTestingOptions>,
  name: string,
  factor: Factor,
): Promise<ReadFactor> {
  const { split } = context.options
  const count = context.system.data[split]?.count ?? 0
  const { from } = factor
  if (from === undefined) {
    const levels = new Int16Array(count).fill(assumedLevel(factor))
    return { name, factor, levels, missing: 0, unknown: [], measured: null }
  }
  if ('metadata' in from) {
    const column = context.metadata(split)[from.metadata] ?? new Array<null>(count).fill(null)
    return { name, factor, ...readLevels(factor, column), measured: null }
  }
  const all = Array.from({ length: count }, (_, i) => i)
  const parts = await Promise.all(
    chunk(all, chunkSize).map((indices) =>
      context.step(measureStep, { split, indices, property: from.measured }),
    ),
  )
  const values = parts.flatMap(({ output }) => output.values)
  // Ten thousand different numbers are no list of unknown texts.
  const { levels, unknown } = readLevels(factor, values)
  const outside = unknown.reduce((sum, { samples }) => sum + samples, 0)
  return {
    name,
    factor,
    levels,
    missing: 0,
    unknown: outside === 0 ? [] : [{ value: `${from.measured} in no range`, samples: outside }],
    measured: Float64Array.from(values).sort(),
  }
}

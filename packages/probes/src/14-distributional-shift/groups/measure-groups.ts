// Ask the model about samples of each data set and count, group by group, how often it is right.
import {
  type CheckContext,
  type Evidence,
  type Measured,
  type Measurement,
  type Tally,
  wilson,
} from '@failmode/core'
import { chooseSamples } from '../../steps/choose-samples.ts'
import { chunk } from '../../steps/chunk.ts'
import { predictLabels } from '../../steps/predict.ts'
import type { ShiftOptions } from '../options.ts'
import { chooseGroups } from './choose-groups.ts'
import { type GroupNumbers, groupNumbers, intervalOfLargest, intervalOfSmallest } from './compare-groups.ts'
import { type GroupData, groupData } from './group-data.ts'

interface Counted extends Tally {
  readonly column: string
  readonly value: string
}

interface CountedData {
  readonly data: GroupData
  readonly all: Tally
  readonly groups: readonly Counted[]
  readonly columns: readonly string[]
  readonly left: readonly string[]
}

const chunkSize = 250

export async function measureGroups(context: CheckContext<ShiftOptions>): Promise<Measured> {
  const counted: CountedData[] = []
  for (const data of groupData(context.system, context.options, context.budget)) {
    counted.push(await countGroups(context, data))
  }
  const among = counted.reduce((sum, { groups }) => sum + groups.length, 0)
  return {
    measurements: counted.flatMap((one) => numbersOf(one, among, context.seed)),
    facts: {
      groups: among,
      columns: new Set(counted.flatMap(({ columns }) => columns)).size,
    },
    notCovered: [
      ...new Set(counted.flatMap(({ left }) => left)),
      'Groups that no column of the metadata tells apart, and groups by several columns at once.',
    ],
  }
}

async function countGroups(
  { system, options, random, labels, metadata, step }: CheckContext<ShiftOptions>,
  data: GroupData,
): Promise<CountedData> {
  const { side, split, count, columns } = data
  const of = system.data[split]!.count
  const indices = chooseSamples(random.split(side), { count, of })
  const parts = await Promise.all(
    chunk(indices, chunkSize).map((part) => step(predictLabels, { split, indices: part })),
  )
  const truth = labels(split)!
  const right = parts
    .flatMap(({ output }) => output.labels)
    .map((label, i) => (label === truth[indices[i]!] ? 1 : 0))
  const chosen = chooseGroups(metadata(split), {
    columns,
    named: options.groups !== undefined,
    indices,
    minGroup: options.minGroup,
  })
  const missing = (options.groups ?? []).filter((column) => !columns.includes(column))
  const about = (text: string): string => `In "${split}": ${text}`
  return {
    data,
    all: tally(right),
    groups: chosen.groups.map(({ column, value, places }) => ({
      column,
      value,
      ...tally(places.map((place) => right[place]!)),
    })),
    columns: chosen.columns,
    left: [
      ...(of === count ? [] : [`${of - count} of the ${of} samples of "${split}".`]),
      ...missing.map((column) => about(`groups by "${column}", a column that it does not have.`)),
      ...chosen.left.map(about),
    ],
  }
}

function tally(right: readonly number[]): Tally {
  return { right: right.reduce((sum, one) => sum + one, 0), n: right.length }
}

function numbersOf({ data, all, groups }: CountedData, among: number, seed: number): Measurement[] {
  const slice = { data: data.side }
  const common = { unit: 'fraction', access: 'label', seed } as const
  const whole: Measurement = {
    ...common,
    name: 'clean-accuracy',
    slice,
    value: all.right / all.n,
    n: all.n,
    denominator: `labelled samples, ${data.side}`,
    interval: wilson(all.right, all.n),
  }
  if (groups.length === 0) return [whole]
  const numbers = groups.map((group) => groupNumbers(group, all, among))
  const worst = numbers.reduce((most, { gap }, i) => (gap > numbers[most]!.gap ? i : most), 0)
  const where = ({ column, value }: Counted): string => `where ${column} is ${value}`
  const together = `interval for all ${among} groups together`
  const least = groups[worst]!
  return [
    {
      ...common,
      name: 'worst-group-accuracy',
      slice,
      value: least.right / least.n,
      n: least.n,
      denominator: `labelled samples, ${data.side}, ${where(least)}; ${together}, so that it holds for the worst`,
      interval: intervalOfSmallest(numbers.map(({ accuracy }) => accuracy)),
      evidence: [groupTable(data, groups, numbers)],
    },
    {
      ...common,
      name: 'group-gap',
      slice,
      value: numbers[worst]!.gap,
      n: all.n,
      denominator: `labelled samples, ${data.side}: all of them against those ${where(least)}; ${together}`,
      interval: intervalOfLargest(numbers.map(({ gapInterval }) => gapInterval)),
    },
    whole,
    ...groups.flatMap((group, i): Measurement[] => {
      const { accuracy, gap, gapInterval } = numbers[i]!
      const about = {
        ...common,
        slice: { ...slice, column: group.column, group: group.value },
        n: group.n,
        denominator: `labelled samples, ${data.side}, ${where(group)}; ${together}`,
      }
      return [
        { ...about, name: 'group-accuracy', value: group.right / group.n, interval: accuracy },
        { ...about, name: 'group-gap', value: gap, interval: gapInterval },
      ]
    }),
  ]
}

function groupTable(
  { split }: GroupData,
  groups: readonly Counted[],
  numbers: readonly GroupNumbers[],
): Evidence {
  const short = (value: number): number => Number(value.toFixed(4))
  const order = [...groups.keys()].sort((a, b) => numbers[b]!.gap - numbers[a]!.gap || a - b)
  return {
    kind: 'table',
    sample: false,
    title: `Accuracy in each group of "${split}"`,
    columns: ['column', 'group', 'samples', 'right', 'accuracy', 'at least', 'at most', 'below the whole by'],
    rows: order.map((i) => {
      const { column, value, n, right } = groups[i]!
      const { accuracy, gap } = numbers[i]!
      return [
        column,
        value,
        n,
        right,
        short(right / n),
        short(accuracy.low),
        short(accuracy.high),
        short(gap),
      ]
    }),
  }
}

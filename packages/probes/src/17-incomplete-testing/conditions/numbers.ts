// The numbers and tables about declared conditions: what of them the tests show, what of operation they leave out, which new
// cases would close the gap, and how right the model is in each condition.
import {
  accuracyByCondition,
  type CheckContext,
  type Combination,
  type ConditionAccuracy,
  type Coverage,
  countCombinations,
  coverage,
  type Evidence,
  type Interval,
  type Measurement,
  mostCombinations,
  type OperatingDomain,
  possibleCombinations,
  riskWeightedError,
  untestedKinds,
  untestedOperation,
  wilson,
} from '@failmode/core'
import { percent } from '../../measured-rate.ts'
import type { IncompleteTestingOptions } from '../options.ts'
import { coveringStep } from './covering-step.ts'
import type { ReadConditions } from './read-conditions.ts'

type Context = CheckContext<IncompleteTestingOptions>

/** Rows of a table, and pairs of conditions that are reported. */
const shown = 20
/** Missing combinations for which a set of cases is still searched. */
const mostProposed = 20_000

const names = { 1: 'condition-coverage', 2: 'pair-coverage', 3: 'triple-coverage' } as const
const titles = { 1: 'Conditions', 2: 'Pairs of conditions', 3: 'Triples of conditions' } as const
const words = { 1: 'levels', 2: 'pairs of levels', 3: 'triples of levels' } as const

/** What was counted in full has no uncertainty. */
const exact = (value: number): Interval => ({ low: value, high: value, confidence: 1, method: 'exact' })

export async function coverageNumbers(
  context: Context,
  { domain, readings, factors }: ReadConditions,
  cells: readonly ConditionAccuracy[],
): Promise<{ readonly measurements: readonly Measurement[]; readonly notCovered: readonly string[] }> {
  const { options, random } = context
  const { leastSamples, enoughSamples } = options
  const size = factors.length
  const strengths = ([1, 2, 3] as const).filter(
    (strength) => strength <= size && possibleCombinations(domain, strength) <= mostCombinations,
  )
  const counted = strengths.map((strength) => {
    const counts = countCombinations(domain, readings, strength)
    return { counts, ...coverage(domain, counts, { leastSamples, enoughSamples }) }
  })
  const main = counted.find(({ strength }) => strength === Math.min(2, size))!
  const untested = (of: (typeof counted)[number], by: 'share' | 'cost') =>
    untestedOperation(domain, of.counts, random.split('operation').split(of.strength).split(by), {
      by,
      leastSamples,
    })
  const operation = (
    name: 'untested-operation' | 'untested-cost',
    { value, interval, cases, drawn }: ReturnType<typeof untestedOperation>,
    what: string,
    slice?: Measurement['slice'],
  ): Measurement => ({
    name,
    value,
    unit: 'fraction',
    interval,
    n: cases,
    denominator: `${drawn ? 'cases drawn as operation would bring them' : 'kinds of cases, weighed by their shares'}${name === 'untested-cost' ? ' and costs' : ''}; untested means that no test shows ${what}`,
    ...(slice === undefined ? {} : { slice }),
  })
  const mainWhat = size === 1 ? 'the level' : 'some pair of its levels'
  const proposed = await proposal(context, domain, counted)
  const tables = [...gaps(main, domain, factors), ...(proposed.table === null ? [] : [proposed.table])]
  return {
    measurements: [
      { ...operation('untested-operation', untested(main, 'share'), mainWhat), evidence: tables },
      ...counted
        .filter((each) => each !== main)
        .map((each) =>
          operation(
            'untested-operation',
            untested(each, 'share'),
            each.strength === 1 ? 'some level of it' : 'some triple of its levels',
            { of: words[each.strength] },
          ),
        ),
      ...(size > 3
        ? [
            operation(
              'untested-operation',
              untestedKinds(domain, readings, { by: 'share', leastSamples }),
              'just these levels together',
              { of: 'all levels together' },
            ),
          ]
        : []),
      operation('untested-cost', untested(main, 'cost'), mainWhat),
      ...counted.flatMap((each) =>
        coverageOf(each, options, [
          ...(each.strength === 1 ? [matrix(domain, readings, cells)] : []),
          // Those of `main` stand beside the untested share.
          ...(each === main ? [] : gaps(each, domain, factors)),
        ]),
      ),
    ],
    notCovered: [
      ...proposed.notCovered,
      ...(size >= 3 && strengths.length < 3
        ? [`Triples of levels: there are ${possibleCombinations(domain, 3)}, too many to count.`]
        : []),
    ],
  }
}

function coverageOf(
  { strength, possible, covered, enough }: Coverage,
  { leastSamples, enoughSamples }: IncompleteTestingOptions,
  evidence: readonly Evidence[],
): Measurement[] {
  const of = (samples: number, count: number): Measurement => ({
    name: names[strength],
    value: count / possible,
    unit: 'fraction',
    interval: exact(count / possible),
    n: possible,
    denominator: `${words[strength]}, of which ${count} have at least ${samples} ${samples === 1 ? 'sample' : 'samples'}`,
  })
  return [
    { ...of(leastSamples, covered), ...(evidence.length === 0 ? {} : { evidence: [...evidence] }) },
    { ...of(enoughSamples, enough), slice: { samples: `at least ${enoughSamples}` } },
  ]
}

/** `weather fog, light night`. */
export function nameOf({ factors }: OperatingDomain, combination: Combination): string {
  return combination
    .map(({ factor, level }) => `${factors[factor]!.name} ${factors[factor]!.levels[level]!.name}`)
    .join(', ')
}

function sliceOf({ factors }: OperatingDomain, combination: Combination): Record<string, string> {
  return Object.fromEntries(
    combination.map(({ factor, level }) => [factors[factor]!.name, factors[factor]!.levels[level]!.name]),
  )
}

const accuracyText = (cell: ConditionAccuracy) =>
  `${percent(cell.right / cell.n)} (${percent(cell.interval.low)} to ${percent(cell.interval.high)})`

/** A rare condition is not no condition. */
const shareText = (share: number) => (share > 0 && share < 0.00005 ? 'below 0.01 %' : percent(share, 2))

const dropText = ({ value, interval }: NonNullable<ConditionAccuracy['drop']>) => {
  const points = (share: number) => Number((100 * share).toFixed(1))
  return `${points(value)} (${points(interval.low)} to ${points(interval.high)})`
}

/** Every declared level with how much of it was tested, and with what result. */
function matrix(
  domain: OperatingDomain,
  readings: readonly Int16Array[],
  cells: readonly ConditionAccuracy[],
): Evidence {
  const rows = domain.factors.flatMap(({ name, levels }, factor) =>
    levels.map((level, at) => {
      const cell = cells.find(
        ({ combination: [first, second] }) =>
          second === undefined && first?.factor === factor && first.level === at,
      )
      const samples = readings[factor]!.reduce((sum, one) => sum + (one === at ? 1 : 0), 0)
      return [
        name,
        level.name,
        `${shareText(level.share)}${level.stated ? '' : ' (assumed)'}`,
        level.cost,
        samples,
        cell === undefined ? (samples === 0 ? 'not tested' : 'not asked') : accuracyText(cell),
      ]
    }),
  )
  return {
    kind: 'table',
    title: 'Declared conditions',
    columns: ['condition', 'level', 'share of operation', 'cost of a mistake', 'test samples', 'accuracy'],
    rows,
    sample: false,
  }
}

/** Combinations without tests, those that come oftenest and cost most first. */
function gaps(
  { strength, uncovered }: Coverage,
  domain: OperatingDomain,
  factors: ReadConditions['factors'],
): readonly Evidence[] {
  if (uncovered.length === 0) return []
  const made = ({ factor, level }: Combination[number]) =>
    Object.values(factors[factor]!.factor.levels)[level]!.make !== undefined
  return [
    {
      kind: 'table',
      title: `${titles[strength]} that the tests leave out${uncovered.length > shown ? `, ${shown} of ${uncovered.length}, the likeliest and dearest first` : ''}`,
      columns: ['conditions', 'share of operation', 'cost of a mistake', 'test samples', 'can be made'],
      rows: uncovered
        .slice(0, shown)
        .map(({ combination, share, cost, samples }) => [
          nameOf(domain, combination),
          shareText(share),
          cost,
          samples,
          combination.some(made) ? 'yes' : 'no',
        ]),
      sample: false,
    },
  ]
}

async function proposal(
  { step, options, signal }: Context,
  domain: OperatingDomain,
  counted: readonly (Coverage & { readonly counts: ReturnType<typeof countCombinations> })[],
): Promise<{ readonly table: Evidence | null; readonly notCovered: readonly string[] }> {
  const strength = Math.min(options.propose, domain.factors.length)
  const own = counted.find((each) => each.strength === strength)
  if (own === undefined || own.uncovered.length > mostProposed)
    return {
      table: null,
      notCovered: [
        `Which new test cases would show every combination of ${strength} conditions: there are too many.`,
      ],
    }
  if (own.uncovered.length === 0) return { table: null, notCovered: [] }
  signal.throwIfAborted()
  const untested = own.counts.sets.map(({ counts }) =>
    [...counts.keys()].filter((place) => counts[place]! < options.leastSamples),
  )
  const { output } = await step(coveringStep, {
    sizes: domain.factors.map(({ levels }) => levels.length),
    strength,
    untested,
  })
  const { cases, atLeast } = output
  // Each level left open counts as all of its factor.
  const worth = (levels: readonly (number | null)[]) =>
    levels.reduce<number>((product, level, f) => {
      const one = level === null ? null : domain.factors[f]!.levels[level]!
      return one === null ? product : product * one.share * one.cost
    }, 1)
  const ordered = cases.map((levels) => ({ levels, worth: worth(levels) })).sort((a, b) => b.worth - a.worth)
  const size = cases.length === atLeast ? 'no set can be smaller' : `no set can have fewer than ${atLeast}`
  return {
    table: {
      kind: 'table',
      title: `New test cases that show every ${strength === 1 ? 'level' : strength === 2 ? 'pair' : 'triple'} not yet shown: smallest set found ${cases.length}, ${size}${cases.length > shown ? `; the first ${shown}` : ''}`,
      columns: domain.factors.map(({ name }) => name),
      rows: ordered
        .slice(0, shown)
        .map(({ levels }) =>
          levels.map((level, f) => (level === null ? 'any' : domain.factors[f]!.levels[level]!.name)),
        ),
      sample: false,
    },
    notCovered: [],
  }
}

export async function accuracyNumbers(
  { options, system, seed, putSamples }: Context,
  { domain, readings }: ReadConditions,
  right: readonly (0 | 1 | null)[],
): Promise<{ readonly measurements: readonly Measurement[]; readonly cells: readonly ConditionAccuracy[] }> {
  const cells = accuracyByCondition(domain, readings, right, { leastSamples: options.enoughSamples })
  const indices = right.flatMap((one, i) => (one === null ? [] : [i]))
  const blob = await putSamples({
    split: options.split,
    indices,
    columns: { correct: indices.map((i) => right[i]!) },
  })
  const base = { unit: 'fraction', access: 'label' as const, knowledge: [], seed }
  const levels = cells.filter(({ combination }) => combination.length === 1)
  const accuracy = (cell: ConditionAccuracy): Measurement => ({
    ...base,
    name: 'condition-accuracy',
    value: cell.right / cell.n,
    interval: cell.interval,
    n: cell.n,
    denominator: `samples of "${options.split}" with ${nameOf(domain, cell.combination)}`,
    slice: sliceOf(domain, cell.combination),
  })
  const drop = (cell: ConditionAccuracy): Measurement[] =>
    cell.drop === null
      ? []
      : [
          {
            ...base,
            name: 'condition-accuracy-drop',
            value: cell.drop.value,
            interval: cell.drop.interval,
            n: cell.n,
            denominator: `samples of "${options.split}" with ${nameOf(domain, cell.combination)}, beside all ${indices.length}`,
            slice: sliceOf(domain, cell.combination),
          },
        ]
  const worsePairs = cells
    .filter(
      ({ combination, drop: below }) => combination.length === 2 && below !== null && below.interval.low > 0,
    )
    .sort((a, b) => b.drop!.value - a.drop!.value)
    .slice(0, shown)
  const worst = cells
    .filter(({ n }) => n >= options.enoughSamples)
    .reduce<ConditionAccuracy | null>(
      (found, cell) => (found === null || cell.right / cell.n < found.right / found.n ? cell : found),
      null,
    )
  const lowest: Evidence = {
    kind: 'table',
    title: `Accuracy by condition, and by pair of conditions with at least ${options.enoughSamples} samples, lowest first`,
    columns: ['conditions', 'samples', 'accuracy', 'points below the accuracy over all'],
    rows: cells
      .toSorted((a, b) => a.right / a.n - b.right / b.n)
      .slice(0, shown)
      .map((cell) => [
        nameOf(domain, cell.combination),
        cell.n,
        accuracyText(cell),
        cell.drop === null ? 'not compared' : dropText(cell.drop),
      ]),
    sample: false,
  }
  const risk = riskWeightedError(domain, readings, right)
  const { slice: _, ...worstAccuracy } = worst === null ? { slice: null } : accuracy(worst)
  return {
    cells,
    measurements: [
      ...levels.map(accuracy),
      ...levels.flatMap(drop),
      ...worsePairs.flatMap((cell) => [accuracy(cell), ...drop(cell)]),
      ...(worst === null
        ? []
        : [{ ...(worstAccuracy as Measurement), name: 'worst-condition-accuracy', evidence: [lowest] }]),
      {
        ...base,
        name: 'risk-weighted-error',
        value: risk.value,
        interval: risk.interval,
        n: risk.n,
        denominator: `samples of "${options.split}" whose conditions are all known, weighed by share and cost; they speak of ${percent(risk.known)} of the cost at stake${system.model === null ? '' : ', the rest is guessed from single conditions and wholly unknown in the interval'}`,
        samples: { blob, column: 'correct' },
      },
    ],
  }
}

/** How much of each factor could not be read, and what stood there instead. */
export function readingNumbers({ options }: Context, { factors }: ReadConditions): readonly Measurement[] {
  return factors.map(({ name, factor, levels, missing, unknown, measured }) => {
    const n = levels.length
    const unread = levels.reduce((sum, level) => sum + (level < 0 ? 1 : 0), 0)
    const evidence: Evidence[] = []
    if (unknown.length > 0 || missing > 0)
      evidence.push({
        kind: 'table',
        title: `What no level of "${name}" takes${unknown.length > shown ? `, the commonest ${shown} of ${unknown.length}` : ''}`,
        columns: ['value', 'samples'],
        rows: [
          ...(missing > 0 ? [['nothing given', missing]] : []),
          ...unknown.slice(0, shown).map(({ value, samples }) => [value, samples]),
        ],
        // Text of the user's own metadata.
        sample: true,
      })
    if (measured !== null && factor.from !== undefined && 'measured' in factor.from)
      evidence.push({
        kind: 'table',
        title: `What was measured for "${name}": ${factor.from.measured}`,
        columns: ['least', '10th percentile', 'median', '90th percentile', 'most'],
        rows: [
          [0, 0.1, 0.5, 0.9, 1].map((part) =>
            Number((measured[Math.round(part * (measured.length - 1))] ?? 0).toPrecision(4)),
          ),
        ],
        sample: true,
      })
    return {
      name: 'unread-conditions',
      value: unread / n,
      unit: 'fraction',
      interval: wilson(unread, n),
      n,
      denominator: `samples of "${options.split}"`,
      slice: { condition: name },
      ...(evidence.length === 0 ? {} : { evidence }),
    }
  })
}

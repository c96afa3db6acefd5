// Copies by training (Knockoff Nets, Copycat CNN, adaptive retraining): inputs are sent, answers come back, a model of the same kind
// is trained on them. The same answers serve all copies, so what half of the queries, or half of an answer, would have
// been worth costs the model under test nothing more.
import type { Access, Check, CheckContext, Evidence, Measured, Measurement } from '@failmode/core'
import { chunk } from '../steps/chunk.ts'
import { answersStep } from './answers-step.ts'
import { type Agreed, agreementOf, comparedStep, hits } from './compare.ts'
import { type Copied, copyStep, type Shown } from './copy-step.ts'
import { judgeCopy } from './judge.ts'
import { labelCopiesMeta, scoreCopiesMeta } from './meta.ts'
import type { StealingOptions } from './options.ts'
import { chooseThief, fewest, stealingApplies, thiefSizes } from './thief.ts'

type Context = CheckContext<StealingOptions>

/** Shares of the queries at which copies are made. */
const shares = [1 / 8, 1 / 4, 1 / 2, 1] as const
/** Samples of one step that asks the model. */
const chunkSize = 500
const highAgreement = 0.9

const shownWords: Readonly<Record<Shown, string>> = {
  all: 'all probabilities',
  rounded: 'probabilities to one decimal',
  'top-3': 'the three largest',
  class: 'the class',
}

function copies(access: 'label' | 'score'): Check<StealingOptions> {
  const attack = access === 'score' ? 'knockoff' : 'copycat'
  return {
    meta: access === 'score' ? scoreCopiesMeta : labelCopiesMeta,
    applies(system, options, budget) {
      const state = stealingApplies(system, options, { budget, access })
      if (!state.applies) return state
      const skipped = (reason: string) => ({ applies: false, outcome: 'skipped', reason }) as const
      if (system.training === undefined || system.training === null) {
        return skipped(
          'The configuration does not say how a model of this kind is trained, so no copy can be; say it under "training".',
        )
      }
      const { sent, compared } = thiefSizes(system, options, budget)
      if (sent < 8 * fewest) {
        return skipped(
          `The thief has ${sent} inputs to send; ${8 * fewest} are needed at the very least. Give more under the data set "pool".`,
        )
      }
      return {
        applies: true,
        cost: { queries: sent + 2 * compared + options.transfer.samples, gradients: 0 },
        work: `${sent} queries, and copies trained on ${shares.map((share) => Math.floor(sent * share)).join(', ')} of them; compared on ${compared} samples and as many uniform inputs`,
      }
    },
    measure: (context) => measure(context, { access, attack }),
    judge: (measured, options) =>
      judgeCopy(
        {
          title:
            access === 'score'
              ? 'A copy of the model can be trained on its answers'
              : 'A copy of the model can be trained on its classes alone',
          subject: access,
          had: `The thief saw ${access === 'score' ? 'the scores' : 'only the classes'} that the model returns, knew its architecture, and had inputs of the same kind without labels.`,
          none: 'No copy was faithful enough',
        },
        measured,
        options,
      ),
  }
}

export const copiesOfScores = copies('score')
export const copiesOfClasses = copies('label')

async function measure(
  context: Context,
  { access, attack }: { readonly access: Extract<Access, 'label' | 'score'>; readonly attack: string },
): Promise<Measured> {
  const { system, options, seed } = context
  const { sent, compared } = chooseThief(context)
  const [answered, { output: truth }] = await Promise.all([
    Promise.all(
      chunk(sent.indices, chunkSize).map((indices) =>
        context.step(answersStep, { split: sent.split, indices, access }),
      ),
    ),
    context.step(comparedStep, { part: compared, seed }),
  ])
  const answers = answered.map(({ output }) => output.file)
  const n = sent.indices.length
  const everything = Array.from({ length: n }, (_, i) => i)
  const copy = async (
    taken: readonly number[],
    more: { readonly shown?: Shown; readonly margins?: boolean; readonly transfer?: boolean } = {},
  ): Promise<Copied> => {
    const { output } = await context.step(copyStep, {
      sent,
      answers,
      taken,
      shown: more.shown ?? 'all',
      compared,
      seed,
      ...(more.margins === true ? { margins: true } : {}),
      ...(more.transfer === true && options.transfer.samples > 0
        ? {
            transfer: {
              rows: Array.from(
                { length: Math.min(options.transfer.samples, truth.samples.length) },
                (_, i) => i,
              ),
              labels: truth.samples.slice(0, options.transfer.samples),
              eps: options.transfer.eps,
              queries: options.transfer.queries,
            },
          }
        : {}),
    })
    return output
  }
  const agreed = (made: Copied): Agreed => ({
    samples: made.samples.map((label, i): 0 | 1 => (label === truth.samples[i] ? 1 : 0)),
    uniform: made.uniform.map((label, i): 0 | 1 => (label === truth.uniform[i] ? 1 : 0)),
  })
  const sizes = shares.map((share) => Math.floor(n * share))
  const [byQueries, byAnswers, byChoice] = await Promise.all([
    Promise.all(
      sizes.map(async (size, i) => ({
        size,
        made: await copy(everything.slice(0, size), { transfer: i === sizes.length - 1 }),
      })),
    ),
    access === 'score'
      ? Promise.all(
          (['rounded', 'top-3', 'class'] as const).map(async (shown) => ({
            shown,
            made: await copy(everything, { shown }),
          })),
        )
      : [],
    options.adaptive ? chooseAndCopy(sizes, { copy, n }) : [],
  ])
  const full = byQueries.at(-1)!
  const common = { access, seed } as const
  const denominator = `samples of "${compared.split}"`
  const best = agreed(full.made)
  const blob = await context.putSamples({
    split: compared.split,
    indices: compared.indices,
    // 1 is good for the owner: the copy differs.
    columns: { differs: best.samples.map((same) => 1 - same) },
  })
  const curve = (name: string, slice: Measurement['slice'], made: Copied, by: string): Measurement =>
    agreementOf(name, agreed(made).samples, {
      ...common,
      attack: by,
      denominator,
      ...(slice ? { slice } : {}),
    })
  const series = [
    ...byQueries.map(({ size, made }) => ({ by: attack, size, made })),
    ...byChoice.map(({ size, made }) => ({ by: 'adaptive-retraining', size, made })),
  ]
  const reached = series
    .filter(({ made }) => hits(agreed(made).samples) / compared.indices.length >= highAgreement)
    .sort((a, b) => a.size - b.size)[0]
  const majority = Math.max(...countsOf(truth.samples)) / truth.samples.length
  return {
    measurements: [
      {
        ...agreementOf('agreement', best.samples, { ...common, attack, denominator }),
        samples: { blob, column: 'differs' },
        evidence: [curveEvidence(series, { agreed, attack })],
      },
      agreementOf('agreement-uniform', best.uniform, { ...common, attack, denominator: 'uniform inputs' }),
      {
        ...common,
        name: 'queries',
        attack,
        value: n,
        unit: 'queries',
        n,
        denominator: `queries with samples of "${sent.split}"`,
      },
      ...series.map(({ by, size, made }) => curve('agreement-by-queries', { queries: size }, made, by)),
      ...(access === 'score'
        ? [{ shown: 'all' as const, made: full.made }, ...byAnswers].map(({ shown, made }) =>
            curve('agreement-by-answers', { answers: shownWords[shown] }, made, attack),
          )
        : []),
      ...(reached === undefined
        ? []
        : [
            {
              ...common,
              name: 'queries-to-90-percent-agreement',
              attack: reached.by,
              value: reached.size,
              unit: 'queries',
              n: series.length,
              denominator: 'copies that were trained; the fewest queries among those that agree on 90 %',
            },
          ]),
      ...transferRate(full.made, common, { attack, eps: options.transfer.eps }),
    ],
    notCovered: [
      `More than ${n} queries.`,
      'Copies of another architecture than the one of the configuration.',
      ...(system.data.pool === undefined && options.pool === undefined
        ? [
            `Inputs of another origin; the thief sent samples of "${sent.split}" that copies are not compared on.`,
          ]
        : []),
    ],
    facts: { 'queries-sent': n, oneClass: majority > 0.9 },
  }
}

/** Rounds in which three quarters go to what the copy is least sure of (Tramèr et al. 2016, section 5.2). */
async function chooseAndCopy(
  sizes: readonly number[],
  {
    copy,
    n,
  }: {
    readonly copy: (taken: readonly number[], more: { readonly margins: boolean }) => Promise<Copied>
    readonly n: number
  },
): Promise<readonly { readonly size: number; readonly made: Copied }[]> {
  const out: { readonly size: number; readonly made: Copied }[] = []
  let taken = Array.from({ length: sizes[0]! }, (_, i) => i)
  // The last size leaves nothing to choose from.
  for (const size of sizes.slice(1, -1)) {
    const { margins } = await copy(taken, { margins: true })
    const has = new Set(taken)
    const rest = Array.from({ length: n }, (_, i) => i).filter((i) => !has.has(i))
    const wanted = size - taken.length
    const unsure = [...rest].sort((a, b) => margins![a]! - margins![b]! || a - b)
    const chosen = unsure.slice(0, Math.floor(0.75 * wanted))
    const picked = new Set(chosen)
    taken = [...taken, ...chosen, ...rest.filter((i) => !picked.has(i)).slice(0, wanted - chosen.length)]
    out.push({ size, made: await copy(taken, { margins: true }) })
  }
  return out
}

function transferRate(
  { transfer }: Copied,
  common: { readonly access: 'label' | 'score'; readonly seed: number },
  { attack, eps }: { readonly attack: string; readonly eps: number },
): readonly Measurement[] {
  if (transfer === undefined) return []
  const rows = transfer.copy.flatMap((one, i) => (one === 1 ? [transfer.model[i]!] : []))
  if (rows.length === 0) return []
  return [
    agreementOf('transfer-rate', rows, {
      ...common,
      attack,
      denominator: `adversarial examples within ${eps} that deceive the copy, of ${transfer.copy.length} tries`,
    }),
  ]
}

function countsOf(labels: readonly number[]): readonly number[] {
  const counts = new Map<number, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  return [...counts.values()]
}

function curveEvidence(
  series: readonly { readonly by: string; readonly size: number; readonly made: Copied }[],
  { agreed, attack }: { readonly agreed: (made: Copied) => Agreed; readonly attack: string },
): Evidence {
  const lines = [
    { by: attack, label: 'sent as they come' },
    { by: 'adaptive-retraining', label: 'chosen where the copy is least sure' },
  ]
  return {
    kind: 'curve',
    title: 'How faithful a copy is after so many queries',
    x: { label: 'queries' },
    y: { label: 'agreement', unit: 'fraction' },
    series: lines.flatMap(({ by, label }) => {
      const points = series
        .filter((one) => one.by === by)
        .map(({ size, made }) => {
          const { value, interval } = agreementOf('agreement', agreed(made).samples, { denominator: '' })
          return { x: size, y: value, low: interval!.low, high: interval!.high }
        })
      return points.length === 0 ? [] : [{ label, points }]
    }),
  }
}

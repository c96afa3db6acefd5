// The two checks of the mode: the same guests and controls, by gradients and by scores alone.
import type {
  Applicability,
  Budget,
  Check,
  CheckContext,
  Evidence,
  Measured,
  Measurement,
  SystemFacts,
} from '@failmode/core'
import { differenceOfShares, wilson } from '@failmode/core'
import { isPicture } from '../steps/sample-image.ts'
import { drawnGuest, sideOf } from './choose-guest.ts'
import { judgePrograms } from './judge.ts'
import { gradientsMeta, scoresMeta } from './meta.ts'
import type { GuestName, ReprogrammingOptions } from './options.ts'
import { linearProbeStep } from './probe-step.ts'
import { type Programmed, programStep } from './program-step.ts'
import { queriesOfEstimate, queriesOfMapping } from './programs/train-program.ts'

type Context = CheckContext<ReprogrammingOptions>

const guestsByBudget: Readonly<Record<Budget['name'], readonly GuestName[]>> = {
  quick: ['square-counting'],
  standard: ['square-counting', 'captcha-digits', 'shape-parity'],
  thorough: ['square-counting', 'captcha-digits', 'shape-parity'],
}
const stepsByBudget = { quick: 150, standard: 500, thorough: 3000 } as const
/** An estimate by scores takes so many queries as a gradient, and the search is given up sooner. */
const fewerSteps = 5
const fewestSteps = 20
/** Pixels of a side below which nothing can be drawn. */
const smallestSide = 4

interface PlannedGuest {
  readonly guest: GuestName
  readonly classes: number
  readonly each: number
}

interface ProgramPlan {
  readonly guests: readonly PlannedGuest[]
  readonly steps: number
  /** Of the model under test, for one program. */
  readonly cost: { readonly queries: number; readonly gradients: number }
}

function planOf(
  system: SystemFacts,
  options: ReprogrammingOptions,
  { budget, access }: { readonly budget: Budget; readonly access: 'gradient' | 'score' },
): ProgramPlan {
  const { sampleShape: shape, classes: hostClasses } = system.model!
  const guests = (options.guests ?? guestsByBudget[budget.name]).flatMap((guest): readonly PlannedGuest[] => {
    const own = system.data[options.own]
    // How many classes the user's task has is only known once it is read; it must not be more than the host's.
    if (guest === 'own' && (own === undefined || !own.labelled)) return []
    const classes =
      guest === 'own' ? Math.min(10, hostClasses) : drawnGuest(guest, { shape, hostClasses }).classes.length
    if (classes > hostClasses || classes < 2) return []
    const each = guest === 'own' ? 1 : Math.min(options.classesEach ?? 4, Math.floor(hostClasses / classes))
    return [{ guest, classes, each }]
  })
  const costOf = (steps: number, each: number) => {
    const asked = steps * options.batch
    const fixed = queriesOfMapping + options.samples
    return access === 'gradient'
      ? { queries: fixed + (each > 1 ? asked : 0), gradients: asked }
      : { queries: fixed + asked * queriesOfEstimate, gradients: 0 }
  }
  const each = Math.max(1, ...guests.map((guest) => guest.each))
  let steps = options.steps ?? Math.floor(stepsByBudget[budget.name] / (access === 'score' ? fewerSteps : 1))
  if (budget.maxQueries !== null && guests.length > 0) {
    // Two programs of each guest ask the model under test: the real one and that with shuffled labels.
    const room = budget.maxQueries / guests.length / 2 - queriesOfMapping - options.samples
    const { queries, gradients } = costOf(1, each)
    steps = Math.min(steps, Math.floor(room / (queries - queriesOfMapping - options.samples + gradients)))
  }
  return { guests, steps, cost: costOf(Math.max(0, steps), each) }
}

function programs(access: 'gradient' | 'score'): Check<ReprogrammingOptions> {
  return {
    meta: access === 'gradient' ? gradientsMeta : scoresMeta,
    applies(system, options, budget): Applicability {
      const { model, task } = system
      const not = (reason: string): Applicability => ({ applies: false, outcome: 'not-applicable', reason })
      const skipped = (reason: string): Applicability => ({ applies: false, outcome: 'skipped', reason })
      if (model === null) return not('The configuration names no model.')
      if (!task.endsWith('-classification')) return not(`The task is ${task}, not classification.`)
      if (!model.access.includes(access)) {
        return not(
          `The model gives no ${access} access: ${model.missingAccess[access] ?? 'the target does not offer it'}.`,
        )
      }
      if (!isPicture(model.sampleShape) || sideOf(model.sampleShape) < smallestSide) {
        return not(`A sample is [${model.sampleShape.join(', ')}] and no picture with room for a frame.`)
      }
      const { guests, steps, cost } = planOf(system, options, { budget, access })
      if (guests.length === 0) {
        return skipped(
          `None of the foreign tasks fits ${model.classes} classes${options.guests?.includes('own') ? `, or there is no labelled data set "${options.own}"` : ''}.`,
        )
      }
      if (steps < fewestSteps)
        return skipped(`${budget.maxQueries} queries do not pay for ${fewestSteps} steps of a program.`)
      return {
        applies: true,
        cost: { queries: 2 * guests.length * cost.queries, gradients: 2 * guests.length * cost.gradients },
        work: `${guests.map(({ guest }) => guest).join(', ')}: a program of ${steps} steps each, one with shuffled labels, and one for an untrained twin`,
      }
    },
    measure: (context) => measure(context, access),
    judge: (measured, options) =>
      judgePrograms(
        measured,
        options,
        access === 'gradient'
          ? 'The attacker had the model and followed its gradients; the program then works through its ordinary inputs.'
          : 'The attacker saw only the scores that the model returns.',
      ),
  }
}

export const byGradients = programs('gradient')
export const byScores = programs('score')

async function measure(context: Context, access: 'gradient' | 'score'): Promise<Measured> {
  const { system, options, budget, seed } = context
  const { guests, steps } = planOf(system, options, { budget, access })
  const hasTwin = system.model!.kind === 'onnx' || system.model!.kind === 'function'
  const common = {
    access,
    seed,
    attack: access === 'gradient' ? 'adversarial-reprogramming' : 'bar',
  } as const
  const found = await Promise.all(
    guests.map(async ({ guest, each }) => {
      const run = async (kind: 'real' | 'shuffled' | 'untrained'): Promise<Programmed> => {
        const { batch, samples, mapping, own } = options
        const input = { guest, own, run: kind, access, steps, batch, samples, each, mapping, seed }
        return (await context.step(programStep, input)).output
      }
      const [real, shuffled, untrained, probe] = await Promise.all([
        run('real'),
        run('shuffled'),
        hasTwin ? run('untrained') : null,
        context.step(linearProbeStep, { guest, own: options.own, samples: options.samples, seed }),
      ])
      const n = real.correct.length
      const hits = (programmed: Programmed) => programmed.correct.reduce<number>((sum, one) => sum + one, 0)
      const rate = (name: string, right: number, denominator: string): Measurement => ({
        ...common,
        name,
        value: right / n,
        unit: 'fraction',
        interval: wilson(right, n),
        n,
        denominator,
        slice: { guest },
      })
      const counts = new Map<number, number>()
      for (const label of real.labels) counts.set(label, (counts.get(label) ?? 0) + 1)
      const majority = Math.max(...counts.values())
      const best = [majority, hits(shuffled), ...(untrained === null ? [] : [hits(untrained)])].reduce(
        (a, b) => Math.max(a, b),
      )
      return [
        {
          ...rate('guest-accuracy', hits(real), `fresh samples of the task ${guest}`),
          evidence: evidenceOf(real, guest),
        },
        {
          ...common,
          name: 'guest-gain',
          value: (hits(real) - best) / n,
          unit: 'fraction',
          interval: differenceOfShares({ right: hits(real), n }, { right: best, n }),
          n,
          denominator: 'fresh samples; accuracy less that of the best control',
          slice: { guest },
        },
        rate('commonest-class-share', majority, 'fresh samples; the share of the commonest class'),
        rate('shuffled-accuracy', hits(shuffled), 'fresh samples; the program learnt from shuffled labels'),
        ...(untrained === null
          ? []
          : [
              rate(
                'untrained-accuracy',
                hits(untrained),
                'fresh samples; the host has weights that nobody trained',
              ),
            ]),
        rate(
          'linear-probe-accuracy',
          probe.output.right,
          'fresh samples; a linear classifier of the task’s own pixels',
        ),
      ]
    }),
  )
  return {
    measurements: found.flat(),
    notCovered: [
      `Programs of more than ${steps} steps.`,
      'Tasks that were not tried.',
      ...(hasTwin ? [] : ['An untrained twin: the weights of this model cannot be drawn anew.']),
    ],
    facts: { steps },
  }
}

function evidenceOf({ pictures, curve }: Programmed, guest: string): Evidence[] {
  return [
    {
      kind: 'images',
      title: `Inputs of the task ${guest}, framed by the program`,
      caption: 'The task is in the middle; the frame makes the model solve it.',
      images: pictures.map((picture, i) => ({
        label: `sample ${i + 1}`,
        ...picture,
        sample: guest === 'own',
      })),
    },
    {
      kind: 'curve',
      title: `Learning the program, ${guest}`,
      x: { label: 'share of the steps', unit: 'fraction' },
      y: { label: 'loss' },
      series: [
        {
          label: guest,
          points: curve.map((loss, i) => ({ x: (i + 1) / curve.length, y: loss })),
        },
      ],
    },
  ]
}

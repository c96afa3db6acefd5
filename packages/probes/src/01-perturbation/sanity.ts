// What the attacks themselves tell about whether they can be believed: losses that do not rise, gradients that are not
// there, an attack without bounds that fails, an attack that a weaker one beats. An entry that
// fires takes the right to say "nothing found" from the checks it concerns.
import type { Access, CheckSanity, ModelFacts } from '@failmode/core'
import type { AttackName, AttackPlan } from './attack-plan.ts'
import type { Attacked } from './attacked.ts'
import { checkIds } from './meta.ts'
import { type Preflight, preflightSanity } from './preflight.ts'

type Entry = Omit<CheckSanity, 'check'>

/** Share of samples without a gradient above which a gradient attack cannot speak for the model. */
export const mostZeroGradients = 0.05

/** Attacks whose loss is a difference of scores, which does not saturate where a probability does. */
const scaleFree: readonly AttackName[] = [
  'apgd-dlr',
  'apgd-t',
  'fab',
  'fab-t',
  'carlini-wagner',
  'deepfool',
  'fmn',
]

/** Entries of the look before the attacks that matter to a check with this access. */
export function preflightSanityFor(
  access: Access,
  found: Preflight,
  model: ModelFacts,
  plans: readonly AttackPlan[],
): readonly Entry[] {
  const gradientOnly = ['gradients-describe-model', 'straight-through']
  const scores = ['saturated', 'output-kind']
  const settling = plans.find(({ attack }) => scaleFree.includes(attack))
  return preflightSanity(found, model)
    .filter(({ id }) => access === 'gradient' || !gradientOnly.includes(id))
    .filter(({ id }) => access !== 'label' || !scores.includes(id))
    .map((entry) => {
      if (entry.id !== 'saturated' || !entry.fired) return entry
      if (access === 'gradient' && settling !== undefined) return { ...entry, settledBy: settling.attack }
      // Logits are there in full; probabilities of exactly 0 and 1 have lost what an attack would follow.
      if (access === 'score' && model.output === 'logits')
        return { ...entry, settledBy: 'margin of the scores' }
      return entry
    })
}

export function gradientSanity(
  parts: readonly Attacked[],
  { survivors }: { readonly survivors: number },
): readonly Entry[] {
  const entries: Entry[] = []
  const known = parts.flatMap(({ zeroGradients }) => (zeroGradients === undefined ? [] : [zeroGradients]))
  if (known.length > 0) {
    // Where one loss saturates another may not: what counts is the attack that has the most to follow.
    const share = Math.min(...known)
    const fired = share > mostZeroGradients
    entries.push({
      id: 'zero-gradients',
      fired,
      meaning: fired
        ? `${Math.round(share * 100)} % of the samples have no gradient at all: a saturated or non-differentiable part hides it, and a gradient attack says nothing about them.`
        : 'The samples have gradients to follow.',
    })
  }
  const curves = parts.flatMap(({ lossCurve }) =>
    lossCurve === undefined || lossCurve.length < 2 ? [] : [lossCurve],
  )
  if (curves.length > 0) {
    const rising = curves.some((curve) => Math.max(...curve.slice(1)) > (curve[0] as number))
    const stuck = survivors > 0 && !rising
    entries.push({
      id: 'loss-rises',
      fired: stuck,
      meaning: stuck
        ? 'The loss did not rise over the steps although samples were left: the gradients do not point anywhere useful.'
        : 'The loss rose over the steps of the attack.',
    })
  }
  return entries
}

export function unboundedSanity(
  result: { readonly reached: number; readonly of: number; readonly attack: string } | null,
): readonly Entry[] {
  if (result === null) return []
  const { reached, of, attack } = result
  const fired = reached < of
  return [
    {
      id: 'unbounded-attack',
      fired,
      meaning: fired
        ? `Allowed to change everything, ${attack} reached its goal on ${reached} of ${of} samples only. Without bounds every sample can be changed into another: the attack does not work on this model.`
        : `Allowed to change everything, ${attack} reached its goal on all of ${of} samples.`,
    },
  ]
}

interface Comparison {
  readonly id: string
  readonly stronger: string
  readonly weaker: string
  /** How far the weaker may be ahead. */
  readonly slack: number
  readonly fired: string
  readonly silent: string
}

/** Attacks of which the first has to do at least as well as the second, or it is broken or misled on this model. */
const comparisons: readonly Comparison[] = [
  {
    id: 'worse-than-noise',
    stronger: checkIds.score,
    weaker: checkIds.noise,
    slack: 0,
    fired:
      'Noise without a search fooled the model more often than the attack did: the attack is not working on this model.',
    silent: 'The attack does at least as well as noise without a search.',
  },
  {
    id: 'worse-than-noise',
    stronger: checkIds.gradient,
    weaker: checkIds.noise,
    slack: 0,
    fired:
      'Noise without a search fooled the model more often than the attack did: the attack is not working on this model.',
    silent: 'The attack does at least as well as noise without a search.',
  },
  {
    id: 'one-step-beats-many',
    stronger: checkIds.gradient,
    weaker: checkIds.oneStep,
    slack: 0.01,
    fired: 'One step fooled the model more often than many: the steps or the loss are wrong for this model.',
    silent: 'Many steps do at least as well as one.',
  },
  ...(
    [
      [checkIds.score, 'scores'],
      [checkIds.label, 'labels'],
      [checkIds.transfer, 'another model'],
    ] as const
  ).map(([weaker, what]) => ({
    id: 'black-box-beats-white-box',
    stronger: checkIds.gradient,
    weaker,
    slack: 0.002,
    fired: `An attack that sees only ${what} fooled samples that one with gradients did not: the gradients are hidden or misleading (masking), and what the gradient attack did not find means nothing.`,
    silent: `The attack with gradients finds what one that sees only ${what} finds.`,
  })),
  {
    id: 'targeted-beats-untargeted',
    stronger: checkIds.gradient,
    weaker: checkIds.gradientSourceTarget,
    slack: 0.01,
    fired:
      'Reaching one chosen class worked more often than reaching any: the untargeted attack is not working on this model.',
    silent: 'Reaching any class works at least as often as reaching one.',
  },
]

/** Success of a check on each sample that it attacked, by index. */
export type SampleSuccess = ReadonlyMap<number, boolean>

/** Compares checks in pairs, on the samples that both attacked. */
export function compareChecks(successes: ReadonlyMap<string, SampleSuccess>): readonly CheckSanity[] {
  return comparisons.flatMap(({ id, stronger, weaker, slack, fired, silent }) => {
    const [strong, weak] = [successes.get(stronger), successes.get(weaker)]
    if (strong === undefined || weak === undefined) return []
    const both = [...strong.keys()].filter((index) => weak.has(index))
    if (both.length === 0) return []
    const share = (of: SampleSuccess) => both.filter((index) => of.get(index) === true).length / both.length
    const behind = share(weak) > share(strong) + slack
    return [{ id, check: stronger, fired: behind, meaning: behind ? fired : silent }]
  })
}

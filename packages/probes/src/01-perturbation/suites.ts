// Which attacks a check runs, in order. The names of published suites stand for exactly what was published: a suite
// with another order, another constant or a part left out is called by its parts.
import type { BudgetName } from '@failmode/core'
import type { Norm } from '../attacks/ball.ts'
import type { AttackName, AttackPlan } from './attack-plan.ts'

/** Suites that can be asked for by name. */
export const suiteNames = [
  'pgd',
  'quick',
  'autoattack-standard',
  'autoattack-plus',
  'autoattack-rand',
] as const
export type SuiteName = (typeof suiteNames)[number]

/** Square's 5,000 in AutoAttack do not count the point it starts from. */
const squareQueries = 5001

/** AutoAttack (Croce and Hein 2020, arXiv:2003.01690): parts, order and constants of the authors' code. */
function standard(norm: Norm): readonly AttackPlan[] {
  // In L1 (arXiv:2103.01208) the first part gets five starts and the targets are five.
  const l1 = norm === 'l1'
  return [
    { attack: 'apgd-ce', effort: 100, times: l1 ? 5 : 1 },
    { attack: 'apgd-t', effort: 100, times: l1 ? 5 : 9 },
    { attack: 'fab-t', effort: 100, times: 9 },
    { attack: 'square', effort: squareQueries, times: 1, rescale: false },
  ]
}

const plus: readonly AttackPlan[] = [
  { attack: 'apgd-ce', effort: 100, times: 5 },
  { attack: 'apgd-dlr', effort: 100, times: 5 },
  { attack: 'fab', effort: 100, times: 5 },
  { attack: 'square', effort: squareQueries, times: 1, rescale: false },
  { attack: 'apgd-t', effort: 100, times: 9 },
  { attack: 'fab-t', effort: 100, times: 9 },
]

const rand: readonly AttackPlan[] = [
  { attack: 'apgd-ce', effort: 100, times: 1, passes: 20 },
  { attack: 'apgd-dlr', effort: 100, times: 1, passes: 20 },
]

/** Passes that stand for the mean of a model that draws at random: 20 in AutoAttack's version for such models. */
export const passesByBudget = { quick: 10, standard: 20, thorough: 20 } as const

/** Enough to find what is easily found. */
const quick: readonly AttackPlan[] = [
  { attack: 'apgd-ce', effort: 40, times: 1 },
  { attack: 'apgd-t', effort: 30, times: 3 },
]

export function suite(name: SuiteName, norm: Norm): readonly AttackPlan[] {
  return {
    pgd: [{ attack: 'pgd', effort: 40, times: 1 } as const],
    quick,
    'autoattack-standard': standard(norm),
    'autoattack-plus': plus,
    'autoattack-rand': rand,
  }[name]
}

export const suiteByBudget: Readonly<Record<BudgetName, SuiteName>> = {
  quick: 'quick',
  standard: 'autoattack-standard',
  thorough: 'autoattack-plus',
}

/**
 * The published name of a suite where it is exactly that, else its parts. With fewer than 4 classes the published losses
 * do not exist, so that what runs in their place has no published name.
 */
export function suiteLabel(
  plans: readonly AttackPlan[],
  { norm, classes }: { readonly norm: Norm; readonly classes: number },
): string {
  const same = (name: SuiteName) => JSON.stringify(suite(name, norm)) === JSON.stringify(plans)
  const known =
    classes < 4 ? undefined : suiteNames.find((name) => name.startsWith('autoattack') && same(name))
  return known ?? [...new Set(plans.map(({ attack }) => attack))].join(' + ')
}

/** The strongest that each budget affords of a single attack. */
export function plan(attack: AttackName, budget: BudgetName): AttackPlan {
  const [effort, times] = defaults[attack][budgets.indexOf(budget)] as readonly [number, number]
  return { attack, effort, times }
}

const budgets: readonly BudgetName[] = ['quick', 'standard', 'thorough']

type Defaults = readonly (readonly [effort: number, times: number])[]
const same = (effort: number, times = 1): Defaults => budgets.map(() => [effort, times])
const efforts = (...list: readonly number[]): Defaults => list.map((effort) => [effort, 1])

const defaults: Readonly<Record<AttackName, Defaults>> = {
  noise: same(10),
  fgsm: same(1),
  pgd: [
    [20, 1],
    [40, 1],
    [100, 5],
  ],
  'apgd-ce': [
    [40, 1],
    [100, 1],
    [100, 5],
  ],
  'apgd-dlr': [
    [40, 1],
    [100, 1],
    [100, 5],
  ],
  'apgd-t': [
    [30, 3],
    [100, 9],
    [100, 9],
  ],
  fab: [
    [30, 1],
    [100, 1],
    [100, 5],
  ],
  'fab-t': [
    [30, 3],
    [100, 9],
    [100, 9],
  ],
  // Efforts are steps of each of nine searches for the constant.
  'carlini-wagner': [
    [50, 5],
    [200, 9],
    [1000, 9],
  ],
  deepfool: same(50),
  fmn: efforts(50, 100, 1000),
  square: efforts(500, 1000, 5000),
  simba: efforts(500, 1000, 5000),
  nes: efforts(500, 2000, 10_000),
  spsa: efforts(500, 2000, 10_000),
  'hop-skip-jump': efforts(500, 2500, 25_000),
  rays: efforts(500, 2500, 10_000),
  boundary: efforts(500, 2500, 25_000),
  transfer: efforts(10, 20, 40),
}

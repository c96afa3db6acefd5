import type { Cost } from '@failmode/core'
import { openSystem, planRun, type SystemConfig } from '@failmode/system'
import pc from 'picocolors'
import { interruption } from '../interruption.ts'
import { loadSource } from '../load-source.ts'
import { runChoice, runSettings } from '../run-choice.ts'
import type { Options } from '../terminal/options.ts'
import { printable } from '../terminal/printable.ts'

export async function run(_: readonly string[], options: Options): Promise<number> {
  const { signal, dispose } = interruption()
  try {
    const choice = runChoice(options)
    const source = await loadSource(choice.source, { signal })
    const system = await openSystem(source, { signal })
    const plan = planRun(system, runSettings(choice, source.config, { workers: undefined, baseline: null }))
    if (options.json === true) {
      const checks = plan.checks.map(({ check, budget, state }) => ({
        ...check.meta,
        ...state,
        maxQueries: budget.maxQueries,
      }))
      const price = priceOf(source.config, plan.cost)
      const printed = { cost: plan.cost, ...(price === null ? {} : { price }), checks }
      process.stdout.write(`${JSON.stringify(printed, null, 2)}\n`)
      return 0
    }
    for (const { check, state } of plan.checks) {
      const { id, title, proves } = check.meta
      if (state.kind === 'run') {
        process.stdout.write(`${pc.green('▸')} ${pc.bold(id)}  ${title}\n`)
        process.stdout.write(
          `  ${printable(state.work)}${pc.dim(`  (at most ${state.cost.queries} queries)`)}\n`,
        )
        process.stdout.write(`  ${pc.dim(proves)}\n`)
      } else {
        process.stdout.write(
          `${pc.dim('–')} ${pc.bold(id)}  ${title}\n  ${state.kind}: ${printable(state.reason)}\n`,
        )
      }
    }
    process.stdout.write(
      `\nAt most ${plan.cost.queries} queries and ${plan.cost.gradients} gradients in all.\n`,
    )
    const price = priceOf(source.config, plan.cost)
    if (price !== null) {
      const ceiling = price.maxCost === null ? '' : `, of the ${price.maxCost} that "maxCost" allows`
      process.stdout.write(`That costs at most ${price.cost}${ceiling}.\n`)
    }
    return 0
  } finally {
    dispose()
  }
}

/** What the planned queries cost at most, in the currency of the configuration; null where it gives no price. */
function priceOf(
  { pricePer1000Queries, maxCost }: SystemConfig,
  { queries, gradients }: Cost,
): { readonly cost: number; readonly maxCost: number | null } | null {
  if (pricePer1000Queries === undefined) return null
  const cost = ((queries + gradients) * pricePer1000Queries) / 1000
  return { cost: Number(cost.toPrecision(4)), maxCost: maxCost ?? null }
}

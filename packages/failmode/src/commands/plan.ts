import { openSystem, planRun } from '@failmode/system'
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
    const plan = planRun(system, runSettings(choice, source.config, undefined))
    if (options.json === true) {
      const checks = plan.checks.map(({ check, budget, state }) => ({
        ...check.meta,
        ...state,
        maxQueries: budget.maxQueries,
      }))
      process.stdout.write(`${JSON.stringify({ cost: plan.cost, checks }, null, 2)}\n`)
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
    return 0
  } finally {
    dispose()
  }
}

import type { RunDocument } from '@failmode/core'

/** The command line that repeats the whole run. */
export function runAgain(run: RunDocument): string {
  const { config } = run.system
  return [
    'failmode run',
    ...(config === null ? [] : [`--config ${shellWord(config)}`]),
    `--budget ${run.budget.name}`,
    `--seed ${run.seed}`,
    ...(run.budget.maxQueries === null ? [] : [`--max-queries ${run.budget.maxQueries}`]),
  ].join(' ')
}

function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`
}

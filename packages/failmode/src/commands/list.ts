import { catalogue } from '@failmode/catalogue'
import pc from 'picocolors'
import { registry } from '../registry.ts'
import type { Options } from '../terminal/options.ts'

export async function run(_: readonly string[], options: Options): Promise<number> {
  const rows = catalogue.modes.map((mode) => {
    const probe = registry.find((candidate) => candidate.meta.mode === mode.slug)
    return {
      number: mode.number,
      slug: mode.slug,
      name: mode.name,
      kind: mode.kind,
      compromises: mode.compromises,
      tags: probe?.meta.tags ?? [],
      checks: (probe?.checks ?? []).map(({ meta }) => ({
        id: meta.id,
        title: meta.title,
        access: meta.access,
        variant: meta.variant,
        proves: meta.proves,
        measurements: meta.measurements,
      })),
    }
  })
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
    return 0
  }
  for (const kind of ['intentional', 'unintentional'] as const) {
    process.stdout.write(`${pc.bold(kind)}\n`)
    for (const row of rows.filter((candidate) => candidate.kind === kind)) {
      const number = String(row.number ?? '').padStart(4)
      process.stdout.write(
        `${pc.dim(number)}  ${row.slug.padEnd(30)}  ${row.checks.length === 0 ? pc.dim('no probe in this version') : row.checks.map((check) => check.id).join(', ')}\n`,
      )
    }
  }
  return 0
}

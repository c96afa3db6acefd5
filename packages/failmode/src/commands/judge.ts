import { resolve } from 'node:path'
import { catalogue } from '@failmode/catalogue'
import { rejudge } from '@failmode/core'
import { loadConfig, sha256, writeWhole } from '@failmode/system'
import { exitOf } from '../exit-of.ts'
import { bugBarOf } from '../read-bug-bar.ts'
import { readRun } from '../read-run.ts'
import { registry, vocabulary } from '../registry.ts'
import { failOnOf, type Options, text } from '../terminal/options.ts'
import { printRun } from '../terminal/print-run.ts'

export async function run([name]: readonly string[], options: Options): Promise<number> {
  const { run: stored, folder } = await readRun(name as string)
  const configPath = text(options, 'config')
  const loaded = configPath === undefined ? null : await loadConfig(configPath, vocabulary)
  const failOn = failOnOf(options)
  const gate = loaded?.config.gate ?? (stored.gate === null ? undefined : stored.gate.config)
  const bugBar = bugBarOf(options)
  const judged = rejudge(stored, {
    catalogue,
    probes: registry,
    ...(bugBar === undefined ? {} : { bugBar }),
    ...(loaded === null ? {} : { options: loaded.options, assets: loaded.config.assets ?? {} }),
    ...(gate === undefined && failOn === undefined
      ? {}
      : { gate: { ...gate, ...(failOn === undefined ? {} : { failOn }) } }),
    // Waivers expire on the day they are read, not on that of the run.
    today: new Date().toISOString().slice(0, 10),
    sha256,
    reproduce: (checkId) => {
      const before = stored.findings.find((finding) => finding.check === checkId)
      return (
        before?.reproduce ??
        `failmode run --only ${checkId} --budget ${stored.budget.name} --seed ${stored.seed}`
      )
    },
  })
  const out = text(options, 'out')
  const json = `${JSON.stringify(judged, null, 2)}\n`
  if (out !== undefined) await writeWhole(resolve(out), json)
  if (options.json === true) process.stdout.write(json)
  else printRun(judged, { folder, written: out === undefined ? [] : [resolve(out)] })
  return exitOf(judged)
}

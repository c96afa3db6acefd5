import { resolve } from 'node:path'
import { type Baseline, createBaseline, FailmodeError, pruneBaseline, updateBaseline } from '@failmode/core'
import { exists, writeWhole } from '@failmode/system'
import { readBaseline } from '../read-baseline.ts'
import { readRun } from '../read-run.ts'
import { runSamples } from '../run-samples.ts'
import { type Options, oneOf, text } from '../terminal/options.ts'

const actions = ['create', 'update', 'prune'] as const
const defaultName = 'failmode-baseline.json'

export async function run([action, name]: readonly string[], options: Options): Promise<number> {
  const verb = oneOf(action as string, actions, 'the action')
  const out = text(options, 'out') ?? defaultName
  const { run: stored, folder } = await readRun(name as string)
  const readSamples = runSamples(folder)
  if (verb === 'create' && (await exists(resolve(out)))) {
    throw new FailmodeError('file-exists', {
      message: `${out} is there already.`,
      hint: 'Bring it up to date with failmode baseline update, or give another --out.',
    })
  }
  const before = verb === 'create' ? null : await readBaseline(out)
  const made =
    before === null
      ? await createBaseline(stored, readSamples)
      : verb === 'update'
        ? await updateBaseline(before, stored, readSamples)
        : pruneBaseline(before, stored)
  await writeWhole(resolve(out), `${JSON.stringify(made, null, 2)}\n`)
  process.stdout.write(`${out}: ${words(before, made)}\n`)
  return 0
}

function words(before: Baseline | null, made: Baseline): string {
  const has = (baseline: Baseline | null) => new Set(baseline?.findings.map(({ fingerprint }) => fingerprint))
  const [old, now] = [has(before), has(made)]
  const added = [...now].filter((fingerprint) => !old.has(fingerprint)).length
  const removed = [...old].filter((fingerprint) => !now.has(fingerprint)).length
  const accepted = `${now.size} ${now.size === 1 ? 'finding' : 'findings'} accepted`
  return before === null ? accepted : `${accepted}, ${added} added, ${removed} removed`
}

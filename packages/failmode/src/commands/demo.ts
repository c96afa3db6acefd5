import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FailmodeError } from '@failmode/core'
import { defaultBugBar } from '../run-choice.ts'
import { budgetOf, type Options, text, whole } from '../terminal/options.ts'
import { execute, newFolder } from './run.ts'

/** Runs the bundled digits system. Without a gate: a demonstration shows findings and does not fail. */
export async function run(_: readonly string[], options: Options): Promise<number> {
  const path = bundled('digits/failmode.config.json')
  const folder = await newFolder(text(options, 'out'))
  return execute({
    choice: {
      source: { kind: 'config', path, bundled: true },
      only: text(options, 'only') ?? null,
      budget: budgetOf(options),
      maxQueries: null,
      seed: whole(options, 'seed', { flag: '--seed', min: 0 }) ?? null,
      bugBar: defaultBugBar,
      failOn: null,
    },
    folder,
    resume: false,
    formats: ['html'],
    json: options.json === true,
    options,
  })
}

/** The examples lie beside the built program, and at the root of the repository. */
function bundled(name: string): string {
  for (const up of ['./examples/', '../../../../examples/']) {
    const path = fileURLToPath(new URL(`${up}${name}`, import.meta.url))
    if (existsSync(path)) return path
  }
  throw new FailmodeError('file-not-found', {
    message: `the bundled example ${name} is missing from this installation.`,
    hint: 'Install failmode again.',
  })
}

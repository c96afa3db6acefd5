import { dirname, relative, resolve } from 'node:path'
import { FailmodeError } from '@failmode/core'
import { exists, inferConfig, validateConfig, writeWhole } from '@failmode/system'
import pc from 'picocolors'
import { interruption } from '../interruption.ts'
import { vocabulary } from '../registry.ts'
import { type Options, text } from '../terminal/options.ts'
import { printable } from '../terminal/printable.ts'

/** Writes a configuration by looking at a model and its labelled data. Nothing is written when anything fails. */
export async function run(_: readonly string[], options: Options): Promise<number> {
  const out = resolve(text(options, 'out') ?? 'failmode.config.json')
  if (options.force !== true && (await exists(out))) {
    throw new FailmodeError('file-exists', {
      message: `${relative(process.cwd(), out)} is there already.`,
      hint: 'Give another --out, or --force to overwrite it.',
    })
  }
  const { signal, dispose } = interruption()
  try {
    const name = text(options, 'name')
    const inferred = await inferConfig({
      model: resolve(text(options, 'model') as string),
      data: resolve(text(options, 'data') as string),
      folder: dirname(out),
      signal,
      ...(name === undefined ? {} : { name }),
    })
    validateConfig(inferred.config, { file: 'the inferred configuration', ...vocabulary })
    await writeWhole(out, inferred.text)
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify({ written: out, ...inferred }, null, 2)}\n`)
      return 0
    }
    process.stdout.write(`${pc.bold(printable(inferred.summary))}\n\n`)
    for (const line of inferred.details) process.stdout.write(`  ${printable(line)}\n`)
    process.stdout.write(
      `\n${relative(process.cwd(), out)} is written. Next: failmode plan, then failmode run.\n`,
    )
    return 0
  } finally {
    dispose()
  }
}

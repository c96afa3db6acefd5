// Where the system under test comes from: a configuration file, or a model and data that one is inferred from.
import { dirname } from 'node:path'
import { inferConfig, loadConfig, type SystemSource, validateConfig } from '@failmode/system'
import { vocabulary } from './registry.ts'

export type SourceChoice = {
  /** Probes that can do as published code where it differs from its paper, do so. */
  readonly referenceCompatible?: boolean
} & (
  | {
      readonly kind: 'config'
      readonly path: string | null
      /** True for the system that comes with the program. */
      readonly bundled?: boolean
    }
  | { readonly kind: 'inferred'; readonly model: string; readonly data: string }
)

export async function loadSource(
  choice: SourceChoice,
  { signal }: { readonly signal: AbortSignal },
): Promise<SystemSource> {
  const source = await loadChosen(choice, signal)
  if (choice.referenceCompatible !== true) return source
  const options = Object.entries(source.options).map(([mode, own]) => {
    const can = typeof own === 'object' && own !== null && 'referenceCompatible' in own
    return [mode, can ? { ...own, referenceCompatible: true } : own] as const
  })
  return { ...source, options: Object.fromEntries(options) }
}

async function loadChosen(choice: SourceChoice, signal: AbortSignal): Promise<SystemSource> {
  if (choice.kind === 'config') {
    const { config, options, path, folder } = await loadConfig(choice.path ?? undefined, vocabulary)
    return { config, options, folder, configName: path.split(/[\\/]/).at(-1) ?? null }
  }
  const folder = dirname(choice.model)
  const inferred = await inferConfig({ ...choice, folder, signal })
  process.stderr.write(`failmode: ${inferred.summary}\n`)
  return {
    ...validateConfig(inferred.config, { file: 'the inferred configuration', ...vocabulary }),
    folder,
    configName: null,
  }
}

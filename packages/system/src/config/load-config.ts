// Finds and reads a configuration file. JSON and YAML are data and are read as such: no tags, no includes, few
// aliases. JavaScript and TypeScript are programs of the user and are run; what they export by default is then
// held to the same schema as any other file.
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FailmodeError } from '@failmode/core'
import { readJson } from './read-json.ts'
import { type ValidateOptions, type ValidConfig, validateConfig } from './validate-config.ts'

/** Names that are looked for when no path is given, in this order. */
export const configNames = [
  'failmode.config.ts',
  'failmode.config.js',
  'failmode.config.json',
  'failmode.config.yaml',
  'failmode.config.yml',
] as const

const maxBytes = 4 * 2 ** 20

export interface LoadConfigOptions extends Omit<ValidateOptions, 'file'> {
  /** Where a relative path starts and where the default names are looked for; the working folder unless said. */
  readonly cwd?: string
}

export interface LoadedConfig extends ValidConfig {
  /** Absolute path of the file. */
  readonly path: string
  /** Its folder; paths inside the configuration are relative to it. */
  readonly folder: string
}

/**
 * Reads, checks and returns the configuration at `path`, or the one of the folder when `path` is undefined.
 * @throws FailmodeError `config-not-found`, `config-unreadable` (with line and column for JSON and YAML), and
 * those of `validateConfig`
 */
export async function loadConfig(
  path: string | undefined,
  options: LoadConfigOptions = {},
): Promise<LoadedConfig> {
  const cwd = options.cwd ?? process.cwd()
  const full = path === undefined ? await findConfig(cwd) : resolve(cwd, path)
  const file = basename(full)
  const value = await readValue(full, path ?? file)
  return { ...validateConfig(value, { ...options, file }), path: full, folder: dirname(full) }
}

async function findConfig(cwd: string): Promise<string> {
  for (const name of configNames) {
    if (await isFile(join(cwd, name))) return join(cwd, name)
  }
  throw new FailmodeError('config-not-found', {
    message: `no configuration was given and there is none in ${cwd}; expected one of ${configNames.join(', ')}.`,
    hint: 'Write one with failmode init, or name it with --config.',
  })
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

async function readValue(path: string, given: string): Promise<unknown> {
  const extension = extname(path).toLowerCase()
  const reader = readers[extension]
  if (reader === undefined) {
    throw new FailmodeError('config-unreadable', {
      message: `${given} ends in "${extension}", expected one of ${Object.keys(readers).join(', ')}.`,
      hint: 'Give the file the ending of its format.',
    })
  }
  if (!(await isFile(path))) {
    throw new FailmodeError('config-not-found', {
      message: `there is no file ${given}.`,
      hint: 'Check the path, or write a configuration with failmode init.',
    })
  }
  return reader(path)
}

const readers: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  '.json': readJsonFile,
  '.yaml': readYamlFile,
  '.yml': readYamlFile,
  '.js': runModule,
  '.mjs': runModule,
  '.cjs': runModule,
  '.ts': runTypeScript,
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause) => {
    throw unreadable(path, `cannot be read: ${wordsOf(cause)}`, { cause })
  })
  if (bytes.length > maxBytes)
    throw unreadable(path, `has ${bytes.length} bytes, expected at most ${maxBytes}`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw unreadable(path, 'is not UTF-8 text', { cause })
  }
}

async function readJsonFile(path: string): Promise<unknown> {
  const read = readJson(await readText(path))
  if ('value' in read) return read.value
  throw unreadable(path, `line ${read.line}, column ${read.column}: ${read.problem}`, {
    hint: 'JSON takes double quotes and neither comments nor trailing commas; YAML and TypeScript take both.',
  })
}

async function readYamlFile(path: string): Promise<unknown> {
  const { LineCounter, parseDocument } = await import('yaml')
  const lineCounter = new LineCounter()
  const document = parseDocument(await readText(path), {
    schema: 'core',
    stringKeys: true,
    uniqueKeys: true,
    prettyErrors: false,
    lineCounter,
    // `silent` would let a second document pass unseen.
    logLevel: 'error',
  })
  // A tag that is not of the core schema is only a warning to the parser; here nothing may be half understood.
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem !== undefined) {
    const { line, col } = lineCounter.linePos(problem.pos[0])
    throw unreadable(path, `line ${line}, column ${col}: ${problem.message.replaceAll('\n', ' ')}`)
  }
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    throw unreadable(path, `cannot be read: ${wordsOf(cause)}`, { cause })
  }
}

async function runModule(path: string): Promise<unknown> {
  return defaultOf(path, () => import(pathToFileURL(path).href))
}

async function runTypeScript(path: string): Promise<unknown> {
  return defaultOf(path, async () => {
    const { createJiti } = await import('jiti')
    // Without its caches nothing is written beside the user's files, and a changed file is read again.
    const jiti = createJiti(pathToFileURL(path).href, {
      fsCache: false,
      moduleCache: false,
      interopDefault: false,
    })
    return jiti.import(path)
  })
}

async function defaultOf(path: string, load: () => Promise<unknown>): Promise<unknown> {
  const module = await load().catch((cause) => {
    throw unreadable(path, `cannot be run: ${wordsOf(cause)}`, { cause })
  })
  if (typeof module === 'object' && module !== null && 'default' in module) return module.default
  throw new FailmodeError('config-unreadable', {
    message: `${basename(path)} exports nothing by default, expected the configuration.`,
    hint: 'Write `export default defineSystem({ ... })`.',
  })
}

function unreadable(
  path: string,
  what: string,
  {
    hint = 'Correct the file and try again.',
    cause,
  }: { readonly hint?: string; readonly cause?: unknown } = {},
): FailmodeError {
  return new FailmodeError('config-unreadable', {
    message: `${basename(path)}: ${what}`.replace(/([^.])$/, '$1.'),
    hint,
    cause,
  })
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim()
}

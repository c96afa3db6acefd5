// Default deny: a name that a pickle imports is safe only if exactly this module with exactly this name is known to be
// harmless. Everything else is objected to; the list of dangerous modules says how badly and why. A list of bad names
// alone is passed by the next name that nobody has listed, which is how scanners have been passed for years.
import { dangerousImports } from './dangerous-imports.ts'
import { libraryImports } from './library-imports.ts'
import { safeImports } from './safe-imports.ts'

/** What a dangerous name is good for to an attacker. */
export const importKinds = {
  exec: 'runs code or commands',
  resolver: 'turns text into functions, so that any other can be reached',
  native: 'loads or calls native code',
  tamper: 'switches protections or scanners off',
  'nested-load': 'loads another pickle or model',
  network: 'reaches the network',
  file: 'reads or writes files',
  'process-control': 'starts threads or handles signals',
  encode: 'encodes or decodes data, which hides a payload',
} as const

export type ImportKind = keyof typeof importKinds

export type ImportJudgement =
  | { readonly standing: 'safe' }
  | { readonly standing: 'unknown' }
  | {
      readonly standing: 'dangerous'
      readonly kind: ImportKind
      readonly severity: 'critical' | 'high' | 'medium'
      /** Dotted name of the entry that it matched. */
      readonly entry: string
    }

interface Entry {
  readonly module: string
  readonly severity: 'critical' | 'high' | 'medium'
  readonly kind: ImportKind
  /** null: all. */
  readonly names: ReadonlySet<string> | null
}

const entries = new Map<string, Entry[]>()
for (const line of dangerousImports.trim().split('\n')) {
  const [severity, kind, module, ...names] = line.split(' ') as [
    Entry['severity'],
    ImportKind,
    string,
    ...string[],
  ]
  const entry = { module, severity, kind, names: names[0] === '*' ? null : new Set(names) }
  const known = entries.get(module)
  if (known === undefined) entries.set(module, [entry])
  else known.push(entry)
}

const safe = new Map<string, Set<string>>()
for (const line of `${safeImports.trim()}\n${libraryImports.trim()}`.split('\n')) {
  const [module = '', ...names] = line.split(' ')
  const known = safe.get(module)
  if (known === undefined) safe.set(module, new Set(names))
  else for (const name of names) known.add(name)
}

/** Names that lead from any object to everything else. */
const dunder = /^__\w+__$/
const topModules = new Set([
  'os',
  'sys',
  'subprocess',
  'builtins',
  'importlib',
  'posix',
  'nt',
  'shutil',
  'socket',
  'ctypes',
  'pickle',
  'runpy',
  'pty',
])

/** @param module `numpy.core.multiarray`; @param name as it stands in the pickle, perhaps dotted */
export function judgeImport(module: string, name: string): ImportJudgement {
  if (safe.get(module)?.has(name) === true) return { standing: 'safe' }
  const parts = module === '' ? name.split('.') : [...module.split('.'), ...name.split('.')]
  const listed = match(parts)
  if (listed?.severity === 'critical') return { standing: 'dangerous', ...describe(listed) }
  // `logging` with `os.system`, `numpy` with `__builtins__`: through what an innocent module holds.
  const names = name.split('.')
  const through =
    names.find((part) => dunder.test(part)) ??
    names.slice(0, -1).find((part) => topModules.has(part)) ??
    module
      .split('.')
      .slice(1)
      .find((part) => dunder.test(part))
  if (through !== undefined) {
    return { standing: 'dangerous', kind: 'resolver', severity: 'critical', entry: through }
  }
  if (listed !== null) return { standing: 'dangerous', ...describe(listed) }
  return { standing: 'unknown' }
}

function describe({
  kind,
  severity,
  module,
}: Entry): Pick<Extract<ImportJudgement, { kind: unknown }>, 'kind' | 'severity' | 'entry'> {
  return { kind, severity, entry: module }
}

/** The worst entry whose module is the start of this dotted name, and that has its next part. */
function match(parts: readonly string[]): Entry | null {
  for (let length = Math.min(parts.length, 12); length > 0; length--) {
    for (const entry of entries.get(parts.slice(0, length).join('.')) ?? []) {
      if (
        entry.names === null ||
        entry.names.has(parts[length] ?? '') ||
        entry.names.has(parts.slice(length).join('.'))
      )
        return entry
    }
  }
  return null
}

/**
 * What a dotted name that code calls is good for to an attacker, null when nothing is known against it. Unlike a pickle,
 * code is not refused for calling what is on no list.
 */
export function dangerOf(
  dotted: string,
): { readonly kind: ImportKind; readonly severity: 'critical' | 'high' | 'medium' } | null {
  const parts = dotted.split('.')
  // Built-in functions that are harmless by exact name, and those that every program uses.
  if (parts[0] === 'builtins' && parts.length === 2 && !telling.has(parts[1]!)) return null
  const entry = match(parts)
  return entry === null ? null : { kind: entry.kind, severity: entry.severity }
}

const telling = new Set(['eval', 'exec', 'compile', '__import__', 'execfile', 'breakpoint'])

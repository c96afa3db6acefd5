import { readFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { FailmodeError } from '@failmode/core'
import {
  compareContent,
  compareLock,
  hashFile,
  type LockComparison,
  lockContent,
  type MeasuredFile,
  parseLock,
} from '@failmode/scanner'
import { exists, lockName } from '@failmode/system'
import pc from 'picocolors'
import { type Options, text } from '../terminal/options.ts'
import { printable } from '../terminal/printable.ts'

/** The lock file that is meant: the named one, the one here, or the one beside the model. Null when there is none. */
export async function lockFor(path: string | undefined, options: Options): Promise<string | null> {
  const named = text(options, 'lock')
  if (named !== undefined) {
    if (await exists(named)) return resolve(named)
    throw new FailmodeError('file-not-found', { message: `--lock names ${named}, which is not there.` })
  }
  for (const folder of ['.', ...(path === undefined ? [] : [path, dirname(path)])]) {
    const lock = resolve(folder, lockName)
    if (await exists(lock)) return lock
  }
  return null
}

interface Verified extends LockComparison {
  /** The file differs, and all that is in it is as locked. */
  readonly resaved: boolean
}

/** Every file of the lock, or only one. A file that was merely written anew is told apart, and is not verified either. */
export async function verifyByLock(
  lockPath: string,
  path: string | undefined,
  options: Options,
): Promise<number> {
  const folder = dirname(lockPath)
  const lock = parseLock(await readFile(lockPath, 'utf8'))
  const only = path === undefined ? null : relative(folder, resolve(path)).replaceAll('\\', '/')
  const entries = lock.artifacts.filter(
    ({ path: one }) => only === null || one === only || one.startsWith(`${only}/`),
  )
  if (entries.length === 0) {
    throw new FailmodeError('usage', {
      message:
        only === null
          ? `${printable(lockPath)} names no files.`
          : `${printable(lockPath)} has no entry for ${printable(only)}.`,
      hint: 'Add it with failmode lock, or verify a signature with --key.',
    })
  }
  const measured: MeasuredFile[] = []
  for (const entry of entries) {
    const file = resolve(folder, entry.path)
    if (await exists(file)) measured.push({ state: 'present', path: entry.path, ...(await hashFile(file)) })
    else measured.push({ state: 'missing', path: entry.path })
  }
  const verified: Verified[] = []
  for (const comparison of compareLock({ ...lock, artifacts: entries }, measured)) {
    const content = entries.find((entry) => entry.path === comparison.path)?.content
    if (comparison.state !== 'mismatch' || content === undefined) {
      verified.push({ ...comparison, resaved: false })
      continue
    }
    const { same, difference } = compareContent(content, await lockContent(resolve(folder, comparison.path)))
    verified.push({ ...comparison, resaved: same, difference: `${comparison.difference}; ${difference}` })
  }
  if (options.json === true)
    process.stdout.write(`${JSON.stringify({ lock: lockPath, files: verified }, null, 2)}\n`)
  else print(verified)
  return verified.every(({ state }) => state === 'match') ? 0 : 1
}

const words: Readonly<Record<LockComparison['state'], string>> = {
  match: 'as locked',
  mismatch: 'changed',
  'missing-digest': 'no digest in the lock',
  'weak-digest': 'only a digest that can be forged',
  'missing-file': 'missing',
  'not-measured': 'not looked at',
}

function print(files: readonly Verified[]): void {
  const out = (line: string) => process.stdout.write(`${line}\n`)
  for (const { path, state, difference, resaved } of files) {
    const fine = state === 'match'
    const mark = fine ? pc.green('✓') : resaved ? pc.yellow('▲') : pc.red('✗')
    out(`${mark} ${(resaved ? 're-saved' : words[state]).padEnd(12)}  ${printable(path)}`)
    if (difference !== null) out(`    ${printable(difference)}`)
  }
  const matching = files.filter(({ state }) => state === 'match').length
  out(`${matching} of ${files.length} ${files.length === 1 ? 'file' : 'files'} as locked`)
}

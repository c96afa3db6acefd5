// The corpora that the scanner is measured on are written by scripts of bench/peers/artifacts, once, into a folder that
// is not committed: hostile files with harmless payloads, and honest files that the field's own libraries wrote.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Verdict } from '@failmode/scanner'
import { once } from '../../once.ts'
import { repositoryRoot } from '../../shared-data.ts'

export interface HostileFile {
  readonly path: string
  readonly family: 'pickle' | 'container' | 'other'
  readonly technique: string
  readonly reference: string
  readonly expect: readonly Verdict[]
  /** A copy under another name, or with junk in front. */
  readonly variant?: 'renamed' | 'junk-prepended'
}

export interface HonestFile {
  readonly path: string
  readonly format: string
  readonly source: string
}

export interface CorpusOf<Entry> {
  readonly folder: string
  readonly entries: readonly Entry[]
}

const peers = join(repositoryRoot, 'bench', 'peers')
const python = join(peers, '.venv', 'bin', 'python')
const cache = join(repositoryRoot, 'bench', '.cache', 'artifacts')

/** Runs a script that writes a folder with a manifest, unless it is there. Gives the reason where it cannot. */
const written = once(
  async (name: string, ...flags: string[]): Promise<{ folder: string } | { reason: string }> => {
    const folder = join(cache, name)
    if (existsSync(join(folder, 'manifest.json'))) return { folder }
    if (!existsSync(python)) return { reason: 'no peers are installed; run bench/peers/setup' }
    try {
      await promisify(execFile)(
        python,
        ['-W', 'ignore', join(peers, 'artifacts', `${name}.py`), folder, ...flags],
        {
          maxBuffer: 1 << 26,
        },
      )
      return { folder }
    } catch (error) {
      return {
        reason: `${name}.py failed: ${String((error as { stderr?: unknown }).stderr ?? error).slice(-300)}`,
      }
    }
  },
)

async function corpus<Entry>(
  name: string,
  ...flags: string[]
): Promise<CorpusOf<Entry> | { reason: string }> {
  const made = await written(name, ...flags)
  if ('reason' in made) return made
  const entries = JSON.parse(await readFile(join(made.folder, 'manifest.json'), 'utf8')) as readonly Entry[]
  return { folder: made.folder, entries }
}

export const hostileCorpus = () => corpus<HostileFile>('malicious', '--variants')
export const honestCorpus = () => corpus<HonestFile>('benign')
export const heavyCorpus = () => corpus<{ readonly path: string; readonly kind: string }>('heavy')

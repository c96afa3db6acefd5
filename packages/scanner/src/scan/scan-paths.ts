// Scans files and folders by name. Reading happens in a child process with limits on time and memory: a file that hangs
// or kills it costs that file's verdict (`not-examined`), never the scan.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, type Stats } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, extname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import picomatch from 'picomatch'
import { ScannerError } from '../scanner-error.ts'
import { defaultLimits, type ScanLimits } from './limits.ts'
import type { Rule } from './rule.ts'
import { scanRules } from './rules.ts'
import type { ScanReply, ScanRequest } from './scan-child.ts'
import type { FileScan } from './scan-report.ts'
import { type Verdict, verdicts, worstVerdict } from './verdict.ts'

export interface ScanOptions {
  readonly limits?: Partial<ScanLimits>
  /** Globs of paths, as reported, that are left out; `.git` folders are left out always. */
  readonly exclude?: readonly string[]
  /** Resident memory of the child, Node included (about 100 MB). Default 1024. */
  readonly memoryMb?: number
  /** Told of each file as it is done. */
  readonly onFile?: (scan: FileScan) => void
  readonly signal?: AbortSignal
}

export interface Scan {
  /** The worst of its files. A scan of nothing is `not-examined`. */
  readonly verdict: Verdict
  readonly files: readonly FileScan[]
  readonly counts: Readonly<Record<Verdict, number>>
  /** What was left out because an option said so. */
  readonly excluded: readonly string[]
}

/**
 * Examines every file of these paths. Folders are walked; a link inside one is not followed unless it stays inside.
 * @throws ScannerError `file-unreadable` when a path is not there
 * @throws the signal's reason when aborted
 */
export async function scanPaths(paths: readonly string[], options: ScanOptions = {}): Promise<Scan> {
  const { limits = {}, exclude = [], memoryMb = 1024, onFile, signal } = options
  const excludes = exclude.map((glob) => picomatch(glob, { dot: true, basename: !glob.includes('/') }))
  const excluded: string[] = []
  const leftOut = (name: string): boolean => {
    const out = excludes.some((matches) => matches(name))
    if (out) excluded.push(name)
    return out
  }
  const files: FileScan[] = []
  const add = (scan: FileScan): void => {
    files.push(scan)
    onFile?.(scan)
  }
  const child = new ScanChild(memoryMb)
  const ask = async (kind: 'file' | 'folder', path: string, name: string): Promise<ScanReply> => {
    signal?.throwIfAborted()
    return await child.ask({ kind, path, name, limits }, signal)
  }
  try {
    for (const given of paths) {
      const path = resolve(given)
      const stat = lstatSync(path, { throwIfNoEntry: false })
      if (stat === undefined) {
        throw new ScannerError('file-unreadable', {
          message: `there is no file or folder ${given}; nothing of it was scanned.`,
        })
      }
      const root = stat.isSymbolicLink() ? realpathSync(path) : path
      if (lstatSync(root).isDirectory()) {
        for await (const scan of scanFolder(root, given, { ask, leftOut, excluded })) add(scan)
      } else {
        add(fileScan(await ask('file', root, given), given, 0))
      }
    }
  } finally {
    child.end()
  }
  const counts = Object.fromEntries(verdicts.map((verdict) => [verdict, 0])) as Record<Verdict, number>
  for (const { verdict } of files) counts[verdict] += 1
  return {
    verdict: files.length === 0 ? 'not-examined' : worstVerdict(files.map(({ verdict }) => verdict)),
    files,
    counts,
    excluded,
  }
}

interface Walk {
  readonly ask: (kind: 'file' | 'folder', path: string, name: string) => Promise<ScanReply>
  readonly leftOut: (name: string) => boolean
  readonly excluded: string[]
}

async function* scanFolder(
  root: string,
  given: string,
  { ask, leftOut, excluded }: Walk,
): AsyncGenerator<FileScan> {
  const claimed = new Set<string>()
  const named = (path: string): string => (path === root ? given : join(given, relative(root, path)))
  const waiting = [root]
  for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
    const reply = await ask('folder', folder, named(folder))
    if (reply.kind === 'folder') {
      for (const path of reply.claimed) claimed.add(join(folder, path))
      if (reply.scan !== null) yield reply.scan
    } else yield fileScan(reply, named(folder), 0)
    const folders: string[] = []
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name)
      const stat = lstatSync(path, { throwIfNoEntry: false })
      if (stat === undefined) continue
      if (stat.isDirectory()) {
        if (name === '.git') excluded.push(named(path))
        else if (!leftOut(named(path))) folders.push(path)
      } else if (leftOut(named(path))) continue
      else if (stat.isFile()) {
        if (!claimed.has(path)) yield fileScan(await ask('file', path, named(path)), named(path), stat.size)
      } else {
        const other = notFollowed(path, stat, root, named(path))
        if (other !== null) yield other
      }
    }
    waiting.unshift(...folders)
  }
}

/** What a link or a special file is worth; null for a link to something that is scanned under its own name. */
function notFollowed(path: string, stat: Stats, root: string, name: string): FileScan | null {
  if (stat.isSymbolicLink()) {
    let target: string | null = null
    try {
      target = realpathSync(path)
    } catch {
      // Nothing is there, or it goes in a circle.
    }
    if (target?.startsWith(realpathSync(root) + sep)) return null
    const where = target === null ? 'to nothing' : 'out of the folder'
    return unexamined(scanRules['link-out'], name, `It is a symbolic link ${where}, and was not followed.`)
  }
  return unexamined(scanRules['special-file'], name, 'It is neither a file nor a folder, and was not opened.')
}

function fileScan(reply: ScanReply, name: string, bytes: number): FileScan {
  if (reply.kind === 'file') return reply.scan
  const message = reply.kind === 'unreadable' ? reply.message : 'It was not scanned.'
  return unexamined(scanRules.unreadable, name, message, bytes)
}

function unexamined(rule: Rule, path: string, message: string, bytes = 0): FileScan {
  return {
    path,
    bytes,
    verdict: rule.verdict,
    parts: [{ path, format: null, bytes, verdict: rule.verdict, facts: {} }],
    findings: [
      {
        rule: rule.id,
        verdict: rule.verdict,
        severity: rule.severity,
        title: rule.title,
        part: path,
        offset: null,
        message,
        call: null,
        why: rule.why,
        advice: rule.advice,
        references: rule.references,
      },
    ],
  }
}

/** Time that the child has beyond its own limit before it is ended from outside. */
const graceSeconds = 5
const watchEveryMs = 100

/** One child that answers request after request, and is replaced when it ends or has to be ended. */
class ScanChild {
  private readonly memoryMb: number
  private child: ChildProcess | null = null

  constructor(memoryMb: number) {
    this.memoryMb = memoryMb
  }

  ask(request: ScanRequest, signal: AbortSignal | undefined): Promise<ScanReply> {
    this.child ??= this.start()
    const child = this.child
    return new Promise((resolve, reject) => {
      let errors = ''
      const seconds = (request.limits.seconds ?? defaultLimits.seconds) + graceSeconds
      const settle = (then: () => void): void => {
        clearTimeout(timer)
        clearInterval(watch)
        child.off('message', onMessage).off('close', onClose).off('error', onClose)
        child.stderr?.off('data', onErrors)
        signal?.removeEventListener('abort', onAbort)
        then()
      }
      const lost = (message: string): void => {
        this.end()
        settle(() => resolve({ kind: 'file', scan: unexamined(scanRules.crashed, request.name, message) }))
      }
      const onMessage = (reply: ScanReply): void => settle(() => resolve(reply))
      const onErrors = (text: string): void => {
        errors = (errors + text).slice(-2000)
      }
      const onClose = (): void => {
        const said = errors.split('\n').find((line) => /error/i.test(line))
        lost(`The process that read it ended${said === undefined ? '' : `: ${said.trim().slice(0, 300)}`}.`)
      }
      const onAbort = (): void => {
        this.end()
        settle(() => reject(signal!.reason))
      }
      const timer = setTimeout(() => lost(`It was not done after ${seconds} s.`), seconds * 1000)
      const watch = setInterval(() => {
        const used = residentMb(child.pid)
        if (used !== null && used > this.memoryMb)
          lost(`Reading it took more than ${this.memoryMb} MB of memory.`)
      }, watchEveryMs)
      child.on('message', onMessage).on('close', onClose).on('error', onClose)
      child.stderr?.on('data', onErrors)
      signal?.addEventListener('abort', onAbort)
      child.send(request)
    })
  }

  end(): void {
    this.child?.kill('SIGKILL')
    this.child = null
  }

  private start(): ChildProcess {
    const extension = extname(new URL(import.meta.url).pathname)
    const script = fileURLToPath(new URL(`./scan-child${extension}`, import.meta.url))
    if (!existsSync(script))
      throw new Error(`the script ${basename(script)} is missing from the installation`)
    const loader =
      extension === '.ts'
        ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
        : []
    const args = [`--max-old-space-size=${this.memoryMb}`, ...loader, script, '--failmode-scan-child']
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      windowsHide: true,
    })
    child.stderr?.setEncoding('utf8')
    return child
  }
}

/** Resident memory of a process in MB, where the system can say it. */
function residentMb(pid: number | undefined): number | null {
  if (pid === undefined || process.platform !== 'linux') return null
  try {
    const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return match ? Number(match[1]) / 1024 : null
  } catch {
    return null
  }
}

// The journal of a run: one JSON line a finished step, appended and synced before the step counts as done. The
// first line says which run it is. A process killed while writing leaves at most one torn line at the end,
// which is dropped; anything else that does not parse is a damaged file and is said so.
import { FailmodeError } from '../errors.ts'
import type { Cost } from '../model/budget-door.ts'

export interface JournalHeader {
  readonly journal: 1
  readonly runId: string
  readonly createdAt: string
  readonly tool: string
  /** Digest of configuration, targets, options, seed and budget: all that decides the measurements. */
  readonly planDigest: string
  /** What the run was started with, so that the folder alone is enough to resume it. */
  readonly settings: unknown
}

export interface JournalEntry {
  readonly key: string
  readonly handler: string
  readonly version: number
  readonly output: unknown
  readonly cost: Cost
  /** Paths of the run folder that the output refers to; an entry whose files are gone is not used. */
  readonly blobs: readonly string[]
  readonly seconds: number
}

export interface Journal {
  readonly header: JournalHeader
  readonly entries: ReadonlyMap<string, JournalEntry>
  /** Bytes of the text that are whole lines; what follows is torn and has to be cut before appending. */
  readonly wholeBytes: number
}

export function parseJournal(text: string, name: string): Journal {
  const end = text.lastIndexOf('\n') + 1
  const whole = text.slice(0, end)
  const [first, ...rest] = whole.split('\n').filter((line) => line !== '')
  const damaged = (line: number, cause: unknown) =>
    new FailmodeError('run-invalid', {
      message: `line ${line} of ${name} is not a journal line.`,
      hint: 'The file was changed by something other than failmode. Start a new run.',
      cause,
    })
  if (first === undefined) {
    throw new FailmodeError('run-invalid', {
      message: `${name} holds no finished line: the run was stopped before it began.`,
      hint: 'Start a new run.',
    })
  }
  const parse = (line: string, number: number): unknown => {
    try {
      return JSON.parse(line)
    } catch (cause) {
      throw damaged(number, cause)
    }
  }
  const header = parse(first, 1) as Partial<JournalHeader>
  if (header.journal !== 1 || typeof header.runId !== 'string' || typeof header.planDigest !== 'string') {
    throw damaged(1, undefined)
  }
  const entries = new Map<string, JournalEntry>()
  for (const [index, line] of rest.entries()) {
    const entry = parse(line, index + 2) as Partial<JournalEntry>
    if (typeof entry.key !== 'string' || !Array.isArray(entry.blobs)) throw damaged(index + 2, undefined)
    entries.set(entry.key, entry as JournalEntry)
  }
  return { header: header as JournalHeader, entries, wholeBytes: new TextEncoder().encode(whole).length }
}

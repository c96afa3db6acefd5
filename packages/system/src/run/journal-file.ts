// The journal on disk. A line is written and synced before its step counts as done, one at a time.
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Journal, type JournalEntry, type JournalHeader, parseJournal } from '@failmode/core'

export const journalName = 'journal.jsonl'

export interface JournalFile {
  append(entry: JournalEntry): Promise<void>
  close(): Promise<void>
}

export async function readJournal(folder: string): Promise<Journal> {
  return parseJournal(await readFile(join(folder, journalName), 'utf8'), journalName)
}

export async function createJournal(folder: string, header: JournalHeader): Promise<JournalFile> {
  await mkdir(folder, { recursive: true })
  const file = await open(join(folder, journalName), 'wx')
  await file.appendFile(`${JSON.stringify(header)}\n`)
  await file.sync()
  return appender(file)
}

/** Opens a journal to go on with it; a torn last line is cut off first. */
export async function reopenJournal(folder: string, journal: Journal): Promise<JournalFile> {
  const file = await open(join(folder, journalName), 'r+')
  await file.truncate(journal.wholeBytes)
  await file.close()
  return appender(await open(join(folder, journalName), 'a'))
}

function appender(file: FileHandle): JournalFile {
  let last: Promise<void> = Promise.resolve()
  return {
    append(entry) {
      const line = `${JSON.stringify(entry)}\n`
      const next = last.then(async () => {
        await file.appendFile(line)
        await file.datasync()
      })
      // A failed write fails the step that asked for it, not the ones after it.
      last = next.catch(() => {})
      return next
    },
    async close() {
      await last
      await file.close()
    },
  }
}

// The script of the child process that reads files. It is told one path at a time on its IPC channel and answers with
// what it found there. A file that hangs it or eats its memory ends this process and no other.
import { knowledge } from '../formats/index.ts'
import { ScannerError } from '../scanner-error.ts'
import { openFolder } from '../source/folder.ts'
import { examineFolder } from './examine.ts'
import type { ScanLimits } from './limits.ts'
import { scanFile } from './scan-file.ts'
import type { FileScan } from './scan-report.ts'

export interface ScanRequest {
  /** Where it is. */
  readonly path: string
  /** What it is called in the report. */
  readonly name: string
  readonly kind: 'file' | 'folder'
  readonly limits: Partial<ScanLimits>
}

export type ScanReply =
  | { readonly kind: 'file'; readonly scan: FileScan }
  | { readonly kind: 'folder'; readonly scan: FileScan | null; readonly claimed: readonly string[] }
  | { readonly kind: 'unreadable'; readonly message: string }

/** Does what a request asks, in this process. */
export async function answer({ path, name, kind, limits }: ScanRequest): Promise<ScanReply> {
  try {
    return kind === 'file'
      ? { kind, scan: await scanFile(path, { name, limits }) }
      : await answerFolder(path, name, limits)
  } catch (error) {
    if (!(error instanceof ScannerError)) throw error
    return { kind: 'unreadable', message: error.message }
  }
}

async function answerFolder(path: string, name: string, limits: Partial<ScanLimits>): Promise<ScanReply> {
  const folder = openFolder(path)
  try {
    const result = await examineFolder(folder, name, knowledge, { limits })
    return { kind: 'folder', scan: result?.scan ?? null, claimed: [...(result?.claimed ?? [])] }
  } finally {
    folder.close()
  }
}

// Only where this module is the script of a child; in tests it may be imported.
if (process.send !== undefined && process.argv.includes('--failmode-scan-child')) {
  process.on('message', (request: ScanRequest) => {
    answer(request).then(
      (reply) => process.send?.(reply),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
        process.exit(70)
      },
    )
  })
}

import { dirname } from 'node:path'
import { knowledge } from '../formats/index.ts'
import { openFileSource } from '../source/file-source.ts'
import { openFolder } from '../source/folder.ts'
import { memorySource } from '../source/source.ts'
import { examine } from './examine.ts'
import type { ScanLimits } from './limits.ts'
import type { FileScan } from './scan-report.ts'

/**
 * Examines one file in this process, with the limits but without the child that `scanPaths` reads it in.
 * @param name what it is called in the report
 * @throws ScannerError `file-unreadable`
 */
export async function scanFile(
  path: string,
  { name = path, limits = {} }: { readonly name?: string; readonly limits?: Partial<ScanLimits> } = {},
): Promise<FileScan> {
  const source = openFileSource(path)
  const beside = openFolder(dirname(path), { deep: false })
  try {
    return await examine(source, name, knowledge, { limits, beside })
  } finally {
    beside.close()
    source.close()
  }
}

/** Examines bytes in memory, such as an upload. There is nothing beside them. */
export function scanBytes(
  bytes: Uint8Array,
  { name = 'bytes', limits = {} }: { readonly name?: string; readonly limits?: Partial<ScanLimits> } = {},
): Promise<FileScan> {
  return examine(memorySource(bytes), name, knowledge, { limits })
}

// Long rows of numbers travel between steps as files of the run folder, named in what the steps give back.
import type { Blob, BlobStore, Points } from '@failmode/core'
import { decodeFloats, encodeFloats } from './float-file.ts'

export interface RowsFile {
  readonly blob: Blob
  readonly rows: number
  readonly columns: number
}

export async function putRows(
  values: Float32Array,
  { rows, blobs }: { readonly rows: number; readonly blobs: BlobStore },
): Promise<RowsFile> {
  const blob = await blobs.put(encodeFloats(values), {
    folder: 'samples',
    extension: 'f32',
    mediaType: 'application/octet-stream',
  })
  return { blob, rows, columns: values.length / rows }
}

/** Rows of all files, one file after the other. @throws RangeError when columns differ */
export async function getRows(files: readonly RowsFile[], blobs: BlobStore): Promise<Points> {
  const columns = files[0]?.columns ?? 0
  const rows = files.reduce((sum, file) => sum + file.rows, 0)
  const values = new Float64Array(rows * columns)
  let at = 0
  for (const file of files) {
    if (file.columns !== columns) throw new RangeError(`files have ${columns} and ${file.columns} columns`)
    const own = decodeFloats(await blobs.get(file.blob))
    values.set(own, at)
    at += own.length
  }
  return { rows, columns, values }
}

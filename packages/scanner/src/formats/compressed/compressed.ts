import type { Format } from '../format.ts'
import { bzip2 } from './bzip2.ts'
import { gzip } from './gzip.ts'
import { joblibZf } from './joblib-zf.ts'
import { lz4 } from './lz4.ts'
import { lzma } from './lzma.ts'
import { xz } from './xz.ts'
import { zlib } from './zlib.ts'
import { zstd } from './zstd.ts'

/** All compressors, those with strong signatures first. */
export const compressed: readonly Format[] = [gzip, xz, bzip2, zstd, lz4, joblibZf, lzma, zlib]

// Decompression with a leash. A decoder reads bytes and writes bytes; here both ends are held: what comes out is counted
// against the budget and the ratio before it is kept, small results stay in memory and large ones go to a spool, and
// where the data breaks, what came before the break is still there to be examined (a program that reads as it unpacks
// would have used it). Everything is synchronous, so exactly one piece is in flight.
import { crc32 } from 'node:zlib'
import { Malformed } from '../formats/format.ts'
import { type Budget, LimitReached } from '../scan/limits.ts'
import { InflateInput } from './inflate-input.ts'
import { InflateOutput } from './inflate-output.ts'
import { memorySource, type Source } from './source.ts'
import { createSpool, type Spool } from './spool.ts'

/** Reads one compressed stream to its end. Throws `Malformed` where it breaks. */
export type Decoder = (input: InflateInput, output: InflateOutput, options: DecoderOptions) => void

export interface DecoderOptions {
  readonly budget: Budget
  /** Told of what is wrong without stopping the decoder, such as a checksum. */
  readonly problem: (message: string, offset: number) => void
}

export interface Inflated {
  readonly source: Source
  /** Of the result. */
  readonly crc32: number
  /** Where the compressed data ended in the source. */
  readonly end: number
  /** Why it stopped early; null when it is whole. */
  readonly stopped: Malformed | LimitReached | null
  readonly problems: readonly { readonly message: string; readonly offset: number }[]
  /** It lies on disk until `release`; what lies in memory goes by itself. */
  readonly onDisk: boolean
  /** Gives disk back. The source must not be read after it. */
  release(): void
}

/** As large as a spool keeps in memory; below this the garbage collector alone decides how long it lives. */
const inMemory = 32 * 2 ** 20
/** The ratio is not looked at below this. */
const freeOfRatio = 2 ** 20
/** From here on the ratio is taken to what was consumed, not to all that is there: trailing bytes must not pay for a bomb. */
const freeOfPace = 32 * 2 ** 20
/** Bombs of one file after which nothing more of it is inflated. */
const bombsOfFile = 8
const bombs = new WeakMap<Budget, number>()

export function inflate(
  decode: Decoder,
  source: Source,
  budget: Budget,
  { from = 0, to = source.size }: { readonly from?: number; readonly to?: number } = {},
): Inflated {
  const input = new InflateInput(source, from, to)
  let chunks: Uint8Array[] = []
  let spool: Spool | null = null
  let size = 0
  let crc = 0
  const problems: { message: string; offset: number }[] = []
  const output = new InflateOutput(1 << 15, (piece) => {
    size += piece.length
    budget.spendInflated(piece.length)
    const { ratio } = budget.limits
    if (
      (size > freeOfRatio && size > ratio * (to - from)) ||
      (size > freeOfPace && size > ratio * (input.offset - from + 1))
    ) {
      const seen = (bombs.get(budget) ?? 0) + 1
      bombs.set(budget, seen)
      throw seen > bombsOfFile
        ? new LimitReached(
            'inflatedBytes',
            `more than ${bombsOfFile} parts inflate to over ${ratio} times their size`,
          )
        : new LimitReached('ratio', `inflates to more than ${ratio} times its size`)
    }
    crc = crc32(piece, crc)
    if (spool === null && size > inMemory) {
      spool = createSpool()
      for (const chunk of chunks) spool.write(chunk)
      chunks = []
    }
    if (spool === null) chunks.push(piece.slice())
    else spool.write(piece)
  })
  let stopped: Malformed | LimitReached | null = null
  try {
    try {
      decode(input, output, {
        budget,
        problem: (message, offset) => {
          if (problems.length < 20) problems.push({ message, offset })
        },
      })
    } catch (error) {
      if (!(error instanceof Malformed || error instanceof LimitReached)) throw error
      stopped = error
    }
    if (!(stopped instanceof LimitReached)) output.flush()
  } catch (error) {
    const kept = spool as Spool | null
    if (!(error instanceof LimitReached)) {
      kept?.release()
      throw error
    }
    stopped = error
  }
  const kept = spool as Spool | null
  return {
    source: kept?.source() ?? chunkSource(chunks),
    crc32: crc,
    end: input.offset,
    stopped,
    problems,
    onDisk: kept !== null,
    release: () => kept?.release(),
  }
}

/** Pieces one behind the other, never put together as a whole. */
function chunkSource(chunks: readonly Uint8Array[]): Source {
  if (chunks.length <= 1) return memorySource(chunks[0] ?? new Uint8Array(0))
  const starts: number[] = []
  let start = 0
  for (const chunk of chunks) {
    starts.push(start)
    start += chunk.length
  }
  const size = start
  const chunkAt = (offset: number): number => {
    let low = 0
    let high = chunks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
  return {
    size,
    read(offset, length) {
      const from = Math.max(0, offset)
      const wanted = Math.min(length, size - from)
      if (wanted <= 0) return new Uint8Array(0)
      let at = chunkAt(from)
      const within = from - starts[at]!
      if (within + wanted <= chunks[at]!.length) return chunks[at]!.subarray(within, within + wanted)
      const bytes = new Uint8Array(wanted)
      for (let done = 0, skip = within; done < wanted; at++, skip = 0) {
        const part = chunks[at]!.subarray(skip, skip + wanted - done)
        bytes.set(part, done)
        done += part.length
      }
      return bytes
    },
  }
}

// Finds places at which something may begin, in bytes that no format accounts for.
import type { Format } from '../formats/format.ts'
import type { Source } from '../source/source.ts'
import type { Knowledge } from './examine.ts'

export interface Candidate {
  readonly offset: number
  /** In order of precedence. */
  readonly formats: readonly Format[]
}

const windowSize = 1 << 20

/** Candidates in order of their offset. */
export function* findSignatures(
  source: Source,
  { from, to }: { readonly from: number; readonly to: number },
  { formats, findPickles }: Knowledge,
): Generator<Candidate> {
  const signed = formats.flatMap((format) =>
    (format.signatures ?? []).map((signature) => ({ format, signature: Buffer.from(signature) })),
  )
  const longest = Math.max(8, ...signed.map(({ signature }) => signature.length))
  const pickle = formats.filter(({ id }) => id === 'pickle')
  for (let start = from; start < to; start += windowSize) {
    const end = Math.min(to, start + windowSize)
    // A signature may straddle the end of the window.
    const bytes = Buffer.from(source.read(start, Math.min(end - start + longest - 1, source.size - start)))
    const found = new Map<number, Format[]>()
    for (const { format, signature } of signed) {
      for (
        let at = bytes.indexOf(signature);
        at !== -1 && at < end - start;
        at = bytes.indexOf(signature, at + 1)
      ) {
        const here = found.get(start + at)
        if (here === undefined) found.set(start + at, [format])
        else if (!here.includes(format)) here.push(format)
      }
    }
    for (const offset of findPickles(source, { from: start, to: end })) {
      const here = found.get(offset)
      if (here === undefined) found.set(offset, [...pickle])
      else here.push(...pickle)
    }
    for (const offset of [...found.keys()].sort((a, b) => a - b)) {
      yield { offset, formats: found.get(offset)! }
    }
  }
}

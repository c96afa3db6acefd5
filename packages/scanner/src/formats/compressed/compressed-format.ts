// A compressed file is one nested file: what comes out is examined as if it stood alone, up to where the data breaks or
// a limit is reached, because a loader that unpacks and unpickles in one go has used that much.
import { LimitReached } from '../../scan/limits.ts'
import { type Decoder, inflate } from '../../source/inflate.ts'
import type { Source } from '../../source/source.ts'
import { type Format, Malformed, NotThisFormat } from '../format.ts'
import { NotSupported } from './not-supported.ts'
import { compressedRules } from './rules.ts'

export interface Compressor extends Pick<Format, 'id' | 'title' | 'recognise' | 'signatures'> {
  readonly decode: Decoder
  /** How what is inside is called. */
  readonly nameOf?: (source: Source) => string | null
}

const headSize = 4096

/** The format of files that hold one compressed stream, or several in a row. */
export function compressedFormat({ decode, nameOf, ...format }: Compressor): Format {
  return {
    ...format,
    async examine(source, context) {
      // Where the signature is weak, all of it must come out, or something that a format fits.
      const weak = format.recognise(source.read(0, headSize), source) === 'maybe'
      const name = nameOf?.(source) ?? 'content'
      const inflated = inflate(decode, source, context.budget)
      const { stopped, end } = inflated
      try {
        for (const { message, offset } of inflated.problems) {
          context.report(compressedRules['wrong-checksum'], { message, offset })
        }
        if (stopped !== null && inflated.source.size === 0) {
          if (weak && stopped instanceof Malformed) throw new NotThisFormat()
        } else {
          context.fact('inflated', inflated.source.size)
          const found = await context.scan(inflated.source, name)
          if (weak && stopped instanceof Malformed && found.format === null) throw new NotThisFormat()
        }
        if (stopped instanceof NotSupported) {
          context.report(compressedRules['not-supported'], {
            message: `Not all of it was unpacked: ${stopped.message}.`,
            ...(stopped.offset === null ? {} : { offset: stopped.offset }),
          })
          return { end: source.size }
        }
        if (stopped instanceof Malformed || stopped instanceof LimitReached) throw stopped
        return { end }
      } finally {
        inflated.release()
      }
    },
  }
}

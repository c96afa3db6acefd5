// Programs that export models have habits, and the file says which program wrote it. A habit decides only between
// ways of feeding that the answers cannot tell apart.
import type { InputBlock } from './config-schema.ts'

/** Exporter, as it names itself in the file -> the numbers its own readers hand a picture over in. */
const pixelRanges: Readonly<Record<string, readonly [number, number]>> = {
  // CNTK's image and text readers give grey levels as they are; its published digit network takes and documents
  // inputs of 0 to 255 and answers with scores in the thousands.
  CNTK: [0, 255],
}

export function followsConvention(input: InputBlock, producer: string | undefined): boolean {
  const range = producer === undefined ? undefined : pixelRanges[producer]
  if (range === undefined || input.range === undefined) return false
  return (
    input.range[0] === range[0] &&
    input.range[1] === range[1] &&
    input.mean === undefined &&
    input.std === undefined
  )
}

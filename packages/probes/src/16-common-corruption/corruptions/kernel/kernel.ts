// Assembles and loads the loops of loops.ts. JavaScript has no way to treat four pixels in one instruction and
// WebAssembly has, which makes blurs about four times as fast. There is one instance a thread; its memory is small,
// because callers bring pictures in by parts, and holds nothing from one call to the next.
import { assemble } from './assemble.ts'
import { correlate, cut } from './loops.ts'

interface Memory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** The functions of loops.ts, where their numbers are explained; all but the slack are addresses and counts. */
interface Loops {
  readonly memory: Memory
  correlate(
    ...numbers: readonly [
      taps: number,
      end: number,
      plane: number,
      across: number,
      out: number,
      rows: number,
      row: number,
    ]
  ): void
  cut(...numbers: readonly [at: number, end: number, slack: number]): void
}

// Every JavaScript runtime has it, but the types come with Node's or the DOM's, which pure code does without.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: Loops }
}

export interface Kernel extends Pick<Loops, 'correlate' | 'cut'> {
  /** All of the memory as numbers, at least as many as asked for; to be used before the next call. */
  readonly numbers: Float32Array
}

const pageSize = 2 ** 16
let loops: Loops | undefined

/** The loops, with room for so many numbers. */
export function kernelWith(numbers: number): Kernel {
  loops ??= new WebAssembly.Instance(new WebAssembly.Module(assemble([correlate, cut]))).exports
  const { memory, ...functions } = loops
  const missing = 4 * numbers - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / pageSize))
  return { ...functions, numbers: new Float32Array(memory.buffer) }
}

// Flax splits an array of over a gigabyte into flat pieces, in a map of its shape and of the pieces. The pieces have to
// add up to the shape. After `flax/serialization.py`.
import type { Source } from '../../source/source.ts'
import type { ScanContext } from '../format.ts'
import type { Range } from '../protobuf/fields.ts'
import { readArray } from './flax-array.ts'
import type { Step } from './walk.ts'

/** The key by which such a map is told. */
export const chunkedKey = '__msgpack_chunked_array__'

interface Open {
  readonly depth: number
  readonly at: number
  /** Of the entry that is being read. */
  key: string
  readonly shape: bigint[]
  elements: bigint
  wrong: string | null
}

/** Follows the steps of a walk, and tells of each map of pieces that does not add up. */
export class ChunkedArrays {
  private readonly open: Open[] = []
  private readonly source: Source
  private readonly context: ScanContext
  private readonly report: (message: string, offset: number) => void

  constructor(source: Source, context: ScanContext, report: (message: string, offset: number) => void) {
    this.source = source
    this.context = context
    this.report = report
  }

  /** @param key the text of the item, when it is a key */
  step({ item, depth, isKey }: Step, key: string | null): void {
    for (let last = this.open.at(-1); last !== undefined && depth < last.depth; last = this.open.at(-1)) {
      this.open.pop()
      this.close(last)
    }
    if (isKey && key === chunkedKey) {
      this.open.push({ depth, at: item.at, key: '', shape: [], elements: 0n, wrong: null })
      return
    }
    const array = this.open.at(-1)
    if (array === undefined) return
    if (depth === array.depth && isKey) array.key = key ?? ''
    else if (depth === array.depth + 1 && !isKey) {
      if (array.key === 'shape') {
        if (item.kind === 'int' && item.value >= 0n && array.shape.length < 64) array.shape.push(item.value)
        else array.wrong ??= 'its shape is no list of numbers from 0 on'
      } else if (array.key === 'chunks') this.chunk(array, item)
    }
  }

  private chunk(array: Open, item: Step['item']): void {
    if (item.kind !== 'extension' || item.type !== 1) {
      array.wrong ??= 'a piece of it is no array'
      return
    }
    const range: Range = { from: item.from, to: item.to }
    const read = readArray(this.source, range, this.context.budget)
    // What is wrong with a piece itself is told where all arrays are.
    if ('wrong' in read) return
    array.elements += read.shape.reduce((product, dim) => product * dim, 1n)
  }

  /** To be called at the end. */
  finish(): void {
    for (const array of this.open.splice(0)) this.close(array)
  }

  private close({ at, shape, elements, wrong }: Open): void {
    const wanted = shape.reduce((product, dim) => product * dim, 1n)
    const fault =
      wrong ?? (wanted === elements ? null : `it has ${elements} values where its shape has ${wanted}`)
    if (fault !== null) this.report(`An array in pieces: ${fault}`, at)
  }
}

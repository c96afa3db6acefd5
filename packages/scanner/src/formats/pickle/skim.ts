// A quick first look at a pickle that is nothing but data: numbers, texts, lists, tuples, dicts. It moves the same stack,
// marks and memo as the machine does, but keeps only a number for each object, and gives up at the first opcode that
// imports, calls, or is in any way unusual; then the machine runs the pickle from its start. So it can say only one thing:
// that there is nothing here, which for large tables of numbers it says ten times sooner.
import type { Budget } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'

export interface Skimmed {
  /** Behind STOP. */
  readonly end: number
  readonly protocol: number
  readonly ops: number
}

const windowSize = 1 << 18
/** Beyond these the machine, which reports it, has to look. */
const heaviest = 1e9
const deepest = 10_000
const mostMarks = 100_000
const objectsWeighed = 8_000_000

/**
 * Runs a pickle of plain data.
 * @param unusual whether bytes or a text of some length that stand at an offset have to be looked into
 * @returns null when it is anything else, or broken
 */
export function skimPickle(
  source: Source,
  from: number,
  { budget, unusual }: { readonly budget: Budget; readonly unusual: (at: number, length: number) => boolean },
): Skimmed | null {
  const size = source.size
  let base = from
  let buf: Uint8Array = source.read(from, windowSize)
  let view = new DataView(buf.buffer, buf.byteOffset, buf.byteLength)
  let pos = 0
  // An object is its number; 0 is everything that holds no others.
  let stack = new Int32Array(1 << 12)
  let height = 0
  let memo = new Int32Array(1 << 12)
  let memoised = 0
  let marks = new Int32Array(1 << 8)
  let markCount = 0
  let fence = 0
  /** How many objects one would be if nothing in it were shared, and how deep it goes. */
  let weights = new Float64Array(1 << 12)
  let depths = new Int32Array(1 << 12)
  let objects = 1
  let protocol = 0
  let frameEnd = -1
  let ops = 0

  const seek = (to: number): void => {
    base = to
    buf = source.read(to, windowSize)
    view = new DataView(buf.buffer, buf.byteOffset, buf.byteLength)
    pos = 0
  }
  const create = (): number => {
    if (objects >= objectsWeighed) return 0
    if (objects === weights.length) {
      weights = grown(weights, new Float64Array(2 * objects))
      depths = grown(depths, new Int32Array(2 * objects))
    }
    weights[objects] = 1
    depths[objects] = 1
    return objects++
  }
  /** Puts what lies above `first` into an object, and takes it off. */
  const fill = (object: number, first: number): boolean => {
    let weight = weights[object]!
    let depth = depths[object]!
    for (let i = first; i < height; i++) {
      const held = stack[i]!
      if (held === 0) weight += 1
      else {
        weight += weights[held]!
        if (depths[held]! >= depth) depth = depths[held]! + 1
      }
    }
    height = first
    if (object === 0) return true
    weights[object] = weight
    depths[object] = depth
    return weight < heaviest && depth < deepest
  }

  for (;;) {
    // No opcode but texts and bytes is longer than nine bytes.
    if (pos + 16 > buf.length && base + buf.length < size) seek(base + pos)
    if (pos >= buf.length) return null
    if (height + 2 > stack.length) stack = grown(stack, new Int32Array(2 * stack.length))
    if ((++ops & 0xffff) === 0) budget.spendOps(0x10000)
    if (frameEnd !== -1 && base + pos >= frameEnd) frameEnd = -1
    let length = -1
    switch (buf[pos++]!) {
      case 0x28: // MARK
        if (markCount === mostMarks) return null
        if (markCount === marks.length) marks = grown(marks, new Int32Array(2 * markCount))
        marks[markCount++] = height
        fence = height
        break
      case 0x2e: // STOP
        if (height <= fence || (frameEnd !== -1 && base + pos < frameEnd) || base + pos > size) return null
        if (frameEnd !== -1 && base + pos > frameEnd) return null
        return { end: base + pos, protocol, ops }
      case 0x4a: // BININT
        pos += 4
        stack[height++] = 0
        break
      case 0x4b: // BININT1
        pos += 1
        stack[height++] = 0
        break
      case 0x4d: // BININT2
        pos += 2
        stack[height++] = 0
        break
      case 0x47: // BINFLOAT
        pos += 8
        stack[height++] = 0
        break
      case 0x4e: // NONE
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
      case 0x29: // EMPTY_TUPLE
        stack[height++] = 0
        break
      case 0x8a: // LONG1
        length = buf[pos++]!
        stack[height++] = 0
        break
      case 0x58: // BINUNICODE
      case 0x54: // BINSTRING
      case 0x42: // BINBYTES
        if (pos + 4 > buf.length) return null
        length = view.getUint32(pos, true)
        pos += 4
        stack[height++] = 0
        break
      case 0x55: // SHORT_BINSTRING
      case 0x8c: // SHORT_BINUNICODE
      case 0x43: // SHORT_BINBYTES
        length = buf[pos++]!
        stack[height++] = 0
        break
      case 0x61: // APPEND
        if (height - fence < 2 || !fill(stack[height - 2]!, height - 1)) return null
        break
      case 0x65: // APPENDS
      case 0x90: {
        // ADDITEMS
        if (markCount === 0) return null
        const first = marks[--markCount]!
        fence = markCount > 0 ? marks[markCount - 1]! : 0
        if (first <= fence || !fill(stack[first - 1]!, first)) return null
        break
      }
      case 0x73: // SETITEM
        if (height - fence < 3 || !fill(stack[height - 3]!, height - 2)) return null
        break
      case 0x75: {
        // SETITEMS
        if (markCount === 0) return null
        const first = marks[--markCount]!
        fence = markCount > 0 ? marks[markCount - 1]! : 0
        if (first <= fence || (height - first) % 2 !== 0 || !fill(stack[first - 1]!, first)) return null
        break
      }
      case 0x5d: // EMPTY_LIST
      case 0x7d: // EMPTY_DICT
      case 0x8f: // EMPTY_SET
        stack[height++] = create()
        break
      case 0x74: // TUPLE
      case 0x6c: // LIST
      case 0x91: {
        // FROZENSET
        if (markCount === 0) return null
        const first = marks[--markCount]!
        fence = markCount > 0 ? marks[markCount - 1]! : 0
        const object = create()
        if (!fill(object, first)) return null
        stack[height++] = object
        break
      }
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: {
        // TUPLE3
        const first = height - (buf[pos - 1]! - 0x84)
        if (first < fence) return null
        const object = create()
        if (!fill(object, first)) return null
        stack[height++] = object
        break
      }
      case 0x68: {
        // BINGET
        const index = buf[pos++]!
        if (index >= memoised) return null
        stack[height++] = memo[index]!
        break
      }
      case 0x6a: {
        // LONG_BINGET
        if (pos + 4 > buf.length) return null
        const index = view.getUint32(pos, true)
        pos += 4
        if (index >= memoised) return null
        stack[height++] = memo[index]!
        break
      }
      // Writers count their memo up from zero; anything else is for the machine.
      case 0x94: // MEMOIZE
      case 0x71: // BINPUT
      case 0x72: {
        // LONG_BINPUT
        const op = buf[pos - 1]!
        if (op === 0x71) {
          if (buf[pos++] !== memoised) return null
        } else if (op === 0x72) {
          if (pos + 4 > buf.length || view.getUint32(pos, true) !== memoised) return null
          pos += 4
        }
        if (height <= fence) return null
        if (memoised === memo.length) memo = grown(memo, new Int32Array(2 * memoised))
        memo[memoised++] = stack[height - 1]!
        break
      }
      case 0x80: // PROTO
        if (buf[pos] === undefined || buf[pos]! > 5) return null
        protocol = Math.max(protocol, buf[pos++]!)
        break
      case 0x95: {
        // FRAME
        if (pos + 8 > buf.length || (frameEnd !== -1 && base + pos - 1 < frameEnd)) return null
        const frame = view.getBigUint64(pos, true)
        pos += 8
        if (frame > BigInt(size - base - pos)) return null
        frameEnd = base + pos + Number(frame)
        break
      }
      default:
        return null
    }
    if (length !== -1) {
      const at = base + pos
      if (length > size - at) return null
      if (length > 8 && unusual(at, length)) return null
      if (pos + length <= buf.length) pos += length
      else seek(at + length)
    }
    if (base + pos > size || (frameEnd !== -1 && base + pos > frameEnd)) return null
  }
}

function grown<A extends Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(from: A, to: A): A {
  to.set(from)
  return to
}

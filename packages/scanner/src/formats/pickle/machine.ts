// A pickle is a program for a stack machine. This one runs it with symbols in place of objects: every opcode of protocols
// 0 to 5 moves the stack, the marks and the memo exactly as CPython's machine does, and every import and every call
// is noted at the moment at which it would happen, whether or not its result is used. So payloads whose result is popped,
// that stand in front of an error, or whose names come from the memo, are seen like all others. What can be
// exhausted (memory, time, the stack) is bounded: beyond two million objects new ones are kept as symbols without content.
// After CPython's Modules/_pickle.c and Lib/pickletools.py.
import { judgeImport } from '../../policy/judge-import.ts'
import type { Budget } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import { rawArrayBytes } from './joblib.ts'
import { textOf } from './literals.ts'
import { isNotable, strayFile } from './notable.ts'
import {
  type Bytes,
  buffer,
  type Call,
  type Dict,
  float,
  type Global,
  huge,
  isGlobal,
  itemsOf,
  type Persistent,
  type Sequence,
  type Text,
  unknown,
  type Value,
} from './values.ts'

export interface PickleRun {
  readonly from: number
  /** Behind its STOP, or where it broke. */
  readonly end: number
  /** What STOP gave back. */
  readonly result: Value
  /** Highest protocol that it names; 0 when none. */
  readonly protocol: number
  readonly ops: number
  /** Why CPython would stop with an error; null when STOP was reached. */
  readonly fault: { readonly offset: number; readonly message: string } | null
  /** Everything that it imports, in the order of first import. */
  readonly globals: readonly Global[]
  /** Calls whose callee is not a known name: what a call gave back is called, a text, a persistent object. */
  readonly indirect: readonly Call[]
  /** Calls of harmless names with arguments that are not: a class made on the fly, an absurd size. */
  readonly notable: readonly Call[]
  /** Places where readers disagree, or that no writer makes. */
  readonly oddities: readonly { readonly offset: number; readonly message: string }[]
  /** State given to something that was not built by the pickle: attributes planted into a module's own objects. */
  readonly planted: readonly { readonly offset: number; readonly target: Value; readonly state: Value }[]
  readonly persistent: readonly Persistent[]
  /** Bytes and texts that begin like a file of another kind. */
  readonly payloads: readonly (Bytes | Text)[]
  /** Ranges that are raw arrays between the opcodes (joblib). */
  readonly arrays: number
}

export interface RunOptions {
  readonly budget: Budget
  /** Items of each container that are kept. Default 20. */
  readonly keep?: number
  /** Pickles inside pickles (object arrays of joblib). */
  readonly depth?: number
}

const windowSize = 1 << 18
const objectsKept = 2_000_000
const textsKept = 4_000_000
const memoDense = 50_000_000
const farKept = 1_000_000
const longestLine = 1 << 20
const eventsKept = 10_000
const payloadsKept = 200
const deepestMarks = 100_000
/** Objects that a structure would be if nothing in it were shared; hashing or copying it takes that many steps. */
const heaviest = 1e9
const deepest = 10_000
/** Digits beyond which CPython refuses to read an integer, since that takes quadratic time. */
const longestInteger = 4300

/** Ends the run; the events before it stay. */
class Fault extends Error {
  readonly offset: number
  constructor(offset: number, message: string) {
    super(message)
    this.offset = offset
  }
}

/** Runs the pickle at an offset. Throws LimitReached from the budget, never for what the bytes are. */
export function runPickle(
  source: Source,
  from: number,
  { budget, keep = 20, depth = 0 }: RunOptions,
): PickleRun {
  const size = source.size
  let base = from
  let buf: Uint8Array = source.read(from, windowSize)
  let view = new DataView(buf.buffer, buf.byteOffset, buf.byteLength)
  let pos = 0
  let opAt = from

  let stack: Value[] = []
  const marks: number[] = []
  let fence = 0
  let memo: (Value | undefined)[] = []
  const farMemo = new Map<number, Value>()
  let memoCount = 0
  let objects = 0
  let texts = 0
  let protocol = 0
  let frameEnd = -1
  let ops = 0
  let arrays = 0
  const known = new Map<string, Global>()
  const extensions = new Map<number, Global>()
  const indirect: Call[] = []
  const notable: Call[] = []
  const oddities: { offset: number; message: string }[] = []
  const planted: { offset: number; target: Value; state: Value }[] = []
  const persistent: Persistent[] = []
  const payloads: (Bytes | Text)[] = []

  const fail = (message: string): never => {
    throw new Fault(opAt, message)
  }
  const odd = (message: string): void => {
    if (oddities.length < 100) oddities.push({ offset: opAt, message })
  }
  const seek = (to: number): void => {
    base = to
    buf = source.read(to, windowSize)
    view = new DataView(buf.buffer, buf.byteOffset, buf.byteLength)
    pos = 0
  }
  const ensure = (count: number): void => {
    if (pos + count <= buf.length) return
    seek(base + pos)
    if (count > buf.length) fail('the pickle ends in the middle of an opcode')
  }
  /** Passes over `length` bytes and gives where they begin. */
  const skip = (length: number): number => {
    const at = base + pos
    if (length > size - at) fail(`a length of ${length} reaches beyond the end of the file`)
    if (pos + length <= buf.length) pos += length
    else seek(at + length)
    return at
  }
  const u32 = (): number => {
    ensure(4)
    const value = view.getUint32(pos, true)
    pos += 4
    return value
  }
  const u64 = (): number => {
    ensure(8)
    const value = view.getBigUint64(pos, true)
    pos += 8
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value)
  }
  /** The rest of the line, of which only the place is kept. */
  const line = (): { at: number; length: number } => {
    const at = base + pos
    for (;;) {
      const found = buf.indexOf(10, pos)
      if (found !== -1) {
        const length = base + found - at
        pos = found + 1
        return { at, length }
      }
      const next = base + buf.length
      if (next >= size) fail('a line does not end')
      budget.checkTime()
      seek(next)
    }
  }
  const lineText = (): string => {
    const { at, length } = line()
    if (length > longestLine) fail(`a line of ${length} bytes`)
    return Buffer.from(source.read(at, length)).toString('latin1')
  }
  const nameLine = (): string => {
    const { at, length } = line()
    if (length > longestLine) fail(`a name of ${length} bytes`)
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(source.read(at, length))
    } catch {
      return fail('a name is not UTF-8')
    }
  }
  const pop = (): Value => {
    if (stack.length <= fence) fail('the stack is empty')
    return stack.pop() as Value
  }
  const top = (): Value => {
    if (stack.length <= fence) fail('the stack is empty')
    return stack[stack.length - 1] as Value
  }
  const popMark = (): number => {
    const mark = marks.pop()
    if (mark === undefined) return fail('there is no mark')
    fence = marks.length > 0 ? marks[marks.length - 1]! : 0
    return mark
  }
  /** Counts what lies above `first` into the container that it is put in. */
  const weigh = (container: Value, first: number): void => {
    if (!isContainer(container)) return
    let { weight, depth } = container
    for (let i = first; i < stack.length; i++) {
      const held = stack[i] as Value
      if (isContainer(held)) {
        weight += held.weight
        depth = Math.max(depth, held.depth + 1)
      } else weight += 1
    }
    if (weight >= heaviest && container.weight < heaviest) {
      odd('shared parts unfold into more than a thousand million objects')
    }
    if (depth >= deepest && container.depth < deepest) odd(`objects are nested more than ${deepest} deep`)
    container.weight = Math.min(weight, 2 * heaviest)
    container.depth = depth
  }
  const sequence = (kind: Sequence['kind'], first: number): Value => {
    const count = stack.length - first
    let value: Value
    if (++objects > objectsKept) value = unknown
    else
      value = {
        kind,
        items: count <= keep ? stack.slice(first) : stack.slice(first, first + keep),
        count,
        weight: 1,
        depth: 1,
      }
    weigh(value, first)
    stack.length = first
    return value
  }
  const tupleOf = (count: number): void => {
    if (stack.length - fence < count) fail('the stack is empty')
    stack.push(sequence('tuple', stack.length - count))
  }
  const dict = (): Value =>
    ++objects > objectsKept ? unknown : { kind: 'dict', items: [], count: 0, weight: 1, depth: 1 }
  const text = (length: number, coding: Text['coding']): Value => {
    const at = skip(length)
    if (++texts > textsKept) return unknown
    const value: Text = { kind: 'text', at, length, coding }
    if (length > 8) payload(value)
    return value
  }
  const bytes = (length: number): Value => {
    const at = skip(length)
    const value: Bytes = { kind: 'bytes', at, length }
    if (length > 8) payload(value)
    return ++objects > objectsKept ? unknown : value
  }
  const payload = (value: Bytes | Text): void => {
    if (
      payloads.length < payloadsKept &&
      beginsLikeFile(source.read(value.at, Math.min(value.length, payloadHead)))
    ) {
      payloads.push(value)
    }
  }
  /** Of a text on a line of its own the line ends are written as escapes. */
  const linePayload = (value: Text): void => {
    const head = source.read(value.at, Math.min(value.length, payloadHead))
    if (head.indexOf(0x5c) === -1 || payloads.length >= payloadsKept) return
    const text = textOf(source, value)
    if (text !== null && beginsLikeFile(Buffer.from(text.slice(0, payloadHead), 'latin1')))
      payloads.push(value)
  }
  const put = (index: number): void => {
    const value = top()
    const isNew = memo[index] === undefined && !farMemo.has(index)
    if (isNew) memoCount += 1
    // Writers count up; what lies far ahead must not make the memo long.
    if (index > memo.length + 16 || index > memoDense) {
      if (farMemo.size >= farKept) fail(`the memo has more than ${farKept} slots far from each other`)
      farMemo.set(index, value)
      if (index > memo.length + 1_000_000) odd(`the memo is written at the far index ${index}`)
      return
    }
    farMemo.delete(index)
    while (memo.length < index) memo.push(undefined)
    memo[index] = value
  }
  const get = (index: number): void => {
    const value = memo[index] ?? farMemo.get(index)
    if (value === undefined && memo[index] !== null) fail(`the memo holds nothing at ${index}`)
    stack.push((value === undefined ? null : value) as Value)
  }
  const importName = (module: string, name: string): Global => {
    const key = `${module}\n${name}`
    const before = known.get(key)
    if (before !== undefined) return before
    if (known.size >= eventsKept) fail(`more than ${eventsKept} names are imported`)
    const value: Global = {
      kind: 'global',
      module,
      name,
      judgement: judgeImport(module, name),
      at: opAt,
      calls: 0,
      firstCall: null,
    }
    known.set(key, value)
    return value
  }
  const call = (how: Call['how'], callee: Value, args: Value): Value => {
    const value: Call = { kind: 'call', how, callee, args, at: opAt, state: undefined, entries: undefined }
    if (typeof callee === 'object' && callee !== null && callee.kind === 'global') {
      callee.calls += 1
      callee.firstCall ??= value
      if (callee.name === 'add_extension' && /^(?:copyreg|copy_reg)$/.test(callee.module)) {
        const [module, name, code] = itemsOf(args)
        if (isText(module) && isText(name) && typeof code === 'number') {
          extensions.set(code, importName(textOf(source, module) ?? '?', textOf(source, name) ?? '?'))
        }
      }
      if (notable.length < 100 && callee.judgement.standing === 'safe' && isNotable(value, source))
        notable.push(value)
    } else if (indirect.length < eventsKept) indirect.push(value)
    return ++objects > objectsKept && callee !== null && typeof callee === 'object' ? unknown : value
  }
  const extension = (code: number): void => {
    stack.push(extensions.get(code) ?? importName('copyreg', `_inverted_registry[${code}]`))
  }
  const add = (target: Value, from: number, step: 1 | 2): void => {
    if (typeof target === 'object' && target !== null) {
      if (target.kind === 'list' || target.kind === 'dict' || target.kind === 'set') {
        const items = target.items
        for (let i = from; i < stack.length && items.length < keep * step; i++) items.push(stack[i] as Value)
        target.count += (stack.length - from) / step
        weigh(target, from)
      } else if (target.kind === 'call' && step === 2) {
        // An OrderedDict is made by a call and filled like a dict.
        target.entries ??= []
        const { entries } = target
        for (let i = from; i < stack.length && entries.length < keep * step; i++)
          entries.push(stack[i] as Value)
      } else if (target.kind === 'global') {
        if (planted.length < 100) planted.push({ offset: opAt, target, state: stack[from] as Value })
      }
    }
    stack.length = from
  }
  const build = (): void => {
    const state = pop()
    const target = top()
    if (typeof target !== 'object' || target === null) return
    if (target.kind === 'call') {
      target.state = state
      const file = strayFile(target, source)
      if (file !== null && notable.length < 100) notable.push(target)
    }
    if (target.kind === 'global' && planted.length < 100) planted.push({ offset: opAt, target, state })
    // The loaders of joblib read raw numbers from the file once a wrapper is built.
    if (target.kind !== 'call' || !isGlobal(classOf(target), null, 'NumpyArrayWrapper')) return
    const raw = rawArrayBytes(state, source)
    if (raw === null) {
      odd('the size of an array of joblib cannot be told')
      return
    }
    arrays += 1
    // The writer ends its frame here, and the numbers stand between frames.
    frameEnd = -1
    if (raw.padded) {
      ensure(1)
      const padding = buf[pos]!
      skip(1 + padding)
    }
    if (!raw.objects) {
      skip(raw.bytes)
      return
    }
    if (depth > 8) fail('arrays of objects within arrays of objects')
    const inner = runPickle(source, base + pos, { budget, keep, depth: depth + 1 })
    for (const value of inner.globals) {
      const here = importName(value.module, value.name)
      here.calls += value.calls
      here.firstCall ??= value.firstCall
    }
    indirect.push(...inner.indirect.slice(0, 100))
    notable.push(...inner.notable)
    oddities.push(...inner.oddities)
    planted.push(...inner.planted)
    payloads.push(...inner.payloads)
    if (inner.fault !== null) throw new Fault(inner.fault.offset, inner.fault.message)
    seek(inner.end)
  }

  let fault: PickleRun['fault'] = null
  let result: Value = unknown
  try {
    for (;;) {
      if (pos >= buf.length) {
        seek(base + pos)
        if (buf.length === 0) {
          opAt = base
          fail('the pickle does not end with STOP')
        }
      }
      opAt = base + pos
      const op = buf[pos++]!
      if ((++ops & 0xffff) === 0) budget.spendOps(0x10000)
      if (frameEnd !== -1 && opAt >= frameEnd) frameEnd = -1
      switch (op) {
        case 0x28: // MARK
          marks.push(stack.length)
          if (marks.length === deepestMarks) odd(`more than ${deepestMarks} marks are open at once`)
          fence = stack.length
          break
        case 0x2e: // STOP
          result = pop()
          if (frameEnd !== -1 && base + pos < frameEnd) odd('bytes follow STOP within its frame')
          throw done
        case 0x30: // POP
          if (marks.length > 0 && marks[marks.length - 1] === stack.length) popMark()
          else pop()
          break
        case 0x31: // POP_MARK
          stack.length = popMark()
          break
        case 0x32: // DUP
          stack.push(top())
          break
        case 0x46: // FLOAT
          lineText()
          stack.push(float)
          break
        case 0x49: {
          // INT
          const word = lineText()
          if (word === '00' || word === '01') stack.push(word === '01')
          else {
            const value = Number(word)
            if (!/^\s*[+-]?\d[\d_]*\s*$/.test(word))
              fail(`${JSON.stringify(word.slice(0, 40))} is no integer`)
            stack.push(Number.isSafeInteger(value) ? value : unknown)
          }
          break
        }
        case 0x4a: // BININT
          ensure(4)
          stack.push(view.getInt32(pos, true))
          pos += 4
          break
        case 0x4b: // BININT1
          ensure(1)
          stack.push(buf[pos++]!)
          break
        case 0x4c: {
          // LONG
          const word = line()
          const start = Buffer.from(source.read(word.at, Math.min(word.length, 20))).toString('latin1')
          const value = Number(start.replace(/L$/, ''))
          if (!/^\s*[+-]?[\d_]/.test(start)) fail('an integer has no digits')
          if (word.length > longestInteger)
            odd(`an integer has ${word.length} digits, which takes very long to read`)
          stack.push(word.length <= 16 && Number.isSafeInteger(value) ? value : unknown)
          break
        }
        case 0x4d: // BININT2
          ensure(2)
          stack.push(view.getUint16(pos, true))
          pos += 2
          break
        case 0x4e: // NONE
          stack.push(null)
          break
        case 0x50: {
          // PERSID
          const { at, length } = line()
          stack.push(persist({ kind: 'text', at, length, coding: 'latin-1' }))
          break
        }
        case 0x51: // BINPERSID
          stack.push(persist(pop()))
          break
        case 0x52: {
          // REDUCE
          const args = pop()
          const callee = pop()
          stack.push(call('call', callee, args))
          break
        }
        case 0x53: {
          // STRING
          const { at, length } = line()
          const value: Text = { kind: 'text', at, length, coding: 'literal' }
          if (length > 10) linePayload(value)
          stack.push(value)
          break
        }
        case 0x54: // BINSTRING
          stack.push(text(u32(), 'latin-1'))
          break
        case 0x55: // SHORT_BINSTRING
          ensure(1)
          stack.push(text(buf[pos++]!, 'latin-1'))
          break
        case 0x56: {
          // UNICODE
          const { at, length } = line()
          const value: Text = { kind: 'text', at, length, coding: 'raw-unicode' }
          if (length > 10) linePayload(value)
          stack.push(value)
          break
        }
        case 0x58: // BINUNICODE
          stack.push(text(u32(), 'utf-8'))
          break
        case 0x8c: // SHORT_BINUNICODE
          ensure(1)
          stack.push(text(buf[pos++]!, 'utf-8'))
          break
        case 0x8d: // BINUNICODE8
          stack.push(text(u64(), 'utf-8'))
          break
        case 0x42: // BINBYTES
          stack.push(bytes(u32()))
          break
        case 0x43: // SHORT_BINBYTES
          ensure(1)
          stack.push(bytes(buf[pos++]!))
          break
        case 0x8e: // BINBYTES8
        case 0x96: // BYTEARRAY8
          stack.push(bytes(u64()))
          break
        case 0x61: {
          // APPEND
          if (stack.length - fence < 2) fail('the stack is empty')
          add(stack[stack.length - 2] as Value, stack.length - 1, 1)
          break
        }
        case 0x65: // APPENDS
        case 0x90: {
          // ADDITEMS
          const first = popMark()
          if (first <= fence) fail('the stack is empty')
          add(stack[first - 1] as Value, first, 1)
          break
        }
        case 0x73: // SETITEM
          if (stack.length - fence < 3) fail('the stack is empty')
          add(stack[stack.length - 3] as Value, stack.length - 2, 2)
          break
        case 0x75: {
          // SETITEMS
          const first = popMark()
          if (first <= fence) fail('the stack is empty')
          if ((stack.length - first) % 2 !== 0) fail('a dict has a key without a value')
          add(stack[first - 1] as Value, first, 2)
          break
        }
        case 0x62: // BUILD
          build()
          break
        case 0x63: {
          // GLOBAL
          const module = nameLine()
          stack.push(importName(module, nameLine()))
          break
        }
        case 0x93: {
          // STACK_GLOBAL
          const name = pop()
          const module = pop()
          const names =
            isText(module) && isText(name) ? [textOf(source, module), textOf(source, name)] : [null, null]
          if (names[0] === null || names[1] === null || names[0] === undefined || names[1] === undefined) {
            stack.push(importName('?', '?'))
            // A computed name stays unknown; CPython takes only texts.
            if (isPrimitive(module) || isPrimitive(name))
              fail('STACK_GLOBAL is given something other than texts')
          } else stack.push(importName(names[0], names[1]))
          break
        }
        case 0x69: {
          // INST
          const module = nameLine()
          const callee = importName(module, nameLine())
          const args = sequence('tuple', popMark())
          stack.push(call('call', callee, args))
          break
        }
        case 0x6f: {
          // OBJ
          const first = popMark()
          if (stack.length <= first) fail('the stack is empty')
          const args = sequence('tuple', first + 1)
          const callee = stack.pop() as Value
          stack.push(call('call', callee, args))
          break
        }
        case 0x81: {
          // NEWOBJ
          const args = pop()
          stack.push(call('new', pop(), args))
          break
        }
        case 0x92: {
          // NEWOBJ_EX
          const named = pop()
          const args = pop()
          const callee = pop()
          stack.push(
            call('new', callee, {
              kind: 'tuple',
              items: [...itemsOf(args), named],
              count: itemsOf(args).length + 1,
              weight: 1,
              depth: 1,
            }),
          )
          break
        }
        case 0x64: {
          // DICT
          const first = popMark()
          if ((stack.length - first) % 2 !== 0) fail('a dict has a key without a value')
          const value = dict()
          add(value, first, 2)
          stack.push(value)
          break
        }
        case 0x7d: // EMPTY_DICT
          stack.push(dict())
          break
        case 0x6c: // LIST
          stack.push(sequence('list', popMark()))
          break
        case 0x5d: // EMPTY_LIST
          stack.push(
            ++objects > objectsKept ? unknown : { kind: 'list', items: [], count: 0, weight: 1, depth: 1 },
          )
          break
        case 0x74: // TUPLE
          stack.push(sequence('tuple', popMark()))
          break
        case 0x29: // EMPTY_TUPLE
          stack.push(emptyTuple)
          break
        case 0x85: // TUPLE1
          tupleOf(1)
          break
        case 0x86: // TUPLE2
          tupleOf(2)
          break
        case 0x87: // TUPLE3
          tupleOf(3)
          break
        case 0x8f: // EMPTY_SET
          stack.push(
            ++objects > objectsKept ? unknown : { kind: 'set', items: [], count: 0, weight: 1, depth: 1 },
          )
          break
        case 0x91: // FROZENSET
          stack.push(sequence('set', popMark()))
          break
        case 0x67: // GET
          get(index(lineText()))
          break
        case 0x68: // BINGET
          ensure(1)
          get(buf[pos++]!)
          break
        case 0x6a: // LONG_BINGET
          get(u32())
          break
        case 0x70: // PUT
          put(index(lineText()))
          break
        case 0x71: // BINPUT
          ensure(1)
          put(buf[pos++]!)
          break
        case 0x72: // LONG_BINPUT
          put(u32())
          break
        case 0x94: // MEMOIZE
          put(memoCount)
          break
        case 0x47: // BINFLOAT
          ensure(8)
          pos += 8
          stack.push(float)
          break
        case 0x80: // PROTO
          ensure(1)
          protocol = Math.max(protocol, buf[pos]!)
          if (buf[pos]! > 5) odd(`it claims protocol ${buf[pos]}, which does not exist`)
          pos += 1
          break
        case 0x82: // EXT1
          ensure(1)
          extension(buf[pos++]!)
          break
        case 0x83: // EXT2
          ensure(2)
          extension(view.getUint16(pos, true))
          pos += 2
          break
        case 0x84: // EXT4
          ensure(4)
          extension(view.getInt32(pos, true))
          pos += 4
          break
        case 0x88: // NEWTRUE
          stack.push(true)
          break
        case 0x89: // NEWFALSE
          stack.push(false)
          break
        case 0x8a: // LONG1
          ensure(1)
          stack.push(long(buf[pos++]!))
          break
        case 0x8b: {
          // LONG4
          const length = u32()
          if (length > 0x7fffffff) fail('an integer has a negative length')
          stack.push(long(length))
          break
        }
        case 0x95: {
          // FRAME
          const length = u64()
          if (frameEnd !== -1 && base + pos < frameEnd) odd('a frame begins before the one before it ends')
          if (base + pos + length > size) odd(`a frame of ${length} bytes reaches beyond the end of the file`)
          frameEnd = base + pos + length
          break
        }
        case 0x97: // NEXT_BUFFER
          stack.push(buffer)
          break
        case 0x98: // READONLY_BUFFER
          top()
          break
        default:
          fail(`the byte 0x${op.toString(16).padStart(2, '0')} is no opcode`)
      }
      // The reader in C and the one in Python disagree about what stands here.
      if (frameEnd !== -1 && base + pos > frameEnd) {
        odd('a frame ends within an opcode')
        frameEnd = -1
      }
    }
  } catch (error) {
    if (error instanceof Fault) fault = { offset: error.offset, message: error.message }
    else if (error !== done) throw error
  }
  memo = []
  stack = []
  return {
    from,
    end: base + pos,
    result,
    protocol,
    ops,
    fault,
    globals: [...known.values()],
    indirect,
    notable,
    oddities,
    planted,
    persistent,
    payloads,
    arrays,
  }

  function persist(id: Value): Value {
    const value: Persistent = { kind: 'persistent', id }
    if (persistent.length < 1_000_000) persistent.push(value)
    return value
  }
  function long(length: number): Value {
    if (length > 6) {
      if (length > longestInteger) odd(`an integer has ${length} bytes`)
      skip(length)
      return huge
    }
    ensure(length)
    let value = 0
    for (let i = length - 1; i >= 0; i--) value = value * 256 + buf[pos + i]!
    if (length > 0 && buf[pos + length - 1]! >= 0x80) value -= 256 ** length
    pos += length
    return value
  }
  function index(word: string): number {
    const value = Number(word)
    return Number.isSafeInteger(value) && value >= 0 && /^\s*\+?\d+\s*$/.test(word)
      ? value
      : fail(`${JSON.stringify(word.slice(0, 40))} is no index of the memo`)
  }
}

const done = Symbol('STOP')
const emptyTuple: Sequence = { kind: 'tuple', items: [], count: 0, weight: 1, depth: 1 }

/** The class of an object that the pickle built: what was called, or the first argument of `_reconstructor`. */
export function classOf({ callee, args }: Call): Value {
  return isGlobal(callee, null, '_reconstructor') ? (itemsOf(args)[0] ?? unknown) : callee
}

export function isText(value: Value | undefined): value is Text {
  return typeof value === 'object' && value !== null && value.kind === 'text'
}

function isContainer(value: Value): value is Sequence | Dict {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value.kind === 'list' || value.kind === 'tuple' || value.kind === 'dict' || value.kind === 'set')
  )
}

function isPrimitive(value: Value): boolean {
  return (
    typeof value !== 'object' ||
    value === null ||
    value.kind === 'tuple' ||
    value.kind === 'list' ||
    value.kind === 'dict' ||
    value.kind === 'bytes'
  )
}

const textImport = /[ci][A-Za-z_][\w.]*\n[A-Za-z_]\w*\n/

/** Bytes that are looked at to tell whether a text or bytes may be a file of some kind. */
export const payloadHead = 256

/** A pickle, an archive, an array, a program; or a text pickle, which holds an import on two lines. */
export function beginsLikeFile(head: Uint8Array): boolean {
  const [a, b, c, d] = head
  if (a === 0x80) return b !== undefined && b >= 2 && b <= 5
  if (a === 0x50) return b === 0x4b && c === 3 && d === 4
  if (a === 0x1f) return b === 0x8b && c === 8
  if (a === 0x78) return b === 0x01 || b === 0x5e || b === 0x9c || b === 0xda
  if (a === 0x93) return b === 0x4e && c === 0x55 && d === 0x4d
  if (a === 0x7f) return b === 0x45 && c === 0x4c && d === 0x46
  if (a === 0x4d && b === 0x5a) return true
  if (head.indexOf(10) === -1) return false
  return textImport.test(Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1'))
}

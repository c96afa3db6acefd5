import { describe, expect, it } from 'vitest'
import { Budget, defaultLimits } from '../../scan/limits.ts'
import { scanBytes } from '../../scan/scan-file.ts'
import { memorySource } from '../../source/source.ts'
import { expectRobust } from '../testing/expect-robust.ts'
import { mutantRandom, mutate } from '../testing/mutate.ts'
import {
  assemble,
  blob,
  call,
  frame,
  global,
  honestArray,
  memoize,
  type Part,
  proto,
  shortText,
  stackGlobal,
  stop,
  text,
} from '../testing/opcodes.ts'
import { runPickle } from './machine.ts'
import { pickle } from './pickle.ts'
import { render } from './render.ts'
import { samples } from './samples.ts'
import { skimPickle } from './skim.ts'

const budget = () => new Budget(defaultLimits)
const run = (...parts: readonly Part[]) =>
  runPickle(memorySource(assemble(...parts)), 0, { budget: budget() })
/** What the pickle gives back, as one would write it. */
const shown = (...parts: readonly Part[]) => {
  const source = memorySource(assemble(...parts))
  const { result, fault } = runPickle(source, 0, { budget: budget() })
  expect(fault).toBeNull()
  return render(source, result)
}

describe('the machine', () => {
  // Results as CPython's pickle gives them.
  it.each<readonly [string, string, readonly Part[]]>([
    ['None', 'NONE', ['N']],
    ['True', 'NEWTRUE', ['\x88']],
    ['True', 'INT of protocol 0', ['I01\n']],
    ['-7', 'INT', ['I-7\n']],
    ['-2', 'BININT', ['J\xfe\xff\xff\xff']],
    ['255', 'BININT1', ['K\xff']],
    ['65535', 'BININT2', ['M\xff\xff']],
    ['123', 'LONG', ['L123L\n']],
    ['-1', 'LONG1', ['\x8a\x01\xff']],
    ['256', 'LONG1 of two bytes', ['\x8a\x02\x00\x01']],
    ['0', 'LONG1 of none', ['\x8a\x00']],
    ["'a\\nb'", 'STRING', ["S'a\\nb'\n"]],
    ["'caf\u00e9'", 'UNICODE', ['Vcaf\\u00e9\n']],
    ["'x'", 'BINUNICODE', [text('x')]],
    ["'x'", 'SHORT_BINUNICODE', [shortText('x')]],
    ["b'\\x00\\x01'", 'BINBYTES', [blob(Uint8Array.of(0, 1))]],
    ["['a', 1]", 'LIST', ['(', text('a'), 'K\x01l']],
    ['[1, 2]', 'APPENDS', ['](K\x01K\x02e']],
    ['[1]', 'APPEND', [']K\x01a']],
    ['(1, 2, 3)', 'TUPLE3', ['K\x01K\x02K\x03\x87']],
    ['(1,)', 'TUPLE1', ['K\x01\x85']],
    ['()', 'EMPTY_TUPLE', [')']],
    ["{'a': 1}", 'SETITEM', ['}', text('a'), 'K\x01s']],
    ["{'a': 1}", 'DICT', ['(', text('a'), 'K\x01d']],
    ['{1, 2}', 'ADDITEMS', ['\x8f(K\x01K\x02\x90']],
    ['[2, 2]', 'DUP, POP and POP_MARK', [']K\x02(NN1N0', '2', '0', 'K\x02\x86', '0](K\x02', '2', 'e']],
  ])('reads %s by %s', (expected, _, parts) => {
    expect(shown(proto(5), ...parts, stop)).toBe(expected)
  })

  it('notes imports and calls in the order in which they happen', () => {
    const { globals } = run(proto(2), call('a', 'one'), '0', call('b', 'two'), '0', global('a', 'one'), stop)
    expect(globals.map(({ module, name, calls }) => [module, name, calls])).toEqual([
      ['a', 'one', 1],
      ['b', 'two', 1],
    ])
  })

  it.each<readonly [string, readonly Part[]]>([
    ['the stack is empty', ['0']],
    ['there is no mark', ['t']],
    ['a dict has a key without a value', ['}(Nu']],
    ['the memo holds nothing at 3', ['h\x03']],
    ['is no opcode', ['\x00']],
    ['does not end with STOP', ['N']],
    ['reaches beyond the end of the file', ['X\xff\0\0\0']],
    ['is no integer', ['Ix\n']],
    ['STACK_GLOBAL is given something other than texts', ['NN\x93']],
  ])('says that %s', (message, parts) => {
    expect(run(...parts).fault?.message).toContain(message)
  })

  it('reads what stands over the edge of its window as what stands within', () => {
    const long = 'x'.repeat(300_000)
    for (let shift = 0; shift < 12; shift++) {
      const { globals, fault } = run(proto(2), text(long.slice(shift)), '0', call('os', 'system'), stop)
      expect(fault).toBeNull()
      expect(globals[0]?.calls).toBe(1)
    }
  })

  it('passes over the raw arrays of joblib, with and without padding', async () => {
    const wrapper = (alignment: string) =>
      assemble(
        proto(3),
        global('joblib.numpy_pickle', 'NumpyArrayWrapper'),
        ')\x81}(',
        assemble(text('subclass'), global('numpy', 'ndarray')),
        assemble(text('shape'), 'K\x02K\x03\x86'),
        assemble(text('order'), text('C')),
        assemble(
          text('dtype'),
          global('numpy', 'dtype'),
          text('f8'),
          'K\x00K\x01\x87R(K\x03',
          text('<'),
          'NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb',
        ),
        assemble(text('allow_mmap'), '\x88'),
        alignment,
        'ub',
      )
    const numbers = new Uint8Array(48).fill(0x63)
    const plain = assemble(wrapper(''), numbers, stop)
    const padded = assemble(
      wrapper(''.concat(String.fromCharCode(...assemble(text('numpy_array_alignment_bytes'), 'K\x10')))),
      Uint8Array.of(3, 0xff, 0xff, 0xff),
      numbers,
      stop,
    )
    for (const bytes of [plain, padded]) {
      const { end, arrays, fault } = runPickle(memorySource(bytes), 0, { budget: budget() })
      expect({ end, arrays, fault }).toEqual({ end: bytes.length, arrays: 1, fault: null })
      expect((await scanBytes(bytes)).verdict).toBe('clean')
    }
  })
})

describe('an honest pickle', () => {
  it.each(samples().map(({ name, bytes }) => [name, bytes] as const))('%s is clean', async (_, bytes) => {
    const { verdict, parts, findings } = await scanBytes(bytes)
    expect(findings).toEqual([])
    expect(verdict).toBe('clean')
    expect(parts[0]?.format).toBe('pickle')
  })

  it('of an array of objects is clean, and what its objects import is judged', async () => {
    const objects = assemble(proto(2), '](', stackGlobal('collections', 'OrderedDict'), ')R', 'e.')
    expect((await scanBytes(objects)).verdict).toBe('clean')
    expect((await scanBytes(honestArray)).parts[0]?.facts.imports).toHaveLength(3)
  })
})

describe('the quick look', () => {
  const skim = (bytes: Uint8Array) =>
    skimPickle(memorySource(bytes), 0, { budget: budget(), unusual: () => false })

  it('ends where the machine ends, and looks no further at what is not data', () => {
    for (const { bytes } of samples()) {
      const quick = skim(bytes)
      const slow = runPickle(memorySource(bytes), 0, { budget: budget() })
      if (quick === null) continue
      expect(quick.end).toBe(slow.end)
      expect(slow.globals).toEqual([])
    }
    expect(skim(samples()[3]!.bytes)).not.toBeNull()
    expect(skim(assemble(proto(2), call('os', 'system'), stop))).toBeNull()
  })

  it('agrees with the machine on 20,000 mutants: what it lets pass has no import, no fault and the same end', () => {
    const random = mutantRandom('skim')
    const seeds = samples().map(({ bytes }) => bytes)
    let passed = 0
    for (let i = 0; i < 20_000; i++) {
      const bytes = mutate(seeds, random)
      const quick = skim(bytes)
      if (quick === null) continue
      passed += 1
      const { fault, globals, indirect, oddities, end, ops } = runPickle(memorySource(bytes), 0, {
        budget: budget(),
      })
      expect({ fault, globals, indirect, oddities, end }).toEqual({
        fault: null,
        globals: [],
        indirect: [],
        oddities: [],
        end: quick.end,
      })
      expect(ops).toBe(quick.ops)
    }
    expect(passed).toBeGreaterThan(500)
  })
})

describe('broken pickles', () => {
  it('never crash the scanner', async () => {
    await expectRobust(pickle, samples())
  })

  it('whose frames, memo and marks are broken end with a verdict', async () => {
    const parts = [frame(assemble('N', memoize)), '(', shortText('x'), 'h\x00', 't', stop]
    const random = mutantRandom('broken')
    for (let i = 0; i < 500; i++) {
      const some = parts.filter(() => random(3) > 0)
      expect((await scanBytes(assemble(proto(4), ...some))).verdict).toBeTypeOf('string')
    }
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LimitReached } from '../../scan/limits.ts'
import { memorySource } from '../../source/source.ts'
import type { Archive } from '../format.ts'
import { expectRobust } from '../testing/expect-robust.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { readDType } from './dtype.ts'
import { readLiteral } from './literal.ts'
import { npz } from './npz.ts'
import { numpy } from './numpy.ts'
import { npy, samples } from './samples.ts'
import { listTensors } from './tensors.ts'

async function examine(bytes: Uint8Array) {
  const context = fakeContext()
  const source = memorySource(bytes)
  expect(numpy.recognise(bytes.subarray(0, 4096), source)).toBe('sure')
  const { end } = await numpy.examine(source, context)
  return { context, end }
}
const header = (descr: string, shape = '(2,)') =>
  `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`

describe('a NumPy array', () => {
  it('of numbers is clean, and its body is passed by its size', async () => {
    const { context, end } = await examine(samples()[0]!.bytes)
    expect(context.reports).toEqual([])
    expect(end).toBe(samples()[0]!.bytes.length)
    expect(context.facts).toMatchObject({ dtype: '<f4', shape: [3, 2] })
    expect(listTensors(memorySource(samples()[0]!.bytes))).toEqual([
      { name: '', dtype: '<f4', shape: [3, 2], offset: 128, bytes: 24, file: null },
    ])
  })

  it('ends where its numbers end, so that what follows is examined anew', async () => {
    const bytes = npy(header("'<i8'"), new Uint8Array(20))
    expect((await examine(bytes)).end).toBe(bytes.length - 4)
  })

  it('of fields has the size that NumPy gives', () => {
    // np.dtype([('x','<f8'),('y','S3'),('z',[('a','<U2')],(2,3))]).itemsize == 59
    const descr = readLiteral("[('x', '<f8'), ('y', '|S3'), ('z', [('a', '<U2')], (2, 3))]")
    expect(readDType(descr)).toMatchObject({ itemBytes: 59, hasObject: false })
  })

  it.each([
    ["'|O'"],
    ["'O8'"],
    ["[('a', '<f4'), ('b', [('c', '|O')])]"],
    ["[('a', '<f4'), ('b', '|O', (2,))]"],
    ["('|O', (2,))"],
    ["'|T16'"],
  ])('with objects in %s hands its body on as a pickle', async (descr) => {
    const body = Uint8Array.of(0x80, 2, 0x4e, 0x2e)
    const { context } = await examine(npy(header(descr), body))
    expect(context.scanned.map(({ source }) => source.read(0, 10))).toEqual([body])
    expect(context.reports).toMatchObject([{ rule: 'numpy/object-array', verdict: 'clean' }])
  })

  it.each([["'object'"], ["'f4,O'"], ["'<f3'"], ["[('a', '<f4'), ('a', '<f4')]"], ['17'], ["'<i4[s]'"]])(
    'of the type %s, which NumPy never writes, is malformed',
    async (descr) => {
      await expect(examine(npy(header(descr)))).rejects.toThrow(/type|unit|fields/)
    },
  )

  it('with an expression in its header is malicious', async () => {
    for (const text of [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os').system('true'),)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (print (1),)}",
    ]) {
      const context = fakeContext()
      await expect(numpy.examine(memorySource(npy(text)), context)).rejects.toThrow(/header/)
      expect(context.reports).toMatchObject([{ rule: 'numpy/header-code', verdict: 'malicious' }])
    }
  })

  it('may call its fields whatever it likes', async () => {
    const { context } = await examine(
      npy(header("[('eval(x)', '<f4'), ('__import__', '<f4')]"), new Uint8Array(16)),
    )
    expect(context.reports).toEqual([])
  })

  it.each([
    ['a body that is too short', npy(header("'<f4'"), new Uint8Array(7)), /needs 8 bytes/],
    ['a shape beyond counting', npy(header("'<f4'", '(9007199254740991, 2)')), /beyond counting/],
    ['a negative shape', npy(header("'<f4'", '(-1,)')), /from 0 on/],
    ['a missing key', npy("{'descr': '<f4', 'shape': (2,), }"), /exactly the keys/],
    [
      'a key given twice',
      npy("{'descr': '<f4', 'descr': '|O', 'fortran_order': False, 'shape': ()}"),
      /exactly/,
    ],
    ['a length behind the file', npy(header("'<f4'")).subarray(0, 40), /claims/],
    ['brackets without end', npy('['.repeat(100)), /deep/],
  ])('with %s is malformed', async (_, bytes, message) => {
    await expect(examine(bytes)).rejects.toThrow(message)
  })

  it('with a header of a mebibyte or more is not read', async () => {
    await expect(examine(npy(' '.repeat(1 << 21), new Uint8Array(0), { version: 2 }))).rejects.toThrow(
      LimitReached,
    )
  })

  it('of Python 2 reads as one of Python 3', async () => {
    const { end } = await examine(npy(header("u'<f4'", '(2L, 3L)'), new Uint8Array(24)))
    expect(end).toBe(128 + 24)
  })

  it('is read back whatever texts, numbers and lists a header holds', () => {
    const python = (value: unknown): string =>
      Array.isArray(value)
        ? `[${value.map(python).join(', ')}]`
        : typeof value === 'string'
          ? JSON.stringify(value)
          : value === null
            ? 'None'
            : typeof value === 'boolean'
              ? value
                ? 'True'
                : 'False'
              : String(value)
    fc.assert(
      fc.property(
        fc.letrec((tie) => ({
          any: fc.oneof(
            { maxDepth: 4 },
            fc.stringMatching(/^[a-z '<_()]*$/),
            fc.integer(),
            fc.boolean(),
            fc.constant(null),
            fc.array(tie('any'), { maxLength: 4 }),
          ),
        })).any,
        (value) => {
          expect(readLiteral(python(value))).toEqual(value)
        },
      ),
    )
  })

  it('never crashes the scanner, however it is broken', async () => {
    await expectRobust(numpy, samples())
  })
})

describe('a NumPy archive', () => {
  const archive = (files: Readonly<Record<string, Uint8Array>>): Archive => {
    const entries = Object.entries(files).map(([path, bytes]) => ({
      path,
      bytes: bytes.length,
      kind: 'file' as const,
      open: async () => memorySource(bytes),
    }))
    return { entries, find: (path) => entries.find((entry) => entry.path === path) ?? null }
  }

  it('holds only arrays, each of which is examined as a file', async () => {
    const good = archive({ 'x.npy': samples()[0]!.bytes, 'y.npy': samples()[1]!.bytes })
    expect(npz.recognise(good)).toBe(true)
    const context = fakeContext()
    expect((await npz.examine(good, context)).claimed.size).toBe(0)
    expect(context.reports).toEqual([])
    expect(context.facts.arrays).toEqual(['x', 'y'])
  })

  it('with a member that only claims to be an array is suspicious', async () => {
    const context = fakeContext()
    await npz.examine(archive({ 'x.npy': Uint8Array.of(0x80, 2, 0x4e, 0x2e) }), context)
    expect(context.reports).toMatchObject([{ rule: 'numpy/stray-member' }])
    expect(npz.recognise(archive({ 'x.npy': new Uint8Array(0), 'y.pkl': new Uint8Array(0) }))).toBe(false)
  })
})

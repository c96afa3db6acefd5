import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arrays, errorOf } from '../testing/arrays.ts'
import { readNpy, writeNpy } from './npy.ts'

const read = (bytes: Uint8Array) => readNpy(bytes, { name: 'x.npy' })

/** A file with this header text and these items, as numpy would pad it. */
function file(header: string, items: readonly number[] = [], version = 1): Uint8Array {
  const length = header.length
  const size = version === 1 ? [length & 255, length >> 8] : [length & 255, length >> 8, 0, 0]
  return Uint8Array.from([
    0x93,
    ...Buffer.from('NUMPY'),
    version,
    0,
    ...size,
    ...Buffer.from(header),
    ...items,
  ])
}

/** The header that numpy 2.4.6 writes. */
const header = (descr: string, shape: string, fortran = 'False') =>
  `${`{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`.padEnd(117)}\n`

describe('readNpy', () => {
  // Items as numpy 2.4.6 wrote them (numpy.lib.format.write_array).
  test.each([
    [
      'float32',
      file(
        header('<f4', '(2, 3)'),
        [0, 0, 192, 63, 0, 0, 0, 192, 0, 0, 64, 64, 0, 0, 128, 64, 0, 0, 160, 64, 0, 0, 200, 64],
      ),
      [2, 3],
      [1.5, -2, 3, 4, 5, 6.25],
    ],
    [
      'int32',
      file(
        header('<i4', '(2, 3)', 'True'),
        [0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0],
      ),
      [2, 3],
      [0, 1, 2, 3, 4, 5],
    ],
    ['float32', file(header('>f4', '(2,)'), [63, 192, 0, 0, 192, 16, 0, 0]), [2], [1.5, -2.25]],
    ['uint16', file(header('<u2', '(2,)'), [7, 0, 8, 0], 2), [2], [7, 8]],
    ['int8', file(header('|i1', '(2,)'), [7, 248], 3), [2], [7, -8]],
    ['bool', file(header('|b1', '(3,)'), [1, 0, 1]), [3], [1, 0, 1]],
    [
      'int64',
      file(
        header('<i8', '(2,)'),
        [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 31, 0],
      ),
      [2],
      [-1, Number.MAX_SAFE_INTEGER],
    ],
    ['uint64', file(header('>u8', '(2,)'), [0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4]), [2], [3, 4]],
    ['float64', file(header('<f8', '()'), [0, 0, 0, 0, 0, 0, 12, 64]), [], [3.5]],
    // Python 2 wrote long integers with an L.
    ['uint8', file("{'shape': (1L, 2L), 'fortran_order': False, 'descr': '|u1'}\n", [9, 8]), [1, 2], [9, 8]],
  ])('reads %s as numpy writes it', (dtype, bytes, shape, values) => {
    const array = read(bytes)
    expect(array.dtype).toBe(dtype)
    expect(array.shape).toEqual(shape)
    expect([...array.data]).toEqual(values)
  })

  test('reads half floats, with zero, subnormals, the largest, infinity and NaN', () => {
    const halves = [
      0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0xff, 0x03, 0x01, 0x00, 0x00, 0x7c, 0x00, 0x7e, 0x54, 0x35,
    ]
    expect([...read(file(header('<f2', '(8,)'), halves)).data]).toEqual([
      1,
      -2,
      65504,
      1023 * 2 ** -24,
      2 ** -24,
      Number.POSITIVE_INFINITY,
      Number.NaN,
      0.3330078125,
    ])
  })

  test('gives back what was written, for every type and shape', () => {
    fc.assert(
      fc.property(arrays(), (array) => {
        const back = read(writeNpy(array))
        expect(back).toEqual(array)
      }),
    )
  })

  test('turns Fortran order into row-major for any shape', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }), (shape) => {
        const count = shape.reduce((a, b) => a * b, 1)
        // Place of an item in Fortran order by its definition: the first index runs fastest.
        const items = new Array<number>(count)
        for (let flat = 0; flat < count; flat++) {
          let rest = flat
          let place = 0
          for (let axis = shape.length - 1; axis >= 0; axis--) {
            const stride = shape.slice(0, axis).reduce((a, b) => a * b, 1)
            place += (rest % shape[axis]!) * stride
            rest = Math.floor(rest / shape[axis]!)
          }
          items[place] = flat & 255
        }
        const array = read(file(header('|u1', `(${shape.join(', ')})`, 'True'), items))
        expect([...array.data]).toEqual(items.map((_, i) => i & 255))
      }),
    )
  })

  test('refuses a file that is cut off at any byte', () => {
    const whole = writeNpy({ dtype: 'int16', shape: [2, 2], data: Int16Array.of(1, 2, 3, 4) })
    expect(read(whole).shape).toEqual([2, 2])
    for (let length = 0; length < whole.length; length++) {
      expect(errorOf(() => read(whole.slice(0, length))).code).toBe('data-invalid')
    }
  })

  test('refuses any change of a byte with a typed error, or reads an array of the length its shape says', () => {
    const whole = writeNpy({ dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) })
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const damaged = whole.slice()
        damaged[at] = byte
        try {
          const array = read(damaged)
          expect(array.data.length).toBe(array.shape.reduce((a, b) => a * b, 1))
        } catch (error) {
          expect(error).toMatchObject({ code: 'data-invalid' })
        }
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    [
      'a shape larger than the file',
      file(header('<f4', '(1000000000, 1000000000)'), [0, 0, 0, 0]),
      'holds 4 bytes of numbers, but its shape (1000000000, 1000000000) of float32 needs 4000000000000000000',
    ],
    ['a shape smaller than the file', file(header('|u1', '(1,)'), [1, 2]), 'holds 2 bytes of numbers'],
    ['objects', file(header('|O', '(1,)'), [128, 4, 46]), 'a pickle, a program that would have to be run'],
    [
      'records',
      file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }\n", [0, 0, 0, 0]),
      'records of several fields',
    ],
    ['text', file(header('<U3', '(1,)'), new Array(12).fill(0)), 'items of type "<U3"'],
    ['complex numbers', file(header('<c8', '(1,)'), new Array(8).fill(0)), 'items of type "<c8"'],
    [
      'code in the header',
      file("{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os'),), }\n"),
      'not the dict that numpy writes',
    ],
    [
      'a missing key',
      file("{'descr': '<f4', 'shape': (0,), }\n"),
      'lacks one of descr, fortran_order, shape',
    ],
    [
      'a key twice',
      file("{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (0,), }\n"),
      "the key 'descr' twice",
    ],
    [
      'more behind the header',
      file("{'descr': '<f4', 'fortran_order': False, 'shape': (0,), } + x\n"),
      'goes on after its end',
    ],
    ['a negative shape', file(header('<f4', '(-1,)')), 'not the dict that numpy writes'],
    ['version 9', file(header('<f4', '(0,)'), [], 9), 'is of .npy version 9'],
    [
      'a huge header',
      Uint8Array.from([0x93, ...Buffer.from('NUMPY'), 2, 0, 255, 255, 255, 127]),
      'header has 2147483647 bytes',
    ],
    ['a picture', Uint8Array.from([0x89, ...Buffer.from('PNG......')]), 'is not a .npy file'],
    [
      'an integer that is not exact',
      file(header('<i8', '(1,)'), [0, 0, 0, 0, 0, 0, 32, 0]),
      'holds the integer 9007199254740992 at position 0',
    ],
  ])('refuses %s and says why', (_, bytes, message) => {
    const error = errorOf(() => read(bytes))
    expect(error.code).toBe('data-invalid')
    expect(error.message).toContain('x.npy')
    expect(error.message).toContain(message)
  })
})

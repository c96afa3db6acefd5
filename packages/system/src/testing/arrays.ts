// What the tests of the readers share: arrays of every type that can be written, and the error of a refusal.
import { FailmodeError } from '@failmode/core'
import fc from 'fast-check'
import { type DType, dtypes, type RawArray } from '../data/raw-array.ts'

const items = {
  bool: [fc.integer({ min: 0, max: 1 }), Uint8Array],
  int8: [fc.integer({ min: -128, max: 127 }), Int8Array],
  uint8: [fc.nat(255), Uint8Array],
  int16: [fc.integer({ min: -32768, max: 32767 }), Int16Array],
  uint16: [fc.nat(65535), Uint16Array],
  int32: [fc.integer(), Int32Array],
  uint32: [fc.nat(), Uint32Array],
  int64: [fc.maxSafeInteger(), Float64Array],
  uint64: [fc.maxSafeNat(), Float64Array],
  float32: [fc.float(), Float32Array],
  float64: [fc.double(), Float64Array],
} as const

/** Arrays of up to three dimensions, of all the types given. */
export function arrays(
  types: readonly DType[] = dtypes.filter((dtype) => dtype !== 'float16'),
): fc.Arbitrary<RawArray> {
  return fc
    .tuple(fc.constantFrom(...types), fc.array(fc.nat(4), { maxLength: 3 }))
    .chain(([dtype, shape]) => {
      const count = shape.reduce((a, b) => a * b, 1)
      const [item, Numbers] = items[dtype as keyof typeof items]
      return fc
        .array(item as fc.Arbitrary<number>, { minLength: count, maxLength: count })
        .map((values) => ({ dtype, shape, data: Numbers.from(values) }))
    })
}

export function errorOf(act: () => unknown): FailmodeError {
  try {
    act()
  } catch (error) {
    if (error instanceof FailmodeError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

export async function rejectionOf(promise: Promise<unknown>): Promise<FailmodeError> {
  const error = await promise.then(
    () => new Error('nothing was refused'),
    (cause) => cause,
  )
  if (error instanceof FailmodeError) return error
  throw error
}

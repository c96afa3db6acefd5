// The inner loops of all pictures, four pixels in one instruction. Addresses and sizes are in bytes.
import { type Code, f32, f32x4, func, i32, repeat, set, v128 } from './assemble.ts'

/** A vector of four numbers. */
const four = i32.const(16)

/**
 * Correlation, for correlate.ts: eight weighted, shifted copies of a plane are added to `out` at a time.
 * taps .. end: groups of eight byte offsets (i32), then their eight weights (f32). plane: the first row, and `across`
 * bytes to the next. out: `rows` rows of `row` bytes, a multiple of 16, one behind the other.
 */
export const correlate = func(
  'correlate',
  { taps: 'i32', end: 'i32', plane: 'i32', across: 'i32', out: 'i32', rows: 'i32', row: 'i32' },
  ({ taps, end, plane, across, out, rows, row }, local) => {
    const tap = local('i32')
    const x = local('i32')
    const copies = Array.from({ length: 8 }, () => ({ start: local('i32'), weight: local('v128') }))
    const weighted = copies.map(({ start, weight }) => f32x4.mul(weight, v128.load(i32.add(start, x))))
    const here = i32.add(out, x)
    return [
      repeat(
        [
          set(tap, taps),
          repeat(
            [
              ...copies.flatMap(({ start, weight }, i) => [
                set(start, i32.add(plane, i32.load(tap, 4 * i))),
                set(weight, v128.load32Splat(tap, 32 + 4 * i)),
              ]),
              set(x, i32.const(0)),
              repeat(
                [
                  v128.store(
                    here,
                    f32x4.add(f32x4.add(v128.load(here), sum(weighted.slice(0, 4))), sum(weighted.slice(4))),
                  ),
                  set(x, i32.add(x, four)),
                ],
                { while: i32.ltU(x, row) },
              ),
              set(tap, i32.add(tap, i32.const(64))),
            ],
            { while: i32.ltU(tap, end) },
          ),
          set(plane, i32.add(plane, across)),
          set(out, i32.add(out, row)),
          set(rows, i32.sub(rows, i32.const(1))),
        ],
        { while: rows },
      ),
    ]
  },
)

/**
 * Cutting to 8 bit, for eight-bit.ts: floor(255 x + slack) / 255 of the numbers at .. end, a multiple of 16 bytes,
 * clipped to [0,1].
 */
export const cut = func('cut', { at: 'i32', end: 'i32', slack: 'f32' }, ({ at, end, slack }, local) => {
  const scale = local('v128')
  const extra = local('v128')
  const level = f32x4.add(f32x4.mul(v128.load(at), scale), extra)
  const clipped = f32x4.max(f32x4.splat(f32.const(0)), f32x4.min(scale, level))
  return [
    set(scale, f32x4.splat(f32.const(255))),
    set(extra, f32x4.splat(slack)),
    repeat([v128.store(at, f32x4.div(f32x4.floor(clipped), scale)), set(at, i32.add(at, four))], {
      while: i32.ltU(at, end),
    }),
  ]
})

/** Added in pairs, which lets the processor add them side by side. */
function sum(terms: readonly Code[]): Code {
  const half = terms.length / 2
  return terms.length === 1 ? terms[0]! : f32x4.add(sum(terms.slice(0, half)), sum(terms.slice(half)))
}

import {
  type FieldValue,
  flatBuffer,
  i8,
  i32,
  ints,
  type Part,
  raw,
  table,
  tables,
  text,
  u32,
} from '../flatbuffer/write.ts'

export interface ModelParts {
  readonly codes?: readonly Part[]
  readonly tensor?: Readonly<Record<number, FieldValue>>
  readonly operator?: Readonly<Record<number, FieldValue>>
  readonly buffers?: readonly Part[]
  readonly more?: Readonly<Record<number, FieldValue>>
}

/** y = x + w, with these parts in place of its own. */
export function tfliteModel({
  codes = [table({ 0: i8(0), 2: i32(1), 3: i32(0) })],
  tensor = {},
  operator = {},
  buffers = [table({}), table({ 0: raw(new Uint8Array(8)) })],
  more = {},
}: ModelParts = {}): Uint8Array {
  const named = (name: string, at: number): Part =>
    table({ 0: ints(2), 1: i8(0), 2: u32(at), 3: text(name), 4: table({}) })
  return flatBuffer(
    table({
      0: u32(3),
      1: tables(...codes),
      2: tables(
        table({
          0: tables(
            named('x', 0),
            table({ 0: ints(2), 1: i8(0), 2: u32(1), 3: text('w'), ...tensor }),
            named('y', 0),
          ),
          1: ints(0),
          2: ints(2),
          3: tables(table({ 0: u32(0), 1: ints(0, 1), 2: ints(2), 4: table({ 0: i8(0) }), ...operator })),
          4: text('main'),
        }),
      ),
      3: text('a test'),
      4: tables(...buffers),
      ...more,
    }),
  )
}

export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    { name: 'add', bytes: tfliteModel() },
    {
      name: 'metadata',
      bytes: tfliteModel({
        tensor: { 4: table({ 2: ints(1), 6: i32(0) }) },
        more: {
          6: tables(table({ 0: text('min_runtime_version'), 1: u32(1) })),
          7: tables(
            table({ 0: tables(table({ 0: text('x'), 1: u32(0) })), 2: text('serving_default'), 4: u32(0) }),
          ),
        },
      }),
    },
    {
      name: 'detection',
      bytes: tfliteModel({ codes: [table({ 0: i8(32), 1: text('TFLite_Detection_PostProcess') })] }),
    },
  ]
}

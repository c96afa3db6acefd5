// What the elements of a dataset or an attribute are.
import type { Cursor } from './bytes.ts'

export type Hdf5Class =
  | 'integer'
  | 'float'
  | 'time'
  | 'string'
  | 'bitfield'
  | 'opaque'
  | 'compound'
  | 'reference'
  | 'enum'
  | 'variable-length'
  | 'variable-string'
  | 'array'
  | 'complex'

export interface Hdf5Type {
  readonly class: Hdf5Class
  /** Bytes of one element as stored; of a variable-length one, of its pointer. */
  readonly size: number
  /** Of a number: its most significant byte stands first. */
  readonly bigEndian: boolean
  /** As one would write it: `float32`, `string[12]`, `{r: float32, i: float32}`. */
  readonly name: string
  /** Classes of all types in it, its own included. */
  readonly classes: ReadonlySet<Hdf5Class>
  /** Of a variable-length type. */
  readonly base?: Hdf5Type
}

const classes = [
  'integer',
  'float',
  'time',
  'string',
  'bitfield',
  'opaque',
  'compound',
  'reference',
  'enum',
  'variable-length',
  'array',
  'complex',
] as const

const deepest = 16
const longestName = 200

/** @throws Malformed when it is cut short, unknown or nested more than 16 deep */
export function readDatatype(cursor: Cursor, depth = 0): Hdf5Type {
  if (depth > deepest) throw cursor.broken('a datatype is nested too deep')
  const head = cursor.u8()
  const version = head >> 4
  const kind = classes[head & 15]
  const flags = cursor.uint(3)
  const size = cursor.u32()
  if (kind === undefined || version < 1 || version > 5) {
    throw cursor.broken(`datatype class ${head & 15} of version ${version} is not known`)
  }
  const of = (type: Hdf5Class, name: string, inner: readonly Hdf5Type[] = []): Hdf5Type => ({
    class: type,
    size,
    bigEndian: (flags & 1) === 1,
    name: name.slice(0, longestName),
    classes: new Set([type, ...inner.flatMap((one) => [...one.classes])]),
  })
  switch (kind) {
    case 'integer':
      cursor.skip(4)
      return of(kind, `${(flags & 8) === 0 ? 'u' : ''}int${size * 8}`)
    case 'float':
      cursor.skip(12)
      return of(kind, `float${size * 8}`)
    case 'time':
      cursor.skip(2)
      return of(kind, 'time')
    case 'string':
      return of(kind, `string[${size}]`)
    case 'bitfield':
      cursor.skip(4)
      return of(kind, `bits${size * 8}`)
    case 'opaque': {
      const tag = cursor.text(Math.min(cursor.left, flags & 255))
      return of(kind, tag === '' ? `opaque[${size}]` : `opaque[${size}] ${tag}`)
    }
    case 'reference':
      return of(kind, 'reference')
    case 'compound': {
      const members: { name: string; type: Hdf5Type }[] = []
      for (let i = 0; i < (flags & 0xffff); i++) {
        const name = cursor.zeroEnded({ paddedTo: version < 3 ? 8 : 1 })
        cursor.skip(version < 3 ? 4 : bytesOfOffset(size))
        if (version === 1) cursor.skip(1 + 3 + 4 + 4 + 16)
        members.push({ name, type: readDatatype(cursor, depth + 1) })
      }
      const shown = members.slice(0, 20).map(({ name, type }) => `${name.slice(0, 40)}: ${type.name}`)
      return of(
        kind,
        `{${shown.join(', ')}}`,
        members.map(({ type }) => type),
      )
    }
    case 'enum': {
      const base = readDatatype(cursor, depth + 1)
      const count = flags & 0xffff
      for (let i = 0; i < count; i++) cursor.zeroEnded({ paddedTo: version < 3 ? 8 : 1 })
      cursor.skip(count * base.size)
      return of(kind, `enum of ${base.name}`, [base])
    }
    case 'variable-length': {
      const base = readDatatype(cursor, depth + 1)
      const isText = (flags & 15) === 1
      return {
        ...of(
          isText ? 'variable-string' : kind,
          isText ? 'string' : `variable-length ${base.name}`,
          isText ? [] : [base],
        ),
        base,
      }
    }
    case 'array': {
      const rank = cursor.u8()
      if (version < 3) cursor.skip(3)
      const shape: number[] = []
      for (let i = 0; i < rank; i++) shape.push(cursor.u32())
      if (version < 3) cursor.skip(4 * rank)
      const base = readDatatype(cursor, depth + 1)
      return of(kind, `${base.name}[${shape.join(',')}]`, [base])
    }
    case 'complex': {
      const base = readDatatype(cursor, depth + 1)
      return of(kind, `complex of ${base.name}`, [base])
    }
  }
}

/** Version 3 stores a member's place in as many bytes as the size of the whole needs. */
function bytesOfOffset(size: number): number {
  return size < 2 ** 8 ? 1 : size < 2 ** 16 ? 2 : size < 2 ** 24 ? 3 : 4
}

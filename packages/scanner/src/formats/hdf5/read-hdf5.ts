// HDF5 as far as a scanner needs it: which groups, datasets and attributes there are, what they hold, and where they
// point to outside of the file. No data of datasets is read or decompressed. The structures are those of the HDF5 File
// Format Specification, version 3.0.
import type { Budget } from '../../scan/limits.ts'
import { LimitReached } from '../../scan/limits.ts'
import type { Source } from '../../source/source.ts'
import { Malformed } from '../format.ts'
import { symbolNodes, treeRecords } from './b-trees.ts'
import { type Cursor, type Hdf5Bytes, hdf5Bytes, textOf } from './bytes.ts'
import { type Hdf5Type, readDatatype } from './datatype.ts'
import { fractalHeap, type GlobalHeap, globalHeap, localHeap, Unreadable } from './heaps.ts'
import { type Message, messageOf, messages, readObjectHeader } from './object-header.ts'

export interface Hdf5Attribute {
  readonly name: string
  readonly type: Hdf5Type
  /** Null: it has no value. Empty: one value. */
  readonly shape: readonly number[] | null
  /** Its elements as text where they are strings, of fixed or variable length; at most 100,000. Throws Malformed. */
  readonly texts: () => readonly string[]
  /** Its elements as bytes; of variable-length ones, what they point to. Throws Malformed. */
  readonly values: () => readonly Uint8Array[]
}

export interface Hdf5Layout {
  readonly kind: 'compact' | 'contiguous' | 'chunked' | 'virtual'
  /** Where the data lie in the source, as far as they lie together; null when none were written, or in chunks. */
  readonly range: { readonly from: number; readonly to: number } | null
  /** Numbers and names of the filters that its chunks passed. */
  readonly filters: readonly { readonly id: number; readonly name: string }[]
  /** Files that hold the data instead of this one. */
  readonly files: readonly string[]
}

export interface Hdf5Object {
  /** From the root, which is `/`. */
  readonly path: string
  readonly kind: 'group' | 'dataset' | 'type'
  readonly attributes: readonly Hdf5Attribute[]
  /** Of a dataset. */
  readonly dataset: {
    readonly type: Hdf5Type
    readonly shape: readonly number[] | null
    readonly layout: Hdf5Layout
  } | null
  /** Offset of its header in the source. */
  readonly offset: number
}

export interface Hdf5Link {
  readonly path: string
  readonly kind: 'soft' | 'external' | 'user-defined'
  /** The other file, of an external link. */
  readonly file: string | null
  /** Path of the object it stands for. */
  readonly target: string
}

export interface Hdf5File {
  readonly version: number
  /** Where the superblock lies: before it is a block for the user. */
  readonly base: number
  /** Bytes from the start of the source that are the file's, by what it says itself. */
  readonly end: number
  /** The root first. */
  readonly objects: readonly Hdf5Object[]
  readonly links: readonly Hdf5Link[]
  /** What could not be followed, in words. */
  readonly unread: readonly string[]
}

export const hdf5Signature = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)

const mostObjects = 200_000
const deepest = 200
const mostElements = 100_000

/** Where the superblock begins: 0, 512, 1024, 2048, ...; null when nowhere. */
export function findSuperblock(source: Source): number | null {
  for (let offset = 0; offset < source.size && offset <= 2 ** 40; offset = offset === 0 ? 512 : offset * 2) {
    if (Buffer.compare(source.read(offset, 8), hdf5Signature) === 0) return offset
  }
  return null
}

/**
 * Reads the structure of a whole file.
 * @throws Malformed when it breaks the format; LimitReached
 */
export function readHdf5(source: Source, budget: Budget): Hdf5File {
  const offset = findSuperblock(source)
  if (offset === null) throw new Malformed('it has no HDF5 superblock')
  const head = source.read(offset, 16)
  const version = head[8]!
  if (head.length < 16 || version > 3)
    throw new Malformed(`superblock version ${version} is not known`, offset)
  const [addressSize, lengthSize] = version < 2 ? [head[13]!, head[14]!] : [head[9]!, head[10]!]
  if (![2, 4, 8].includes(addressSize) || ![2, 4, 8].includes(lengthSize)) {
    throw new Malformed(`addresses of ${addressSize} bytes and lengths of ${lengthSize}`, offset)
  }
  const raw = hdf5Bytes(source, budget, { base: 0, addressSize, lengthSize })
  const tail = version === 0 ? 24 : version === 1 ? 28 : 12
  const superblock = raw.read(offset, tail + (version < 2 ? 6 : 4) * addressSize, 'the superblock').skip(tail)
  const base = superblock.place()
  superblock.address()
  const end = superblock.place()
  if (version < 2) superblock.skip(2 * addressSize)
  const root = superblock.place()
  // Bytes put in front of a finished file move everything; HDF5 then goes by where the superblock really is.
  const file = hdf5Bytes(source, budget, { base: offset, addressSize, lengthSize })
  const reader = new Reader(file)
  reader.walk(root)
  const endInSource = end - base + offset
  if (endInSource <= offset) throw new Malformed('it ends before it begins', offset)
  return { version, base: offset, end: endInSource, ...reader }
}

class Reader {
  readonly objects: Hdf5Object[] = []
  readonly links: Hdf5Link[] = []
  readonly unread: string[] = []
  readonly #file: Hdf5Bytes
  readonly #global: GlobalHeap

  constructor(file: Hdf5Bytes) {
    this.#file = file
    this.#global = globalHeap(file)
  }

  walk(root: number): void {
    const waiting = [{ address: root, path: '/', depth: 0 }]
    // A second hard link leads to the same object; it is not read again, and cycles end there.
    const seen = new Set([root])
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { address, path, depth } = next
      if (depth > deepest) throw new LimitReached('depth', `HDF5 groups nested more than ${deepest} deep`)
      const header = readObjectHeader(this.#file, address)
      const children = this.#links(header, path)
      this.#object(header, path, address)
      if (this.objects.length + this.links.length > mostObjects || waiting.length > mostObjects) {
        throw new LimitReached('members', `more than ${mostObjects} HDF5 objects`)
      }
      for (const child of children) {
        if (seen.has(child.address)) continue
        seen.add(child.address)
        waiting.push({ ...child, depth: depth + 1 })
      }
    }
  }

  #object(header: readonly Message[], path: string, address: number): void {
    const dataspace = messageOf(header, messages.dataspace)
    const layout = messageOf(header, messages.layout)
    const datatype = messageOf(header, messages.datatype)
    const attributes = this.#attributes(header)
    let dataset: Hdf5Object['dataset'] = null
    if (layout !== null && dataspace !== null && datatype !== null) {
      const type = readDatatype(this.#resolve(datatype, messages.datatype))
      const shape = readDataspace(this.#resolve(dataspace, messages.dataspace))
      dataset = { type, shape, layout: this.#layout(header, layout, elementsOf(shape) * type.size) }
    }
    this.objects.push({
      path,
      kind: dataset !== null ? 'dataset' : datatype !== null ? 'type' : 'group',
      attributes,
      dataset,
      offset: this.#file.base + address,
    })
  }

  /** The bytes of a message, from where it lies if it is shared. */
  #resolve(message: Message, type: number): Cursor {
    const body = message.body()
    return message.shared ? this.#shared(body, type) : body
  }

  #shared(body: Cursor, type: number): Cursor {
    const version = body.u8()
    const kind = body.u8()
    if (version === 1) body.skip(6)
    if (version === 3 && kind === 1) throw new Unreadable('a message lies in the shared message heap')
    const found = messageOf(readObjectHeader(this.#file, body.place()), type)
    if (found === null || found.shared) throw body.broken('a shared message is not where it should be')
    return found.body()
  }

  /** Runs what may meet something that is not understood, and writes that down. */
  #trying<T>(what: string, run: () => T): T | null {
    try {
      return run()
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      if (this.unread.length < 100) this.unread.push(`${what}: ${error.message}`)
      return null
    }
  }

  #attributes(header: readonly Message[]): Hdf5Attribute[] {
    const found: Hdf5Attribute[] = []
    const add = (body: () => Cursor): void => {
      const attribute = this.#trying('an attribute', () => this.#attribute(body()))
      if (attribute !== null) found.push(attribute)
      if (found.length > mostElements) throw new LimitReached('members', 'too many attributes of one object')
    }
    for (const message of header) {
      if (message.type === messages.attribute) add(() => this.#resolve(message, messages.attribute))
      else if (message.type === messages.attributeInfo) {
        const { heap, names } = denseStorage(message.body(), { orderBytes: 2 })
        if (heap === null || names === null) continue
        const read = fractalHeap(this.#file, heap)
        for (const { type, record } of treeRecords(this.#file, names)) {
          if (type !== 8 && type !== 9) throw record.broken('a list of attributes is of another kind')
          const id = record.part(8)
          const shared = (record.u8() & 2) !== 0
          add(() => {
            const body = read(id)
            return shared ? this.#shared(body, messages.attribute) : body
          })
        }
      }
    }
    return found
  }

  #attribute(cursor: Cursor): Hdf5Attribute {
    const version = cursor.u8()
    if (version < 1 || version > 3) throw cursor.broken(`an attribute of version ${version}`)
    const flags = cursor.u8()
    const nameLength = cursor.u16()
    const typeLength = cursor.u16()
    const spaceLength = cursor.u16()
    if (version === 3) cursor.skip(1)
    const padded = (length: number): number => (version === 1 ? Math.ceil(length / 8) * 8 : length)
    const name = cursor.text(padded(nameLength))
    const typeBytes = cursor.part(padded(typeLength))
    const spaceBytes = cursor.part(padded(spaceLength))
    const isShared = (bit: number): boolean => version > 1 && (flags & bit) !== 0
    const type = readDatatype(isShared(1) ? this.#shared(typeBytes, messages.datatype) : typeBytes)
    const shape = readDataspace(isShared(2) ? this.#shared(spaceBytes, messages.dataspace) : spaceBytes)
    const data = cursor.part(cursor.left)
    const count = Math.min(elementsOf(shape), mostElements)
    const values = (): readonly Uint8Array[] => {
      const again = data.again()
      return Array.from({ length: type.size === 0 ? 0 : count }, () =>
        this.#value(type, again.part(type.size)),
      )
    }
    const isText = type.class === 'string' || type.class === 'variable-string'
    return { name, type, shape, values, texts: () => (isText ? values().map(textOf) : []) }
  }

  /** The bytes of one element, from the heap where it is of variable length. */
  #value(type: Hdf5Type, stored: Cursor): Uint8Array {
    if (type.class !== 'variable-length' && type.class !== 'variable-string') return stored.bytes
    const length = stored.u32() * (type.base?.size ?? 1)
    const collection = stored.address()
    const index = stored.u32()
    if (length === 0 || collection === null || collection === 0) return new Uint8Array(0)
    const found = this.#global(collection, index).bytes
    return found.subarray(0, length)
  }

  #layout(header: readonly Message[], message: Message, bytes: number): Hdf5Layout {
    const cursor = message.body()
    const version = cursor.u8()
    const filters = header.flatMap((one) =>
      one.type === messages.filters
        ? (this.#trying('filters', () => readFilters(this.#resolve(one, messages.filters))) ?? [])
        : [],
    )
    const files = header.flatMap((one) =>
      one.type === messages.externalFiles ? this.#externalFiles(one.body()) : [],
    )
    const at = (address: number | null, length: number): Hdf5Layout['range'] =>
      address === null || files.length > 0
        ? null
        : { from: this.#file.base + address, to: this.#file.base + address + length }
    const inside = (length: number): Hdf5Layout['range'] => {
      const { offset } = cursor.part(length)
      return { from: offset, to: offset + length }
    }
    if (version < 1 || version > 5) throw cursor.broken(`a layout of version ${version}`)
    if (version < 3) {
      const rank = cursor.u8()
      const kind = cursor.u8()
      cursor.skip(5)
      const address = kind === 0 ? null : cursor.address()
      cursor.skip(4 * rank)
      if (kind === 0) return { kind: 'compact', range: inside(cursor.u32()), filters, files }
      if (kind === 1) return { kind: 'contiguous', range: at(address, bytes), filters, files }
      return { kind: 'chunked', range: null, filters, files }
    }
    const kind = cursor.u8()
    if (kind === 0) return { kind: 'compact', range: inside(cursor.u16()), filters, files }
    if (kind === 1) {
      const address = cursor.address()
      return { kind: 'contiguous', range: at(address, cursor.length()), filters, files }
    }
    if (kind === 2) return { kind: 'chunked', range: null, filters, files }
    if (kind !== 3) throw cursor.broken(`a layout of class ${kind}`)
    const collection = cursor.address()
    const index = cursor.u32()
    return {
      kind: 'virtual',
      range: null,
      filters,
      files: collection === null ? files : [...files, ...this.#virtualFiles(collection, index)],
    }
  }

  /** The first file that a virtual dataset takes its data from; `.` is this one. */
  #virtualFiles(collection: number, index: number): readonly string[] {
    const mapping = this.#global(collection, index)
    const version = mapping.u8()
    const count = mapping.length()
    if (count === 0) return []
    // From version 1 on each entry begins with flags, and may leave the name out.
    if (version > 0) return ['(of a newer kind of mapping)']
    const name = mapping.zeroEnded()
    return name === '.' && count === 1 ? [] : [name]
  }

  #externalFiles(cursor: Cursor): readonly string[] {
    cursor.skip(6)
    const used = cursor.u16()
    const names = localHeap(this.#file, cursor.place())
    return Array.from({ length: used }, () => {
      const name = names(cursor.length())
      cursor.skip(2 * this.#file.lengthSize)
      return name
    })
  }

  /** Writes down soft and external links, and gives the objects that hard links lead to. */
  #links(header: readonly Message[], path: string): readonly { address: number; path: string }[] {
    const found: { address: number; path: string }[] = []
    const below = (name: string): string => `${path === '/' ? '' : path}/${name}`
    const add = (name: string, link: Linked): void => {
      if (found.length + this.links.length > mostObjects) {
        throw new LimitReached('members', `more than ${mostObjects} HDF5 links`)
      }
      if (link.kind === 'hard') found.push({ address: link.address, path: below(name) })
      else this.links.push({ ...link, path: below(name) })
    }
    for (const message of header) {
      if (message.type === messages.link) {
        const body = this.#trying('a link', () => this.#resolve(message, messages.link))
        if (body === null) continue
        const { name, link } = readLink(body)
        add(name, link)
      } else if (message.type === messages.linkInfo) {
        const { heap, names } = denseStorage(message.body(), { orderBytes: 8 })
        if (heap === null || names === null) continue
        const read = fractalHeap(this.#file, heap)
        for (const { type, record } of treeRecords(this.#file, names)) {
          if (type !== 5 && type !== 6) throw record.broken('a list of links is of another kind')
          const id = record.skip(type === 5 ? 4 : 8).part(7)
          const body = this.#trying('a link', () => read(id))
          if (body === null) continue
          const { name, link } = readLink(body)
          add(name, link)
        }
      } else if (message.type === messages.symbolTable) {
        const body = message.body()
        const tree = body.place()
        const heap = localHeap(this.#file, body.place())
        for (const node of symbolNodes(this.#file, tree)) {
          for (const { name, link } of readSymbols(this.#file, node, heap)) add(name, link)
        }
      }
    }
    return found
  }
}

type Linked =
  | { readonly kind: 'hard'; readonly address: number }
  | {
      readonly kind: 'soft' | 'external' | 'user-defined'
      readonly file: string | null
      readonly target: string
    }

function readLink(cursor: Cursor): { readonly name: string; readonly link: Linked } {
  if (cursor.u8() !== 1) throw cursor.broken('a link of an unknown version')
  const flags = cursor.u8()
  const kind = (flags & 8) === 0 ? 0 : cursor.u8()
  if ((flags & 4) !== 0) cursor.skip(8)
  if ((flags & 16) !== 0) cursor.skip(1)
  const name = cursor.text(cursor.uint(1 << (flags & 3)))
  if (kind === 0) return { name, link: { kind: 'hard', address: cursor.place() } }
  const value = cursor.part(cursor.u16())
  if (kind === 1) return { name, link: { kind: 'soft', file: null, target: value.text(value.left) } }
  if (kind !== 64) return { name, link: { kind: 'user-defined', file: null, target: '' } }
  value.skip(1)
  const file = value.zeroEnded()
  return { name, link: { kind: 'external', file, target: value.text(value.left) } }
}

function* readSymbols(
  file: Hdf5Bytes,
  address: number,
  heap: (offset: number) => string,
): Generator<{ readonly name: string; readonly link: Linked }> {
  const head = file.read(address, 8, 'a node of links').expect('SNOD')
  head.skip(2)
  const count = head.u16()
  const entries = file.read(address + 8, count * (2 * file.addressSize + 24), 'a node of links')
  for (let i = 0; i < count; i++) {
    const name = heap(entries.uint(file.addressSize))
    const target = entries.address()
    const cached = entries.u32()
    entries.skip(4)
    const scratch = entries.part(16)
    if (cached === 2) yield { name, link: { kind: 'soft', file: null, target: heap(scratch.u32()) } }
    else if (target === null) throw entries.broken('a link leads nowhere')
    else yield { name, link: { kind: 'hard', address: target } }
  }
}

/** Where links or attributes lie once there are many: a heap, and a tree of their names. */
function denseStorage(
  cursor: Cursor,
  { orderBytes }: { readonly orderBytes: number },
): { readonly heap: number | null; readonly names: number | null } {
  cursor.skip(1)
  const flags = cursor.u8()
  if ((flags & 1) !== 0) cursor.skip(orderBytes)
  return { heap: cursor.address(), names: cursor.address() }
}

function readDataspace(cursor: Cursor): readonly number[] | null {
  const version = cursor.u8()
  const rank = cursor.u8()
  cursor.skip(1)
  if (version !== 1 && version !== 2) throw cursor.broken(`a dataspace of version ${version}`)
  if (rank > 32) throw cursor.broken(`a dataspace of rank ${rank}`)
  const isNull = cursor.u8() === 2 && version === 2
  if (version === 1) cursor.skip(4)
  return isNull ? null : Array.from({ length: rank }, () => cursor.length())
}

/** Values that a shape holds. */
export function elementsOf(shape: readonly number[] | null): number {
  return shape === null ? 0 : shape.reduce((product, size) => product * size, 1)
}

function readFilters(cursor: Cursor): readonly { readonly id: number; readonly name: string }[] {
  const version = cursor.u8()
  const count = cursor.u8()
  if (version !== 1 && version !== 2) throw cursor.broken(`filters of version ${version}`)
  if (version === 1) cursor.skip(6)
  return Array.from({ length: count }, () => {
    const id = cursor.u16()
    const nameLength = version === 1 || id >= 256 ? cursor.u16() : 0
    cursor.skip(2)
    const values = cursor.u16()
    const name = cursor.text(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength)
    cursor.skip(4 * values + (version === 1 && values % 2 === 1 ? 4 : 0))
    return { id, name }
  })
}

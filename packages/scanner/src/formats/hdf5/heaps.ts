// Where HDF5 keeps names, long values and dense lists: the local heap of an old group, global heap collections for
// values of variable length, and the fractal heap of a new group.

import { treeRecords } from './b-trees.ts'
import { bytesOfNumber, type Cursor, type Hdf5Bytes } from './bytes.ts'

/** Names in a local heap by their offset in it. */
export function localHeap(file: Hdf5Bytes, address: number): (offset: number) => string {
  const head = file.read(address, 8 + 2 * file.lengthSize + file.addressSize, 'a local heap').expect('HEAP')
  head.skip(4)
  const size = head.length()
  head.skip(file.lengthSize)
  const data = file.read(head.place(), size, 'a local heap')
  return (offset) => data.again().skip(offset).zeroEnded()
}

/** An object of a global heap collection. */
export type GlobalHeap = (collection: number, index: number) => Cursor

export function globalHeap(file: Hdf5Bytes): GlobalHeap {
  const known = new Map<number, { readonly all: Cursor; readonly places: ReadonlyMap<number, Place> }>()
  interface Place {
    readonly at: number
    readonly size: number
  }
  const open = (address: number): { readonly all: Cursor; readonly places: ReadonlyMap<number, Place> } => {
    const head = file.read(address, 8 + file.lengthSize, 'a global heap').expect('GCOL')
    head.skip(4)
    const all = file.read(address, head.length(), 'a global heap')
    const places = new Map<number, Place>()
    const cursor = all.again().skip(8 + file.lengthSize)
    while (cursor.left >= 8 + file.lengthSize) {
      const index = cursor.u16()
      cursor.skip(6)
      const size = cursor.length()
      // Index 0 is the free space at the end.
      if (index === 0) break
      places.set(index, { at: cursor.at, size })
      cursor.skip(size)
      cursor.skip(Math.min(cursor.left, (8 - (size % 8)) % 8))
    }
    return { all, places }
  }
  return (collection, index) => {
    let heap = known.get(collection)
    if (heap === undefined) {
      heap = open(collection)
      known.set(collection, heap)
    }
    const place = heap.places.get(index)
    if (place === undefined) throw heap.all.broken(`it has no object ${index}`)
    return heap.all.again().skip(place.at).part(place.size, 'an object of a global heap')
  }
}

/** What cannot be followed here: a heap whose blocks are compressed. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** An object of a fractal heap by its identifier. */
export function fractalHeap(file: Hdf5Bytes, address: number): (id: Cursor) => Cursor {
  const { addressSize, lengthSize } = file
  const head = file.read(address, 22 + 12 * lengthSize + 3 * addressSize, 'a fractal heap').expect('FRHP')
  if (head.u8() !== 0) throw head.broken('its version is not known')
  const idLength = head.u16()
  const filtered = head.u16() > 0
  head.skip(1)
  const largestManaged = head.u32()
  head.skip(lengthSize)
  const hugeTree = head.address()
  head.skip(lengthSize + addressSize + 8 * lengthSize)
  const width = head.u16()
  const startSize = head.length()
  const largestDirect = head.length()
  const offsetBits = head.u16()
  head.skip(2)
  const root = head.address()
  const rows = head.u16()
  const offsetWidth = Math.ceil(offsetBits / 8)
  if (width === 0 || startSize === 0 || largestDirect < startSize || offsetBits > 64) {
    throw head.broken('its sizes make no sense')
  }
  const lengthWidth = Math.min(Math.floor((Math.log2(largestDirect) + 7) / 8), bytesOfNumber(largestManaged))
  const directRows = Math.log2(largestDirect) - Math.log2(startSize) + 2
  const sizeOfRow = (row: number): number => (row < 2 ? startSize : startSize * 2 ** (row - 1))
  const startOfRow = (row: number): number => (row === 0 ? 0 : startSize * width * 2 ** (row - 1))

  const managed = (offset: number, length: number): Cursor => {
    if (filtered) throw new Unreadable('a heap of links or attributes is compressed')
    let block = root
    let blockStart = 0
    // The root is a direct block as long as there are no rows.
    for (let blockRows = rows; blockRows > 0; ) {
      if (block === null) break
      const inside = offset - blockStart
      let row = 0
      while (row < blockRows && inside >= startOfRow(row + 1)) row += 1
      if (row >= blockRows) throw head.broken(`it has no block for offset ${offset}`)
      const column = Math.floor((inside - startOfRow(row)) / sizeOfRow(row))
      const entry = row * width + column
      block = file
        .read(block + 5 + addressSize + offsetWidth + entry * addressSize, addressSize, 'a block of a heap')
        .address()
      blockStart += startOfRow(row) + column * sizeOfRow(row)
      if (row < directRows) break
      const below = Math.log2(sizeOfRow(row)) - Math.log2(startSize * width) + 1
      if (below >= blockRows) throw head.broken('its blocks do not get smaller')
      blockRows = below
    }
    if (block === null) throw head.broken(`it has no block for offset ${offset}`)
    return file.read(block + offset - blockStart, length, 'an object of a heap')
  }

  let huge: Map<number, { readonly address: number; readonly length: number }> | null = null
  const hugeById = (id: number): { readonly address: number; readonly length: number } => {
    if (huge === null) {
      huge = new Map()
      if (hugeTree !== null) {
        for (const { type, record } of treeRecords(file, hugeTree)) {
          if (type !== 1) throw new Unreadable('a heap of links or attributes is compressed')
          const place = { address: record.place(), length: record.length() }
          huge.set(record.length(), place)
        }
      }
    }
    const place = huge.get(id)
    if (place === undefined) throw head.broken(`it has no object ${id}`)
    return place
  }

  return (id) => {
    const kind = (id.u8() >> 4) & 3
    if (kind === 0) return managed(id.uint(offsetWidth), id.uint(lengthWidth))
    if (kind === 1) {
      const direct = !filtered && idLength >= 1 + addressSize + lengthSize
      const place = direct
        ? { address: id.place(), length: id.length() }
        : hugeById(id.uint(Math.min(lengthSize, id.left)))
      return file.read(place.address, place.length, 'a huge object of a heap')
    }
    if (kind === 2) {
      const first = id.again().u8() & 15
      const length = idLength - 1 <= 16 ? first + 1 : first * 256 + id.u8() + 1
      return id.part(length)
    }
    throw id.broken('an identifier is of no known kind')
  }
}

// The trees by which HDF5 finds things. Version 1 holds the symbol tables of old groups; version 2 holds records of
// links and attributes, and where huge objects lie. Only what is in them matters here, not the order: all leaves are
// visited, each node once.
import { Malformed } from '../format.ts'
import { bytesOfNumber, type Cursor, type Hdf5Bytes } from './bytes.ts'

/** Addresses of the leaves (symbol nodes) of the version 1 tree of a group. */
export function* symbolNodes(file: Hdf5Bytes, root: number): Generator<number> {
  const waiting = [root]
  const seen = new Set<number>()
  for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) {
    if (seen.has(address)) throw new Malformed('a tree of links contains itself', file.base + address)
    seen.add(address)
    const width = file.addressSize
    const node = file.read(address, 8 + 2 * width, 'a tree of links').expect('TREE')
    if (node.u8() !== 0) throw node.broken('it is not a tree of links')
    const level = node.u8()
    const entries = node.u16()
    const body = file.read(address + 8 + 2 * width, entries * (width + file.lengthSize), 'a tree of links')
    for (let i = 0; i < entries; i++) {
      body.skip(file.lengthSize)
      const child = body.place()
      if (level === 0) yield child
      else waiting.push(child)
    }
  }
}

/** Records of a version 2 tree, each as a cursor at its start. */
export function* treeRecords(
  file: Hdf5Bytes,
  root: number,
): Generator<{ readonly type: number; readonly record: Cursor }> {
  const head = file.read(root, 16 + file.addressSize + 2, 'a tree').expect('BTHD')
  if (head.u8() !== 0) throw head.broken('its version is not known')
  const type = head.u8()
  const nodeSize = head.u32()
  const recordSize = head.u16()
  const depth = head.u16()
  head.skip(2)
  const first = head.address()
  const rootRecords = head.u16()
  if (first === null) return
  if (recordSize === 0 || nodeSize < 11 || depth > 32) throw head.broken('its sizes make no sense')

  // How wide the pointers of a node are follows from how many records fit below it.
  const inNode = nodeSize - 10
  const countWidth = bytesOfNumber(Math.floor(inNode / recordSize))
  const totalWidth = [0]
  let most = Math.floor(inNode / recordSize)
  for (let level = 1; level <= depth; level++) {
    const pointer = file.addressSize + countWidth + totalWidth[level - 1]!
    const here = Math.floor((inNode - pointer) / (recordSize + pointer))
    most = (here + 1) * most + here
    totalWidth.push(bytesOfNumber(most))
  }

  const waiting = [{ address: first, count: rootRecords, level: depth }]
  const seen = new Set<number>()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { address, count, level } = next
    if (seen.has(address)) throw new Malformed('a tree contains itself', file.base + address)
    seen.add(address)
    const pointer = level === 0 ? 0 : file.addressSize + countWidth + (level > 1 ? totalWidth[level - 1]! : 0)
    const length = 6 + count * recordSize + (level === 0 ? 0 : (count + 1) * pointer)
    if (length + 4 > nodeSize) throw new Malformed('a node of a tree holds too much', file.base + address)
    const node = file.read(address, length, 'a node of a tree').expect(level === 0 ? 'BTLF' : 'BTIN')
    node.skip(2)
    for (let i = 0; i < count; i++) yield { type, record: node.part(recordSize) }
    if (level === 0) continue
    for (let i = 0; i <= count; i++) {
      const child = node.part(pointer)
      waiting.push({ address: child.place(), count: child.uint(countWidth), level: level - 1 })
    }
  }
}

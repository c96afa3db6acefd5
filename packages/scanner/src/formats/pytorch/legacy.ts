// PyTorch before 1.6: four pickles (a magic number, a version, facts of the system, the object), a fifth with the keys
// of the storages, and behind it each storage as a count and raw numbers.

import { type Source, slice } from '../../source/source.ts'
import { Malformed, type ScanContext } from '../format.ts'
import { examineRaw } from '../pickle/examine-raw.ts'
import { textOf } from '../pickle/literals.ts'
import { isText, type PickleRun } from '../pickle/machine.ts'
import { itemsOf } from '../pickle/values.ts'
import { storageOf } from './storages.ts'

/** The magic number is too large for a number; its bytes stand in the file. */
const magic = '6cfc9c46f9206aa85019'

/** Whether these four pickles are those of the legacy format. */
export function isLegacyTorch(runs: readonly PickleRun[], source: Source): boolean {
  const [first, second] = runs
  if (first === undefined || second?.result !== 1001) return false
  const start = Buffer.from(
    source.read(first.from, first.end - first.from > 64 ? 64 : first.end - first.from),
  ).toString('hex')
  return start.includes(magic)
}

/** Where the storages end. Throws Malformed where one does not fit. */
export async function examineStorages(
  source: Source,
  keys: PickleRun,
  object: PickleRun,
  context: ScanContext,
): Promise<number> {
  const sizes = new Map<string, number>()
  for (const value of object.persistent) {
    const storage = storageOf(value, source)
    if (storage !== null) sizes.set(storage.key, storage.itemBytes)
  }
  let at = keys.end
  const named = itemsOf(keys.result)
  for (const [index, key] of named.entries()) {
    if (index % 1024 === 0) context.budget.checkTime()
    const name = isText(key) ? textOf(source, key) : null
    const itemBytes = name === null ? undefined : sizes.get(name)
    if (itemBytes === undefined)
      throw new Malformed('a storage is listed that no tensor uses, so its size is unknown', at)
    const head = source.read(at, 8)
    if (head.length < 8) throw new Malformed('the file ends before its storages', at)
    const count = new DataView(head.buffer, head.byteOffset, 8).getBigInt64(0, true)
    if (count < 0n || count * BigInt(itemBytes) > BigInt(source.size - at - 8)) {
      throw new Malformed(`a storage of ${count} numbers does not fit into the file`, at)
    }
    await examineRaw(slice(source, at + 8, Number(count) * itemBytes), `storage ${name}`, context)
    at += 8 + Number(count) * itemBytes
  }
  context.fact('storages', named.length)
  return at
}

// What TensorFlow keeps as several files: a checkpoint is an index and the data it points into, a SavedModel is a graph
// beside a checkpoint and assets.
import { type Archive, type Layout, Malformed } from '../format.ts'
import { fields } from '../protobuf/fields.ts'
import { checkShards, isCheckpointIndex, readCheckpointIndex } from './checkpoint-index.ts'
import { examineKerasText } from './saved-model.ts'

const indexName = /^(.*)\.index$/
const mostCheckpoints = 1000

function checkpoints(archive: Archive): readonly string[] {
  return archive.entries
    .flatMap(({ path }) => {
      const prefix = indexName.exec(path)?.[1]
      return prefix === undefined ? [] : [prefix]
    })
    .slice(0, mostCheckpoints)
}

/** Any number of `NAME.index` with `NAME.data-00000-of-00001`: the data are numbers that the index accounts for. */
export const tensorflowCheckpoint: Layout = {
  id: 'tensorflow-checkpoint',
  title: 'TensorFlow checkpoint',
  recognise: (archive) =>
    checkpoints(archive).length > 0 &&
    archive.entries.some(({ path }) => /\.data-\d{5}-of-\d{5}$/.test(path)),
  async examine(archive, context) {
    const claimed = new Set<string>()
    for (const prefix of checkpoints(archive)) {
      context.budget.checkTime()
      const entry = archive.find(`${prefix}.index`)
      if (entry === null || entry.kind !== 'file') continue
      const source = await entry.open()
      if (!isCheckpointIndex(source)) continue
      const index = readCheckpointIndex(source, context.budget)
      for (const name of checkShards(index, prefix, archive, context.report)) claimed.add(name)
    }
    return { claimed }
  },
}

/** A folder with saved_model.pb, here or below. */
export const savedModelFolder: Layout = {
  id: 'saved-model',
  title: 'TensorFlow SavedModel',
  recognise: (archive) => archive.entries.some(({ path }) => /(?:^|\/)saved_model\.pb$/.test(path)),
  async examine(archive, context) {
    const claimed = new Set<string>()
    const roots = archive.entries
      .map(({ path }) => path)
      .filter((path) => /(?:^|\/)saved_model\.pb$/.test(path))
      .map((path) => path.slice(0, -'saved_model.pb'.length))
    for (const root of roots.slice(0, mostCheckpoints)) {
      for (const name of ['fingerprint.pb', 'keras_metadata.pb'] as const) {
        const entry = archive.find(`${root}${name}`)
        if (entry === null || entry.kind !== 'file') continue
        const source = await entry.open()
        for (const field of fields(source, { from: 0, to: source.size }, context.budget)) {
          if (name === 'fingerprint.pb') {
            // Hashes, and a version as a message of one number.
            if (field.wire === 'bytes' && field.to - field.from > 256) {
              throw new Malformed('fingerprint.pb holds more than hashes', field.at)
            }
          } else if (field.wire === 'bytes' && field.number === 1) {
            for (const part of fields(source, field, context.budget)) {
              await examineKerasText(source, part, context)
            }
          } else throw new Malformed('keras_metadata.pb holds more than nodes', field.at)
        }
        claimed.add(entry.path)
      }
    }
    return { claimed }
  },
}

// CatBoost's own format: `CBM1`, the length of the core, the core as a FlatBuffer, and behind it the tables of categories
// and texts that the core names. Fields by their place in `catboost/libs/model/flatbuffers/*.fbs`.
import { quoted } from '../../scan/quoted.ts'
import { slice } from '../../source/source.ts'
import { type FlatReader, flatReader, type Table } from '../flatbuffer/flatbuffer.ts'
import { type Format, Malformed, type ScanContext } from '../format.ts'
import { catboostRules } from './rules.ts'

const core = { version: 0, trees: 1, info: 2, parts: 3 }
const trees = {
  dimension: 0,
  splits: 1,
  sizes: 2,
  starts: 3,
  categories: 4,
  floats: 5,
  oneHot: 6,
  ctrs: 7,
  leafValues: 8,
  leafWeights: 9,
  steps: 10,
  leafOfNode: 11,
  texts: 12,
  estimated: 13,
  embeddings: 18,
}
const floatFeature = { borders: 3 }
const oneHotFeature = { values: 1 }
const headSize = 8
/** CatBoost grows no symmetric tree deeper. */
const deepest = 16
const knownParts = new Set([
  'static_ctr_provider_v1',
  'text_processing_collection_v1',
  'embedding_processing_collection_v1',
])

export const catboost: Format = {
  id: 'catboost',
  title: 'CatBoost model',
  recognise: (head) => (Buffer.from(head.subarray(0, 4)).toString('latin1') === 'CBM1' ? 'sure' : 'no'),
  async examine(source, context) {
    const head = source.read(0, headSize)
    if (head.length < headSize) throw new Malformed('the file ends within its head', source.size)
    const size = new DataView(head.buffer, head.byteOffset).getUint32(4, true)
    if (size > source.size - headSize)
      throw new Malformed(`the core takes ${size} bytes and ${source.size - headSize} are there`, 4)
    if (size < 8) throw new Malformed('there is no core', 4)
    const reader = flatReader(slice(source, headSize, size), size, context.budget)
    const root = reader.root()
    const version = reader.text(root, core.version)
    if (version !== 'FlabuffersModel_v1') {
      context.report(catboostRules['unknown-part'], {
        message: `Its format is ${quoted(version ?? 'not named')}.`,
      })
    }
    const model = reader.table(root, core.trees)
    if (model === null) throw new Malformed('there are no trees', headSize)
    const wrong = wrongTrees(reader, model, context)
    if (wrong !== null) context.report(catboostRules['broken-tree'], { message: `${wrong}.` })
    for (const pair of reader.tables(root, core.info)) {
      reader.text(pair, 0)
      reader.text(pair, 1)
    }
    const parts = partsOf(reader, root)
    for (const part of parts) {
      if (!knownParts.has(part))
        context.report(catboostRules['unknown-part'], { message: `It brings the part ${quoted(part)}.` })
    }
    // What the parts hold are tables of numbers, and words of texts; without parts nothing belongs behind the core.
    const end = parts.length > 0 ? source.size : headSize + size
    await context.search(source, { from: headSize, to: end })
    return { end }
  },
}

function partsOf(reader: FlatReader, root: Table): readonly string[] {
  const names: string[] = []
  for (const name of reader.texts(root, core.parts)) if (names.length < 100) names.push(name)
  return names
}

/** What is wrong with the trees, or null. */
function wrongTrees(reader: FlatReader, model: Table, context: ScanContext): string | null {
  const dimension = reader.i32(model, trees.dimension, 1)
  const ints = (field: number): Int32Array => {
    const vector = reader.vector(model, field, 4)
    return vector === null ? new Int32Array(0) : Int32Array.from(reader.int32s(vector))
  }
  const count = (field: number, bytes: number): number => reader.vector(model, field, bytes)?.length ?? 0
  const [splits, sizes, starts] = [ints(trees.splits), ints(trees.sizes), ints(trees.starts)]
  const leaves = count(trees.leafValues, 8)
  const steps = ints(trees.steps)
  const leafOfNode = ints(trees.leafOfNode)
  context.fact('trees', sizes.length)
  let features = 0
  let bounds = 0
  for (const feature of reader.tables(model, trees.floats)) {
    features += 1
    bounds += reader.vector(feature, floatFeature.borders, 4)?.length ?? 0
  }
  for (const feature of reader.tables(model, trees.oneHot))
    bounds += reader.vector(feature, oneHotFeature.values, 4)?.length ?? 0
  context.fact('floatFeatures', features)
  const more = count(trees.ctrs, 4) + count(trees.estimated, 4)
  if (dimension < 1 || dimension > 1_000_000) return `It has ${dimension} outputs`
  if (starts.length !== sizes.length) return `${starts.length} starts are given for ${sizes.length} trees`
  const outside = splits.find((split) => split < 0 || (more === 0 && split >= bounds))
  if (outside !== undefined) return `A tree splits by condition ${outside} of ${bounds}`
  const symmetric = steps.length === 0
  if (!symmetric && (steps.length !== splits.length || leafOfNode.length !== splits.length)) {
    return `${splits.length} nodes have ${steps.length} steps and ${leafOfNode.length} leaves`
  }
  let needed = 0
  for (let i = 0; i < sizes.length; i++) {
    const [from, size] = [starts[i]!, sizes[i]!]
    if (from < 0 || size < 0 || from + size > splits.length)
      return `Tree ${i} takes ${size} conditions from ${from} on, of ${splits.length}`
    if (!symmetric) {
      const wrong = wrongSteps(steps, { from, size })
      if (wrong !== null) return `Tree ${i}: ${wrong}`
      continue
    }
    if (size > deepest) return `Tree ${i} is ${size} conditions deep`
    needed += 2 ** size * dimension
  }
  if (symmetric && sizes.length > 0 && needed !== leaves)
    return `The trees have ${needed} values in their leaves, and ${leaves} are there`
  const lost = leafOfNode.find((leaf) => leaf !== -1 && (leaf < 0 || leaf >= leaves))
  if (lost !== undefined) return `A node leads to the leaf value ${lost} of ${leaves}`
  const weights = count(trees.leafWeights, 8)
  if (weights !== 0 && weights * dimension !== leaves && weights !== leaves)
    return `${weights} weights are given for ${leaves} leaves`
  return null
}

/** A step is how far ahead the left and the right child lie, 16 bits each; 0: there is none. So no step leads back. */
function wrongSteps(
  steps: Int32Array,
  { from, size }: { readonly from: number; readonly size: number },
): string | null {
  for (let node = from; node < from + size; node++) {
    const step = steps[node]!
    for (const ahead of [step & 0xffff, step >>> 16]) {
      if (node + ahead >= from + size)
        return `node ${node - from} steps ${ahead} ahead, and it has ${size} nodes`
    }
  }
  return null
}

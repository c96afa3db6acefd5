// TensorFlow Lite: a FlatBuffer with operators, tensors and buffers, read in place by the interpreter. What it can do
// is what its operators can do; what can go wrong is any number in it that points somewhere else.
// Schema: https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs
import { quoted } from '../../scan/quoted.ts'
import type { Source } from '../../source/source.ts'
import { type FlatReader, flatReader, type Table } from '../flatbuffer/flatbuffer.ts'
import { type Format, Malformed, type ScanContext } from '../format.ts'
import { searchStarts } from '../search-starts.ts'
import { tfliteRules } from './rules.ts'

const magic = Uint8Array.of(0x54, 0x46, 0x4c, 0x33)
const custom = 32
/** STABLEHLO_CASE, the last one of schema version 3c. */
const lastBuiltin = 209
/** Stands where the number is too large for its field, which the other field then has. */
const placeholder = 127
const shown = 200
const longestOptions = 1024
/** FlatBuffers end at 2 GiB; behind that come only the bytes of large buffers. */
const longestBuffer = 2 ** 31 - 1

// Fields by number, as in the schema.
const model = {
  version: 0,
  operatorCodes: 1,
  subgraphs: 2,
  description: 3,
  buffers: 4,
  metadata: 6,
  signatures: 7,
}
const operatorCode = { deprecated: 0, customCode: 1, version: 2, builtin: 3 }
const subgraph = { tensors: 0, inputs: 1, outputs: 2, operators: 3, name: 4 }
const tensor = {
  shape: 0,
  type: 1,
  buffer: 2,
  name: 3,
  quantization: 4,
  sparsity: 6,
  shapeSignature: 7,
  variants: 9,
}
const operator = {
  code: 0,
  inputs: 1,
  outputs: 2,
  options: 4,
  customOptions: 5,
  mutating: 7,
  intermediates: 8,
  largeOffset: 9,
  largeSize: 10,
  options2: 12,
}
const buffer = { data: 0, offset: 1, size: 2 }
const metadata = { name: 0, buffer: 1 }
const signature = { inputs: 0, outputs: 1, key: 2 }

/** Bits of one element by type; 0: no fixed size. FLOAT32 to INT2. */
const typeBits = [32, 16, 32, 8, 64, 0, 8, 16, 64, 8, 64, 128, 64, 0, 0, 32, 16, 4, 16, 2]

export const tflite: Format = {
  id: 'tflite',
  title: 'TensorFlow Lite model',
  recognise: (head) =>
    head.length >= 8 && magic.every((byte, index) => head[4 + index] === byte) ? 'sure' : 'no',
  async examine(source, context) {
    const reader = flatReader(source, Math.min(source.size, longestBuffer), context.budget)
    const root = reader.root()
    const version = reader.u32(root, model.version, 0)
    if (version > 3) throw new Malformed(`version ${version} does not exist`, root.at)
    context.fact('version', version)
    context.fact('description', (reader.text(root, model.description) ?? '').slice(0, shown))
    const codes = examineCodes(reader, root, context)
    const walk: Walk = { reader, context, source, codes, buffers: [], starts: [], reached: 0 }
    examineBuffers(walk, root)
    await searchStarts(source, walk.starts, context)
    let subgraphs = 0
    for (const graph of reader.tables(root, model.subgraphs)) {
      subgraphs += 1
      examineSubgraph(walk, graph)
    }
    if (subgraphs === 0) broken(context, 'It has no graph', root.at)
    const names: string[] = []
    for (const entry of reader.tables(root, model.metadata)) {
      const index = reader.u32(entry, metadata.buffer, 0)
      if (index >= walk.buffers.length)
        broken(context, `Metadata lies in buffer ${index} of ${walk.buffers.length}`, entry.at)
      const name = reader.text(entry, metadata.name) ?? ''
      if (names.length < shown) names.push(name.slice(0, shown))
    }
    context.fact('subgraphs', subgraphs)
    if (names.length > 0) context.fact('metadata', names)
    for (const one of reader.tables(root, model.signatures)) {
      reader.text(one, signature.key)
      for (const map of [signature.inputs, signature.outputs]) {
        for (const entry of reader.tables(one, map)) reader.text(entry, 0)
      }
    }
    return { end: await endOf(walk) }
  },
}

interface Walk {
  readonly reader: FlatReader
  readonly context: ScanContext
  readonly source: Source
  /** Operators by their index. */
  readonly codes: number
  /** Bytes of each buffer. */
  readonly buffers: number[]
  /** Where each of them begins. */
  readonly starts: number[]
  /** Behind the last byte of a buffer that lies outside the FlatBuffer. */
  reached: number
}

/**
 * The model does not say how long it is. It reaches to the last byte that anything in it takes; options of operators
 * differ by operator and can hold short lists, so a short rest is theirs, unless something is hidden in it.
 */
async function endOf({ reader, source, context, reached }: Walk): Promise<number> {
  const end = Math.min(source.size, Math.max(reader.reached(), reached))
  if (end === source.size) return end
  // Labels and the like follow as a zip, which is examined for itself.
  const rest = Buffer.from(source.read(end, longestOptions))
  const zip = rest.indexOf('PK\u0003\u0004')
  const to = zip === -1 ? source.size : end + zip
  if (to - end > longestOptions || (await context.search(source, { from: end, to })) > 0) return end
  return to
}

function examineCodes(reader: FlatReader, root: Table, context: ScanContext): number {
  const counts: string[] = []
  let count = 0
  for (const code of reader.tables(root, model.operatorCodes)) {
    count += 1
    const builtin = Math.max(
      reader.i8(code, operatorCode.deprecated, 0),
      reader.i32(code, operatorCode.builtin, 0),
    )
    const name = reader.text(code, operatorCode.customCode)
    if (counts.length < shown)
      counts.push(name === null || builtin !== custom ? String(builtin) : name.slice(0, shown))
    if (builtin < 0 || builtin > lastBuiltin || builtin === placeholder) {
      context.report(tfliteRules['unknown-operator'], {
        message: `It is number ${builtin}.`,
        offset: code.at,
      })
    } else if (builtin === custom) judgeCustom(name ?? '', code.at, context)
  }
  context.fact('operators', counts)
  return count
}

/** Operators that TensorFlow Lite itself brings, though not among the numbered ones. */
const brought = new Set(['TFLite_Detection_PostProcess', 'AudioSpectrogram', 'Mfcc', 'NumericVerify'])

/** Operators of TensorFlow that touch files, the network or code. */
const dangerous =
  /^(?:ReadFile|WriteFile|MatchingFiles|SaveV?2?|SaveSlices|RestoreV?2?|RestoreSlice|MergeV2Checkpoints|LoadAndRemapMatrix|InitializeTableFromTextFile\w*|LookupTableImport\w*|ShardedFilename|\w*Dataset(?:V\d)?|DebugIdentity\w*|Rpc\w*|SendTPUEmbedding\w*|TcpStream\w*|PyFunc\w*|EagerPyFunc|XlaCustomCall\w*|WholeFileReader\w*|\w+RecordReader\w*|TextLineReader\w*|FixedLengthRecordReader\w*|Abort)$/

function judgeCustom(name: string, at: number, context: ScanContext): void {
  if (brought.has(name)) return
  if (!name.startsWith('Flex')) {
    context.report(tfliteRules['custom-operator'], {
      message: `It is ${quoted(name)}.`,
      offset: at,
      call: name.slice(0, shown),
    })
    return
  }
  const operatorName = name.slice(4)
  context.report(tfliteRules[dangerous.test(operatorName) ? 'dangerous-operator' : 'tensorflow-operator'], {
    message: `It is ${quoted(operatorName)}.`,
    offset: at,
    call: operatorName.slice(0, shown),
  })
}

function examineBuffers(walk: Walk, root: Table): void {
  const { reader, source, context, buffers } = walk
  for (const one of reader.tables(root, model.buffers)) {
    const offset = reader.u64(one, buffer.offset, 0)
    const size = reader.u64(one, buffer.size, 0)
    const data = reader.vector(one, buffer.data, 1)
    // 0 and 1 stand for none.
    if (offset > 1) {
      if (offset + size > source.size) {
        broken(context, `Buffer ${buffers.length} ends at byte ${offset + size} of ${source.size}`, one.at)
      } else walk.reached = Math.max(walk.reached, offset + size)
      if (data !== null && data.length > 0)
        broken(context, `Buffer ${buffers.length} lies in two places`, one.at)
    }
    const start = offset > 1 ? offset : (data?.at ?? 0)
    if (walk.starts.length < 10_000) walk.starts.push(start)
    buffers.push(offset > 1 ? size : (data?.length ?? 0))
  }
}

function examineSubgraph(walk: Walk, graph: Table): void {
  const { reader, source, context, codes } = walk
  reader.text(graph, subgraph.name)
  let tensors = 0
  for (const one of reader.tables(graph, subgraph.tensors)) {
    examineTensor(walk, one, tensors)
    tensors += 1
  }
  const checkIndices = (table: Table, field: number, what: string): void => {
    const indices = reader.vector(table, field, 4)
    if (indices === null) return
    for (const index of reader.int32s(indices)) {
      // -1 stands for an input that is left out.
      if (index >= -1 && index < tensors) continue
      broken(context, `${what} is tensor ${index} of ${tensors}`, table.at)
      return
    }
  }
  checkIndices(graph, subgraph.inputs, 'An input of the graph')
  checkIndices(graph, subgraph.outputs, 'An output of the graph')
  for (const one of reader.tables(graph, subgraph.operators)) {
    const code = reader.u32(one, operator.code, 0)
    if (code >= codes) broken(context, `An operator has code ${code} of ${codes}`, one.at)
    checkIndices(one, operator.inputs, 'An input of an operator')
    checkIndices(one, operator.outputs, 'An output of an operator')
    checkIndices(one, operator.intermediates, 'An intermediate of an operator')
    reader.table(one, operator.options)
    reader.table(one, operator.options2)
    reader.vector(one, operator.customOptions, 1)
    reader.vector(one, operator.mutating, 1)
    const offset = reader.u64(one, operator.largeOffset, 0)
    const end = offset + reader.u64(one, operator.largeSize, 0)
    if (offset > 1 && end > source.size) {
      broken(context, `Options of an operator end at byte ${end} of ${source.size}`, one.at)
    } else if (offset > 1) walk.reached = Math.max(walk.reached, end)
  }
}

function examineTensor({ reader, context, buffers }: Walk, one: Table, index: number): void {
  const name = reader.text(one, tensor.name) ?? ''
  const who = `Tensor ${index} (${quoted(name)})`
  reader.vector(one, tensor.shapeSignature, 4)
  const quantization = reader.table(one, tensor.quantization)
  if (quantization !== null) {
    // Smallest, largest, scale, zero point, and details of a custom kind.
    for (const field of [0, 1, 2]) reader.vector(quantization, field, 4)
    reader.vector(quantization, 3, 8)
    reader.table(quantization, 5)
  }
  const sparsity = reader.table(one, tensor.sparsity)
  if (sparsity !== null) {
    reader.vector(sparsity, 0, 4)
    reader.vector(sparsity, 1, 4)
    for (const dimension of reader.tables(sparsity, 2)) {
      reader.table(dimension, 3)
      reader.table(dimension, 5)
    }
  }
  for (const variant of reader.tables(one, tensor.variants)) reader.vector(variant, 0, 4)

  const type = reader.i8(one, tensor.type, 0)
  const bits = typeBits[type]
  if (bits === undefined) broken(context, `${who} has type ${type}, which does not exist`, one.at)
  const at = reader.u32(one, tensor.buffer, 0)
  if (at >= buffers.length) {
    broken(context, `${who} lies in buffer ${at} of ${buffers.length}`, one.at)
    return
  }
  let elements = 1
  const shape = reader.vector(one, tensor.shape, 4)
  if (shape !== null) {
    if (shape.length > 64) broken(context, `${who} has ${shape.length} dimensions`, one.at)
    let dims = 0
    for (const dim of reader.int32s(shape)) {
      if (++dims > 64) break
      if (dim < -1) broken(context, `${who} has a dimension of ${dim}`, one.at)
      elements *= dim
    }
  }
  const bytes = buffers[at]!
  if (bytes === 0 || bits === undefined || bits === 0 || sparsity !== null || elements < 0) return
  const wanted = Math.ceil((elements * bits) / 8)
  if (wanted !== bytes) broken(context, `${who} needs ${wanted} bytes and its buffer has ${bytes}`, one.at)
}

function broken(context: ScanContext, message: string, offset: number): void {
  context.report(tfliteRules['broken-model'], { message: `${message}.`, offset })
}

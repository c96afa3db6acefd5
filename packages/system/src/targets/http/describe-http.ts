// From an address in a configuration to a descriptor, by asking: first what the server says of its model, then one
// sample of noise, whose answer tells classes and scale, then a batch, halved until the server takes it. Everything
// that does not agree is said here, before anything is measured. All further requests are made from the descriptor.
import { createHash } from 'node:crypto'
import {
  canonicalJson,
  createRandom,
  FailmodeError,
  type ModelFacts,
  sizeOf,
  type Task,
  type Tensor,
} from '@failmode/core'
import type { ElementType, InputBlock, OutputKind, SystemConfig } from '../../config/config-schema.ts'
import type { HttpConfig } from '../../config/http-schema.ts'
import type { AnswerForm } from '../answering.ts'
import { describeInput } from '../describe-input.ts'
import { areProbabilities, type Row, rowText, widthOf, writeRow } from './answers.ts'
import { authorize } from './authorization.ts'
import { Failure } from './failure.ts'
import type { Connection, HttpDescriptor } from './http-descriptor.ts'
import { exchanger } from './http-target.ts'
import { type Found, findProtocol, type Get, type ProtocolSpec } from './protocol.ts'
import { createTransport, noTransport, type Transport, type TransportTally } from './transport.ts'

export interface HttpSpec {
  readonly http: HttpConfig
  readonly input?: InputBlock
  readonly output?: OutputKind
  /** Names of the tensor to feed and of the one to read, where the server has several. */
  readonly inputName?: string
  readonly outputName?: string
  readonly labels?: readonly string[]
  readonly task: Task
  readonly authorized?: SystemConfig['authorized']
  /** Most samples that may be sent, by the cost ceiling. */
  readonly maxSamples?: number
}

const defaults = { concurrency: 8, timeoutSeconds: 30, retries: 5 } as const

/** @throws FailmodeError target-unauthorized, target-unreachable, target-refused, model-mismatch, config-invalid */
export async function describeHttp(
  spec: HttpSpec,
  { signal }: { readonly signal: AbortSignal },
): Promise<HttpDescriptor> {
  const { http } = spec
  const url = new URL(http.url)
  const connection: Connection = {
    origin: url.origin,
    query: url.search,
    headers: http.headers ?? {},
    auth: http.auth ?? null,
    authorized: await authorize(url, {
      authorized: spec.authorized,
      today: new Date().toISOString().slice(0, 10),
    }),
    concurrency: http.concurrency ?? defaults.concurrency,
    requestsPerSecond: http.requestsPerSecond ?? null,
    timeoutSeconds: http.timeoutSeconds ?? defaults.timeoutSeconds,
    retries: http.retries ?? defaults.retries,
    maxSamples: spec.maxSamples ?? null,
  }
  const transport = createTransport(connection, { answered: false })
  try {
    return await describe(spec, url, { connection, transport, signal, tally: noTransport() })
  } catch (error) {
    throw asMismatch(error)
  } finally {
    transport.close()
  }
}

/** An answer that cannot be used is a mistake in the configuration as long as none could. */
function asMismatch(error: unknown, better?: string): unknown {
  if (!(error instanceof FailmodeError) || error.code !== 'model-failed') return error
  const { message, cause } = error
  const hint = better ?? error.hint
  return new FailmodeError('model-mismatch', { message, ...(hint === undefined ? {} : { hint }), cause })
}

interface Way {
  readonly connection: Connection
  readonly transport: Transport
  readonly signal: AbortSignal
  readonly tally: TransportTally
}

async function describe(spec: HttpSpec, url: URL, way: Way): Promise<HttpDescriptor> {
  const { http, inputName, outputName, input: block = {} } = spec
  const { connection } = way
  const address = `${url.origin}${url.pathname}`.replace(/\/$/, '')
  const given = { url, http, inputName, outputName, dtype: block.dtype, shape: block.shape }
  const found = await findProtocol(given, getter(way))
  const dtype = found.dtype ?? block.dtype ?? 'float32'
  const { input, sampleShape } = describeInput(block, {
    model: address,
    name: found.inputName,
    dims: dimsOf(found, block, address),
    dtype,
  })
  refuseCoarse(dtype, block, sampleShape, address)
  const first = found.alone ? null : (found.dims?.[0] ?? null)
  const fixed = first !== null && first > 0
  const batch = { size: found.alone || !fixed ? 1 : first, fixed, alone: found.alone }
  // What is needed to ask at all; the rest of the facts comes from the answer.
  const askable = { input, connection, protocol: found.spec, facts: factsBefore(spec, sampleShape), batch }

  const row = await askOne(askable, way)
  const { form, ...meaning } = meaningOf(row, spec, address)
  const identity = [
    connection.origin,
    connection.query,
    connection.headers,
    found.spec,
    input,
    form,
    meaning,
    spec.labels ?? null,
  ]
  const facts: ModelFacts = {
    ...askable.facts,
    ...meaning,
    digest: createHash('sha256').update(canonicalJson(identity)).digest('hex'),
    note: `The model answers at ${address} (${http.protocol}). What answers there can change without notice: the digest is of the address and of how it is asked, not of the weights.`,
  }
  const described = { ...askable, facts, output: { form } }
  readable(row, described)
  const size = fixed || found.alone ? batch.size : await findBatch(described, found, http, way)
  return {
    kind: 'http',
    ...described,
    facts: { ...facts, maxBatch: size },
    batch: { ...batch, size },
    opening: { ...way.tally },
  }
}

/** A page that is not there is no failure: most servers do not describe themselves. */
function getter({ transport, signal, tally }: Way): Get {
  return async (path) => {
    try {
      return await transport.send({ path }, { samples: 0, signal, tally, read: (page) => page })
    } catch (error) {
      const status = statusOf(error)
      if (status === 404 || status === 405 || status === 501) return null
      throw error
    }
  }
}

/** One sample, without the batch, as the model takes it. */
function dimsOf({ dims, alone }: Found<ProtocolSpec>, block: InputBlock, address: string): readonly number[] {
  const said = dims === null ? null : alone ? dims : dims.slice(1)
  const { shape } = block
  if (said?.every((size) => size > 0)) return said
  if (shape === undefined) {
    throw new FailmodeError('model-mismatch', {
      message: `${address}: the server does not say how large a sample is.`,
      hint: 'Give it in the configuration as "model.input.shape", without the batch.',
    })
  }
  const own = block.layout === 'flat' ? [sizeOf(shape)] : shape
  const fits =
    said === null || (said.length === own.length && said.every((size, i) => size < 0 || size === own[i]))
  if (fits) return own
  const takes = said.map((size) => (size < 0 ? 'any' : size)).join(', ')
  throw new FailmodeError('model-mismatch', {
    message: `${address}: "model.input.shape" is [${shape.join(', ')}], the model takes [${takes}].`,
  })
}

/** A picture of bytes whose unit space is [0, 1] would be black and white, and nobody means that. */
function refuseCoarse(
  dtype: ElementType,
  { range = [0, 1] }: InputBlock,
  sampleShape: readonly number[],
  address: string,
): void {
  if (dtype !== 'uint8' || sampleShape.length !== 3 || range[1] - range[0] > 1) return
  throw new FailmodeError('model-mismatch', {
    message: `${address}: the model takes ${dtype}, and "model.input.range" is [${range.join(', ')}], which leaves two values.`,
    hint: 'Give "model.input.range": [0, 255].',
  })
}

function factsBefore(spec: HttpSpec, sampleShape: readonly number[]): Omit<ModelFacts, 'note'> {
  return {
    kind: 'http',
    digest: '',
    task: spec.task,
    access: [],
    missingAccess: {},
    sampleShape,
    classes: 0,
    labels: [],
    output: 'labels',
    maxBatch: 1,
  }
}

type Askable = Parameters<typeof exchanger>[0]

/** Noise in unit space: its numbers are as long as those of samples, and no two rows are alike. */
function noise(count: number, sampleShape: readonly number[]): Tensor {
  const random = createRandom(0).split('probe')
  const data = Float32Array.from({ length: count * sizeOf(sampleShape) }, () => random.uniform())
  return { data, dims: [count, ...sampleShape] }
}

async function askOne(askable: Askable, { transport, signal, tally }: Way): Promise<Row> {
  const rows: Row[] = []
  await exchanger(askable, transport)(
    noise(1, askable.facts.sampleShape),
    { signal, transport: tally, opening: true },
    (row) => void rows.push(row),
  )
  return rows[0] as Row
}

type Meaning = Pick<ModelFacts, 'access' | 'missingAccess' | 'classes' | 'labels' | 'output'> & {
  readonly form: AnswerForm
}

const behind = 'the model is behind an address'

/** What an answer means, by the configuration and by how it looks. */
function meaningOf(row: Row, { output, labels }: HttpSpec, address: string): Meaning {
  const mismatch = (problem: string, hint?: string) =>
    new FailmodeError('model-mismatch', {
      message: `${address}: ${problem}.`,
      ...(hint === undefined ? {} : { hint }),
    })
  const named = (): readonly string[] => {
    if (labels !== undefined) return labels
    throw mismatch(
      `the server answers with ${rowText(row)}, so the names of all classes are needed`,
      'Give "labels" in the configuration.',
    )
  }
  const none = { gradient: behind, weights: behind }
  const classesOnly = (why: string): Meaning => ({
    form: 'labels',
    access: ['label'],
    missingAccess: { score: why, ...none },
    classes: named().length,
    labels: named(),
    output: 'labels',
  })
  const scored = (form: AnswerForm, classes: number, scale: 'logits' | 'probabilities'): Meaning => {
    if (labels !== undefined && labels.length !== classes) {
      throw mismatch(`"labels" names ${labels.length} classes, the model answers with ${classes}`)
    }
    return {
      form,
      access: ['label', 'score'],
      missingAccess: none,
      classes,
      labels: labels ?? Array.from({ length: classes }, (_, k) => String(k)),
      output: scale,
    }
  }
  const wantsScores = output === 'logits' || output === 'probabilities'
  const scaleOf = (numbers: readonly number[]) =>
    wantsScores ? output : areProbabilities(numbers) ? 'probabilities' : 'logits'

  if (row.kind === 'ranked') {
    const { ranked } = row
    if (output === 'labels') return classesOnly('the configuration says that the model answers with classes')
    if (ranked.length === named().length)
      return scored('pair', ranked.length, scaleOf(ranked.map(({ score }) => score)))
    const best = ranked.length === 1 ? 'class' : `${ranked.length} classes`
    return classesOnly(`the server names only the best ${best} of ${named().length}`)
  }
  const width = row.kind === 'numbers' ? row.numbers.length : 0
  if (width > 1) {
    if (output !== 'labels')
      return scored('pair', width, scaleOf((row as { numbers: readonly number[] }).numbers))
    throw mismatch(`"model.output" is "labels", the server answers with ${rowText(row)} for a sample`)
  }
  if (row.kind === 'label') {
    if (!wantsScores) return classesOnly('the server answers with classes only')
    throw mismatch(`"model.output" is "${output}", the server answers with ${rowText(row)}`)
  }
  const value = row.numbers[0] as number
  if (wantsScores) return scored('single', 2, output)
  if (Number.isInteger(value)) return classesOnly('the server answers with classes only')
  if (output === undefined && value > 0 && value < 1) return scored('single', 2, 'probabilities')
  throw mismatch(
    `the server answers with ${rowText(row)}, which is no class`,
    'Say what it is: "model.output".',
  )
}

type Described = Pick<HttpDescriptor, 'facts' | 'output'>

/** @throws FailmodeError model-mismatch when the row is not what it was taken for */
function readable(row: Row, { facts, output }: Described): void {
  const expected = { form: output.form, facts }
  try {
    writeRow(row, expected, new Float32Array(widthOf(expected)), 0)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw new FailmodeError('model-mismatch', { message: `the server ${error.message}.`, hint: error.hint })
  }
}

/** Most numbers of a request that nobody limited: a few megabytes of text, which most servers take. */
const mostNumbers = 2 ** 18
const usualBatch = 64
const mostBatch = 256

/** The largest batch of 1, 2, 4, ... parts of the wanted one that the server takes. */
async function findBatch(
  described: Askable & Described,
  { maxBatch }: Found<ProtocolSpec>,
  { batch }: HttpConfig,
  { connection, transport, signal, tally }: Way,
): Promise<number> {
  const { sampleShape } = described.facts
  const fits = Math.max(1, Math.floor(mostNumbers / sizeOf(sampleShape)))
  const wanted = batch ?? Math.min(maxBatch === null ? usualBatch : Math.min(maxBatch, mostBatch), fits)
  // Under a ceiling a batch that only asks for its size must not eat up what is to be measured.
  const affordable =
    connection.maxSamples === null ? wanted : Math.max(1, Math.floor(connection.maxSamples / 40))
  let size = Math.min(wanted, maxBatch ?? wanted, affordable)
  while (size > 1) {
    const exchange = exchanger({ ...described, batch: { size, fixed: false, alone: false } }, transport)
    try {
      await exchange(
        noise(size, sampleShape),
        { signal, transport: tally, retries: 2, opening: true },
        (row) => readable(row, described),
      )
      return size
    } catch (error) {
      if (!refusesBatch(error))
        throw asMismatch(error, 'If it takes one sample a request: "model.http.batch": 1.')
      size = Math.floor(size / 2)
    }
  }
  return 1
}

/** One sample was answered a moment ago, so what fails now fails because there are more. */
function refusesBatch(error: unknown): boolean {
  if (!(error instanceof FailmodeError) || !(error.cause instanceof Failure)) return false
  const status = statusOf(error)
  if (status === null) return error.code === 'target-unreachable'
  return status !== 401 && status !== 403 && status !== 429
}

function statusOf(error: unknown): number | null {
  return error instanceof FailmodeError && error.cause instanceof Failure ? error.cause.status : null
}

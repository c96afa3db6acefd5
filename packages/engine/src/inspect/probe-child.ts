// The script of the child process that opens an untrusted model for the first time. It is told a path on its IPC
// channel, loads the model into onnxruntime, runs it on zeros at batch 1 and again at batch 2, and sends back what
// it saw or the error it met. Whatever goes wrong in native code ends this process and no other.
import { dirname } from 'node:path'
import { EngineError, messageOf } from '../errors.ts'
import type { Model } from '../ir/graph.ts'
import { checkOpset } from '../normalize/upgrade-opset.ts'
import { modelBytes } from '../onnx/load.ts'
import { readModel } from '../onnx/read.ts'
import { openSession, type Session, type Tensors } from '../runtime/session.ts'
import { type BindOptions, zeroFeeds } from '../shapes/bind-inputs.ts'
import type { StaticType } from '../shapes/probe-shapes.ts'
import type { VerifiedModel } from './open-in-child.ts'

export interface ProbeRequest {
  readonly path: string
  readonly bind: BindOptions
}

export type ProbeReply =
  | { readonly ok: true; readonly value: VerifiedModel }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly hint?: string }

async function probe({ path, bind }: ProbeRequest): Promise<VerifiedModel> {
  const bytes = await modelBytes(path)
  const model = readModel(bytes, { folder: dirname(path) })
  const opset = model.opsets.get('')
  if (opset !== undefined) checkOpset(opset)
  const started = performance.now()
  const hasExternal = [...model.graph.initializers.values()].some((item) => 'external' in item)
  const session = await openSession(hasExternal ? model : bytes)
  const openMs = performance.now() - started
  try {
    return { ...(await runOnce(model, session, bind)), openMs }
  } finally {
    await session.close()
  }
}

async function runOnce(
  model: Model,
  session: Session,
  bind: BindOptions,
): Promise<Omit<VerifiedModel, 'openMs'>> {
  let feeds: Tensors
  try {
    feeds = zeroFeeds(model, { ...bind, batch: 1 })
  } catch (error) {
    // The model opens; only its input sizes are not known. That is for the caller to say, not a broken model.
    if (!(error instanceof EngineError) || error.code !== 'input-shape-unknown') throw error
    return { ran: false, reason: error.message, inputs: {}, outputs: {}, runMs: 0, batches: false }
  }
  const started = performance.now()
  const outputs = await session.run(feeds)
  const runMs = performance.now() - started
  return {
    ran: true,
    reason: '',
    inputs: types(feeds),
    outputs: types(outputs),
    runMs,
    batches: await batches(model, session, bind, outputs),
  }
}

/** Whether two samples in one run give outputs twice as long: some models fix the batch inside. */
async function batches(model: Model, session: Session, bind: BindOptions, single: Tensors): Promise<boolean> {
  const dims = bind.dims === undefined ? {} : { dims: twice(model, bind.dims) }
  try {
    const feeds = zeroFeeds(model, { ...bind, ...dims, batch: 2 })
    const isOpen = Object.values(feeds).some((feed) => feed.dims[0] === 2)
    if (!isOpen) return false
    const outputs = await session.run(feeds)
    return Object.keys(single).every((name) => outputs[name]!.dims[0] === 2 * (single[name]!.dims[0] ?? 0))
  } catch (error) {
    if (error instanceof EngineError) return false
    throw error
  }
}

/** Given dimensions with 2 for the 1 of a batch that the model leaves open. */
function twice(model: Model, given: NonNullable<BindOptions['dims']>): NonNullable<BindOptions['dims']> {
  return Object.fromEntries(
    Object.entries(given).map(([name, sizes]) => {
      const type = model.graph.inputs.find((input) => input.name === name)?.type
      const open = type?.kind === 'tensor' && typeof type.dims?.[0] !== 'number'
      return [name, open && sizes[0] === 1 ? [2, ...sizes.slice(1)] : sizes]
    }),
  )
}

function types(tensors: Tensors): Readonly<Record<string, StaticType>> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, dims }]) => [name, { dtype, dims: [...dims] }]),
  )
}

process.once('message', (request: ProbeRequest) => {
  probe(request)
    .then(
      (value): ProbeReply => ({ ok: true, value }),
      (error): ProbeReply =>
        error instanceof EngineError
          ? {
              ok: false,
              code: error.code,
              message: error.message,
              ...(error.hint ? { hint: error.hint } : {}),
            }
          : { ok: false, code: 'model-crashed', message: messageOf(error) },
    )
    .then((reply) => {
      process.send?.(reply, () => process.disconnect())
    })
})

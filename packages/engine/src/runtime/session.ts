// A model made ready to run. A run is one synchronous native call, so it blocks the thread it is made in: put
// sessions in worker threads, with workers times `intraOpThreads` no more than there are cores. Inputs are checked
// before the call, so that a wrong shape is said in the model's own words. Outputs can be written into buffers
// that the caller keeps, which saves an allocation per step in loops.
import { EngineError, messageOf } from '../errors.ts'
import type { Dimension, Model, TensorType, ValueInfo } from '../ir/graph.ts'
import { type DataType, storageLength, type Tensor, type TensorData } from '../ir/tensor.ts'
import { writeModel } from '../onnx/write.ts'
import { type Backend, type OnnxRuntime, onnxRuntime } from './onnxruntime.ts'

export interface SessionOptions {
  /** Threads inside one operator. Default 1: callers run sessions in parallel workers. */
  readonly intraOpThreads?: number
  /** Execution provider; default 'cpu', or 'wasm' where the native runtime cannot be loaded. */
  readonly provider?: string
  /** How far onnxruntime may rewrite the graph; default 'all'. */
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all'
  /**
   * Whether threads wait for work by spinning; true unless given. In a loop of short runs on all cores, spinning takes the
   * cores from V8's own threads and the loop becomes slower (measured: 3.4 instead of 2.1 ms a step of a small MLP).
   */
  readonly spin?: boolean
  /** Keep freed memory for the next run (fast, the default) or give it back (small). */
  readonly keepMemory?: boolean
}

export interface RunOptions {
  /** Which outputs to compute; all unless given. */
  readonly outputs?: readonly string[]
  /** Buffers to write outputs into, by output name; the result then holds these same tensors. */
  readonly into?: Readonly<Record<string, Tensor>>
}

export type Tensors = Readonly<Record<string, Tensor>>

export interface Session {
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  /**
   * Runs the model once.
   * @throws EngineError feed-unknown, feed-dtype, feed-shape, session-failed, session-closed
   */
  run(feeds: Tensors, options?: RunOptions): Promise<Tensors>
  /** Frees the native memory. Closing twice is harmless. */
  close(): Promise<void>
}

/**
 * Makes a model ready to run.
 * @throws EngineError session-failed when onnxruntime refuses the model, provider-unavailable,
 *   runtime-unavailable, model-too-large
 */
export async function openSession(
  source: Uint8Array | Model,
  options: SessionOptions = {},
): Promise<Session> {
  const { backend, runtime } = await onnxRuntime(wantedBackend(options.provider))
  const bytes = source instanceof Uint8Array ? source : writeModel(source)
  const provider = options.provider ?? (backend === 'wasm' ? 'wasm' : 'cpu')
  if (backend === 'wasm') setWasmThreads(runtime, options.intraOpThreads ?? 1)
  const native = await create(runtime, bytes, provider, options)
  const inputs = native.inputMetadata.map(info)
  const outputs = native.outputMetadata.map(info)
  const inputTypes = new Map(inputs.map((input) => [input.name, input.type]))
  const outputTypes = new Map(outputs.map((output) => [output.name, output.type]))
  const outputNames = outputs.map((output) => output.name)
  let closed = false

  return {
    inputs,
    outputs,
    async run(feeds, runOptions = {}) {
      if (closed) throw new EngineError('session-closed', 'the session is closed')
      const nativeFeeds: Record<string, InstanceType<OnnxRuntime['Tensor']>> = {}
      for (const name in feeds) {
        checkFeed(name, feeds[name]!, inputTypes)
        nativeFeeds[name] = toNative(runtime, name, feeds[name]!)
      }
      for (const name of inputTypes.keys()) {
        if (!(name in feeds)) {
          throw new EngineError('feed-unknown', `the input "${name}" is missing; ${expected(inputTypes)}`)
        }
      }
      const fetches: Record<string, InstanceType<OnnxRuntime['Tensor']> | null> = {}
      for (const name of runOptions.outputs ?? outputNames) {
        if (!outputTypes.has(name)) {
          throw new EngineError(
            'feed-unknown',
            `the model has no output "${name}"; it has ${outputNames.join(', ')}`,
          )
        }
        const target = runOptions.into?.[name]
        // WebAssembly has a memory of its own and cannot write into the caller's; there the result is copied below.
        fetches[name] = target && backend === 'native' ? toNative(runtime, name, target) : null
      }
      let results: Awaited<ReturnType<typeof native.run>>
      try {
        results = await native.run(nativeFeeds, fetches)
      } catch (cause) {
        throw new EngineError('session-failed', `onnxruntime could not run the model: ${messageOf(cause)}`, {
          cause,
        })
      }
      const made: Record<string, Tensor> = {}
      for (const name in fetches) {
        const target = runOptions.into?.[name]
        if (target !== undefined && backend === 'wasm')
          copyInto(name, fromNative(name, results[name]), target)
        made[name] = target ?? fromNative(name, results[name])
      }
      return made
    },
    async close() {
      if (closed) return
      closed = true
      await native.release()
    },
  }
}

function wantedBackend(provider: string | undefined): Backend | undefined {
  if (provider === undefined) return undefined
  return provider === 'wasm' ? 'wasm' : 'native'
}

/** Counts only before the first session of the process. */
function setWasmThreads(runtime: OnnxRuntime, threads: number): void {
  const { wasm } = runtime.env as { readonly wasm?: { numThreads?: number } }
  if (wasm !== undefined && wasm.numThreads === undefined) wasm.numThreads = threads
}

function copyInto(name: string, from: Tensor, to: Tensor): void {
  if (from.dtype !== to.dtype || from.data.length !== to.data.length) {
    throw new EngineError(
      'feed-shape',
      `the buffer for "${name}" is ${to.dtype}[${to.dims.join(', ')}], the output ${from.dtype}[${from.dims.join(', ')}]`,
    )
  }
  ;(to.data as Float32Array).set(from.data as Float32Array)
}

async function create(runtime: OnnxRuntime, bytes: Uint8Array, provider: string, options: SessionOptions) {
  try {
    return await runtime.InferenceSession.create(bytes, {
      executionProviders: [provider],
      intraOpNumThreads: options.intraOpThreads ?? 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: options.optimization ?? 'all',
      enableCpuMemArena: options.keepMemory ?? true,
      logSeverityLevel: 4,
      ...(options.spin === false ? { extra: { session: { intra_op: { allow_spinning: '0' } } } } : {}),
    })
  } catch (cause) {
    if (
      provider !== 'cpu' &&
      provider !== 'wasm' &&
      !/protobuf|graph|node|opset|operator/i.test(messageOf(cause))
    ) {
      throw new EngineError(
        'provider-unavailable',
        `"${provider}" cannot be used here: ${messageOf(cause)}`,
        {
          hint: 'Use the provider "cpu", or install what this one needs.',
          cause,
        },
      )
    }
    throw new EngineError('session-failed', `onnxruntime refused the model: ${messageOf(cause)}`, { cause })
  }
}

interface NativeInfo {
  readonly name: string
  readonly isTensor: boolean
  readonly type?: string
  readonly shape?: readonly (number | string)[]
}

function info(native: NativeInfo): ValueInfo {
  if (!native.isTensor) return { name: native.name }
  const dims = (native.shape ?? []).map((size): Dimension => (size === '' ? null : size))
  return { name: native.name, type: { kind: 'tensor', dtype: native.type as DataType, dims } }
}

type InputTypes = ReadonlyMap<string, ValueInfo['type']>

function checkFeed(name: string, feed: Tensor, types: InputTypes): void {
  if (!types.has(name))
    throw new EngineError('feed-unknown', `there is no input "${name}"; ${expected(types)}`)
  const type = types.get(name)
  if (type?.kind !== 'tensor') return
  if (type.dtype !== feed.dtype) {
    throw new EngineError('feed-dtype', `the input "${name}" takes ${type.dtype}, got ${feed.dtype}`)
  }
  const given = `[${feed.dims.join(', ')}]`
  // onnxruntime reports an input of unknown rank as a scalar, so no dimensions means nothing to check.
  const dims = type.dims ?? []
  const fits =
    dims.length === 0 ||
    (dims.length === feed.dims.length &&
      dims.every((size, i) => typeof size !== 'number' || size === feed.dims[i]))
  if (!fits)
    throw new EngineError('feed-shape', `the input "${name}" takes ${describeType(type)}, got ${given}`)
  checkLength(name, feed)
}

function checkLength(name: string, given: Tensor): void {
  const length = storageLength(given.dtype, given.dims)
  if (given.data.length !== length) {
    throw new EngineError(
      'feed-shape',
      `"${name}" has dimensions [${given.dims.join(', ')}], which take ${length} elements, ` +
        `but its data has ${given.data.length}`,
    )
  }
}

function expected(types: InputTypes): string {
  const list = [...types].map(([name, type]) =>
    type?.kind === 'tensor' ? `${name} ${describeType(type)}` : name,
  )
  return list.length === 0 ? 'the model takes no inputs' : `the model takes ${list.join(', ')}`
}

function describeType(type: TensorType): string {
  return `${type.dtype}[${(type.dims ?? []).map((size) => size ?? '?').join(', ')}]`
}

interface HalfArray {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Uint16Array
}

function toNative(runtime: OnnxRuntime, name: string, source: Tensor): InstanceType<OnnxRuntime['Tensor']> {
  checkLength(name, source)
  let data = source.data as TensorData
  // Where JavaScript has a float16 array, onnxruntime insists on it; the bits are the same.
  const half = (globalThis as { Float16Array?: HalfArray }).Float16Array
  if (source.dtype === 'float16' && half && data instanceof Uint16Array) {
    data = new half(data.buffer, data.byteOffset, data.length)
  }
  try {
    return new runtime.Tensor(source.dtype as 'float32', data as Float32Array, source.dims)
  } catch (cause) {
    throw new EngineError(
      'feed-dtype',
      `onnxruntime takes no ${source.dtype} tensors from JavaScript ("${name}")`,
      {
        cause,
      },
    )
  }
}

function fromNative(name: string, native: unknown): Tensor {
  const value = native as { type?: string; dims?: readonly number[]; data?: TensorData } | undefined
  if (!value?.data || !value.dims || !value.type) {
    throw new EngineError('session-failed', `the output "${name}" is not a tensor`)
  }
  let data = value.data
  if (value.type === 'float16' && !(data instanceof Uint16Array) && ArrayBuffer.isView(data)) {
    data = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
  }
  return { dtype: value.type as DataType, dims: value.dims, data }
}

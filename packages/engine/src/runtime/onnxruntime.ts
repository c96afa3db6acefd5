// onnxruntime, loaded on first use only: a command that runs no model must not pay for it, and must work where it
// cannot be loaded. The native package is the one to have; where it has no binary for a machine, the WebAssembly
// build (`onnxruntime-web`, an optional package) takes the same graphs and is 3 to 8 times slower. Their own log is
// turned off, because everything that matters also comes as an exception.
import { EngineError, messageOf } from '../errors.ts'

export type OnnxRuntime = typeof import('onnxruntime-node')

export type Backend = 'native' | 'wasm'

export interface LoadedRuntime {
  readonly backend: Backend
  readonly runtime: OnnxRuntime
}

const loading = new Map<Backend, Promise<OnnxRuntime>>()

function load(backend: Backend): Promise<OnnxRuntime> {
  let loaded = loading.get(backend)
  if (loaded === undefined) {
    loaded = importRuntime(backend).catch((cause) => {
      loading.delete(backend)
      throw cause
    })
    loading.set(backend, loaded)
  }
  return loaded
}

async function importRuntime(backend: Backend): Promise<OnnxRuntime> {
  // The two packages have the same interface for what is used here; only the web one has `env.wasm`.
  const module = (await (backend === 'native'
    ? import('onnxruntime-node')
    : import('onnxruntime-web'))) as object
  // A CommonJS package: some loaders hand its exports over as the default export only.
  const runtime = (
    'InferenceSession' in module ? module : (module as { default: unknown }).default
  ) as OnnxRuntime
  runtime.env.logLevel = 'fatal'
  return runtime
}

/**
 * The runtime: the one asked for, else the native one, else WebAssembly where that is installed.
 * @throws EngineError runtime-unavailable
 */
export async function onnxRuntime(wanted?: Backend): Promise<LoadedRuntime> {
  const order: readonly Backend[] = wanted === undefined ? ['native', 'wasm'] : [wanted]
  const failures: unknown[] = []
  for (const backend of order) {
    try {
      return { backend, runtime: await load(backend) }
    } catch (cause) {
      failures.push(cause)
    }
  }
  const [cause] = failures
  throw new EngineError(
    'runtime-unavailable',
    wanted === 'wasm'
      ? `onnxruntime-web cannot be loaded: ${messageOf(cause)}`
      : `onnxruntime-node cannot be loaded on ${process.platform}-${process.arch}: ${messageOf(cause)}`,
    {
      hint:
        wanted === 'wasm'
          ? 'Install it: npm install onnxruntime-web.'
          : 'It has binaries for Linux (glibc), macOS and Windows on x64 and arm64. Elsewhere install onnxruntime-web, which is slower and runs anywhere.',
      cause,
    },
  )
}

export interface Provider {
  /** 'cpu', 'cuda', 'webgpu', ... */
  readonly name: string
  /** Whether the installed package has the code; others need libraries of their own. */
  readonly bundled: boolean
}

/** The execution providers that can be asked for. Being listed does not mean that one works here. */
export async function listProviders(): Promise<readonly Provider[]> {
  const providers: Provider[] = []
  try {
    const { listSupportedBackends } = (await onnxRuntime('native')).runtime
    providers.push(...listSupportedBackends().map(({ name, bundled }) => ({ name, bundled })))
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    providers.push({ name: 'cpu', bundled: false })
  }
  const wasm = await onnxRuntime('wasm').then(
    () => true,
    () => false,
  )
  return [...providers, { name: 'wasm', bundled: wasm }]
}

/** Which onnxruntime models run in when nothing else is asked for, and its version. */
export async function runtimeVersion(): Promise<string> {
  const { backend, runtime } = await onnxRuntime()
  const { versions } = runtime.env
  return backend === 'native' ? `${versions.node ?? ''}` : `${versions.web ?? ''} (WebAssembly)`
}

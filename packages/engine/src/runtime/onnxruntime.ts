// The native onnxruntime, loaded on first use only: a command that runs no model must not pay for it, and must
// work where it cannot be loaded. Its own log is turned off, because everything that matters also comes as an
// exception.
import { EngineError, messageOf } from '../errors.ts'

export type OnnxRuntime = typeof import('onnxruntime-node')

let loading: Promise<OnnxRuntime> | undefined

/** @throws EngineError runtime-unavailable when the native package cannot be loaded on this machine. */
export function onnxRuntime(): Promise<OnnxRuntime> {
  loading ??= import('onnxruntime-node').then(
    (module) => {
      // A CommonJS package: some loaders hand its exports over as the default export only.
      const runtime = 'InferenceSession' in module ? module : (module as { default: OnnxRuntime }).default
      runtime.env.logLevel = 'fatal'
      return runtime
    },
    (cause) => {
      loading = undefined
      throw new EngineError(
        'runtime-unavailable',
        `onnxruntime-node cannot be loaded on ${process.platform}-${process.arch}: ${messageOf(cause)}`,
        {
          hint: 'It has binaries for Linux (glibc), macOS and Windows on x64 and arm64; reinstall without --no-optional, or run in a glibc-based container.',
          cause,
        },
      )
    },
  )
  return loading
}

export interface Provider {
  /** 'cpu', 'cuda', 'webgpu', ... */
  readonly name: string
  /** Whether the installed package has the code; others need libraries of their own. */
  readonly bundled: boolean
}

/** The execution providers that the installed onnxruntime knows. Being listed does not mean it works here. */
export async function listProviders(): Promise<readonly Provider[]> {
  const { listSupportedBackends } = await onnxRuntime()
  return listSupportedBackends().map(({ name, bundled }) => ({ name, bundled }))
}

/** The version of the installed onnxruntime. */
export async function runtimeVersion(): Promise<string> {
  return (await onnxRuntime()).env.versions.node ?? ''
}

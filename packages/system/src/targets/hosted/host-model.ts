// From the configuration's words to a model that lives in this thread: it is asked once to know it, and opened again for
// every worker that wants it.
import type { SystemConfig } from '../../config/config-schema.ts'
import { type CommandSpec, commandDigest, openCommand } from './command-model.ts'
import { describeHosted, describeUnasked, type HostedSpec } from './describe-hosted.ts'
import { functionDigest, functionModel } from './function-model.ts'
import type { HostedDescriptor } from './hosted-descriptor.ts'
import type { ModelHost } from './model-port.ts'
import { openHosted } from './open-hosted.ts'

export interface HostedModel {
  readonly descriptor: HostedDescriptor
  readonly host: ModelHost
}

/**
 * The model of a configuration that is a program or a function; null when it is neither.
 * @throws FailmodeError config-invalid, model-mismatch, target-unreachable, model-failed, interrupted
 */
export async function hostModel(
  { model, task, labels }: SystemConfig,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<HostedModel | null> {
  if (model === undefined || !('command' in model || 'predict' in model)) return null
  const { input, output, inputs, outputs } = model
  const base: Omit<HostedSpec, 'kind' | 'name' | 'digest' | 'noGradient'> = {
    task,
    ...(labels === undefined ? {} : { labels }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    inputs,
    outputs,
  }
  if ('predict' in model) {
    // One for all workers, so that it is called once at a time.
    const raw = functionModel(model)
    const descriptor = await describeHosted(
      {
        ...base,
        kind: 'function',
        name: 'model.predict',
        digest: functionDigest(model),
        noGradient: 'the configuration gives no "gradient" beside "predict"',
      },
      raw,
    )
    return { descriptor, host: async () => openHosted(descriptor, raw) }
  }

  const { command, env = [], timeout = 60, restarts = 2, version } = model
  const spec: HostedSpec = {
    ...base,
    kind: 'process',
    name: 'model.command',
    digest: await commandDigest({ command, folder, version }),
    noGradient: 'a program that answers line by line gives no gradients',
  }
  const told = describeUnasked(spec)
  const program: CommandSpec = {
    command,
    folder,
    env,
    timeoutSeconds: timeout,
    restarts,
    input: told.input,
    output: told.output,
    labels: labels ?? null,
  }
  const raw = await openCommand(program, { signal })
  try {
    const descriptor = await describeHosted(spec, raw)
    return {
      descriptor,
      host: async (options) => openHosted(descriptor, await openCommand(program, options)),
    }
  } finally {
    await raw.close()
  }
}

// Between a check that asks for a step and the pool that does it stands the journal: a step whose key is there
// is not done again, a step that is already under way is waited for, and a finished one is written down before
// its result is used.
import { join } from 'node:path'
import {
  type Cost,
  canonicalJson,
  FailmodeError,
  type Journal,
  type JournalEntry,
  type StepHandler,
  type StepResult,
} from '@failmode/core'
import type { StepPool } from '../pool/step-pool.ts'
import type { JournalFile } from './journal-file.ts'
import { exists, sha256 } from './run-folder.ts'

export interface StepRunner {
  run<I, O>(
    handler: StepHandler<I, O>,
    input: I,
    options?: { readonly onProgress?: (share: number) => void },
  ): Promise<StepResult<O>>
  /** Steps that were done now, and that were taken from the journal. */
  readonly count: { done: number; reused: number }
}

export function createStepRunner(parts: {
  readonly folder: string
  readonly journal: JournalFile
  readonly past: Journal | null
  readonly pool: StepPool
  /** Digest of the targets; part of every key. */
  readonly targets: string
  readonly seed: number
  readonly signal: AbortSignal
  readonly onStep?: (cost: Cost) => void
}): StepRunner {
  const { folder, journal, past, pool, targets, seed, signal } = parts
  const running = new Map<string, Promise<StepResult<unknown>>>()
  const count = { done: 0, reused: 0 }

  const perform = async (
    key: string,
    handler: StepHandler<unknown, unknown>,
    input: unknown,
    onProgress: ((share: number) => void) | undefined,
  ): Promise<StepResult<unknown>> => {
    const before = past?.entries.get(key)
    if (before !== undefined && (await allExist(folder, before.blobs))) {
      count.reused++
      return { output: before.output, cost: before.cost }
    }
    signal.throwIfAborted()
    const started = performance.now()
    const outcome = await pool.run(handler.name, input, {
      signal,
      ...(onProgress === undefined ? {} : { onProgress }),
    })
    const { cost, blobs } = outcome
    // Through JSON, so that a result used now and one read from the journal later are the same thing.
    const output: unknown = JSON.parse(
      JSON.stringify(outcome.output, (_, value) => finite(value, handler.name)),
    )
    const entry: JournalEntry = {
      key,
      handler: handler.name,
      version: handler.version,
      output,
      cost,
      blobs,
      seconds: Math.round(performance.now() - started) / 1000,
    }
    await journal.append(entry)
    count.done++
    return { output, cost }
  }

  return {
    count,
    run(handler, input, options) {
      const key = sha256(canonicalJson([handler.name, handler.version, input, targets, seed]))
      let promise = running.get(key)
      if (promise === undefined) {
        promise = perform(key, handler as StepHandler<unknown, unknown>, input, options?.onProgress).then(
          (result) => {
            parts.onStep?.(result.cost)
            return result
          },
        )
        running.set(key, promise)
      }
      return promise as Promise<StepResult<never>>
    },
  }
}

/** JSON would turn a number that is not finite into null, and sums count null as 0. */
function finite(value: unknown, handler: string): unknown {
  if (typeof value !== 'number' || Number.isFinite(value)) return value
  throw new FailmodeError('step-failed', { message: `${handler} gave ${value}, which is no result.` })
}

async function allExist(folder: string, blobs: readonly string[]): Promise<boolean> {
  for (const blob of blobs) if (!(await exists(join(folder, blob)))) return false
  return true
}

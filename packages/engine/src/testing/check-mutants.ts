// What must hold for every damaged model: reading it ends soon and within bounds of memory, in a model or in an
// EngineError; opening it in the child process does too; and what the child ran, the rest of the engine can be
// trusted with.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EngineError } from '../errors.ts'
import { crossEntropy } from '../gradients/losses.ts'
import { openGradients } from '../gradients/open-gradients.ts'
import { describeModel } from '../inspect/describe-model.ts'
import { verifyModel } from '../inspect/open-in-child.ts'
import { normalize } from '../normalize/normalize.ts'
import { readModel } from '../onnx/read.ts'
import { fixtures } from './fixtures.ts'
import { mutant } from './mutants.ts'

export interface MutantTally {
  /** How many ended so, by error code; 'model' where a model came out. */
  readonly read: Readonly<Record<string, number>>
  readonly opened: Readonly<Record<string, number>>
  readonly differentiated: Readonly<Record<string, number>>
  readonly slowestReadMs: number
  readonly slowestOpenMs: number
  /** How much more memory the process held at its highest than before. */
  readonly grownMb: number
}

export const childLimits = { timeoutMs: 20_000, memoryMb: 1024 }

/**
 * @param options.count mutants to read
 * @param options.opened of those that still parse, how many to open in a child process, two at a time
 * @throws whatever is no EngineError: that is the failure looked for
 */
export async function checkMutants(options: {
  readonly seed: number
  readonly count: number
  readonly opened: number
}): Promise<MutantTally> {
  const sources = fixtures().map(({ path }) => new Uint8Array(readFileSync(path)))
  const [read, opened, differentiated]: Record<string, number>[] = [{}, {}, {}]
  let [slowestReadMs, slowestOpenMs] = [0, 0]
  const before = process.memoryUsage().rss
  let highest = before
  const parsed: number[] = []
  const bytesOf = (i: number): Uint8Array =>
    mutant(sources[i % sources.length]!, options.seed * 1_000_003 + i)

  for (let i = 0; i < options.count; i++) {
    const bytes = bytesOf(i)
    const started = performance.now()
    const ended = await outcome(() => describeModel(readModel(bytes)))
    slowestReadMs = Math.max(slowestReadMs, performance.now() - started)
    highest = Math.max(highest, process.memoryUsage().rss)
    count(read!, ended)
    if (ended === 'model') parsed.push(i)
  }

  const folder = mkdtempSync(join(tmpdir(), 'engine-mutants-'))
  try {
    const every = Math.max(1, Math.floor(parsed.length / options.opened))
    const sample = parsed.filter((_, at) => at % every === 0).slice(0, options.opened)
    const open = async (): Promise<void> => {
      for (let i = sample.pop(); i !== undefined; i = sample.pop()) {
        const bytes = bytesOf(i)
        const path = join(folder, `${i}.onnx`)
        writeFileSync(path, bytes)
        const started = performance.now()
        let ran = false
        const ended = await outcome(async () => {
          ran = (await verifyModel(path, childLimits)).ran
        })
        slowestOpenMs = Math.max(slowestOpenMs, performance.now() - started)
        count(opened!, ended)
        if (!ran) continue
        const after = await outcome(async () => {
          const session = await openGradients(await normalize(readModel(bytes)), {
            loss: crossEntropy(),
            normalized: true,
          })
          await session.close()
        })
        count(differentiated!, after)
      }
    }
    await Promise.all([open(), open()])
  } finally {
    rmSync(folder, { recursive: true })
  }
  const grownMb = (highest - before) / 2 ** 20
  return {
    read: read!,
    opened: opened!,
    differentiated: differentiated!,
    slowestReadMs,
    slowestOpenMs,
    grownMb,
  }
}

async function outcome(work: () => unknown): Promise<string> {
  try {
    await work()
    return 'model'
  } catch (error) {
    if (error instanceof EngineError) return error.code
    throw error
  }
}

function count(tally: Record<string, number>, key: string): void {
  tally[key] = (tally[key] ?? 0) + 1
}

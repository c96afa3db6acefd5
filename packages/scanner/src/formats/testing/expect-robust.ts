// What every format owes to hostile bytes: broken files give one of three errors, and none takes long.
import { expect } from 'vitest'
import { LimitReached } from '../../scan/limits.ts'
import { memorySource } from '../../source/source.ts'
import { type Format, Malformed, NotThisFormat } from '../format.ts'
import { fakeContext } from './fake-context.ts'
import { mutantRandom, mutate } from './mutate.ts'

export interface Sample {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Examines mutants of the samples, and expects nothing but the errors that a format may throw. */
export async function expectRobust(
  format: Format,
  samples: readonly Sample[],
  { mutants = 500 }: { readonly mutants?: number } = {},
): Promise<void> {
  const random = mutantRandom(format.id)
  for (let count = 0; count < mutants; count++) {
    const mutant = mutate(
      samples.map(({ bytes }) => bytes),
      random,
    )
    const started = performance.now()
    try {
      const source = memorySource(mutant)
      if (format.recognise(mutant.subarray(0, 4096), source) === 'no') continue
      const { end } = await format.examine(source, fakeContext())
      expect(end, `end of mutant ${count}`).toBeGreaterThan(0)
      expect(end, `end of mutant ${count}`).toBeLessThanOrEqual(mutant.length)
    } catch (error) {
      const allowed =
        error instanceof Malformed || error instanceof NotThisFormat || error instanceof LimitReached
      if (!allowed) throw error
    }
    expect(performance.now() - started, `milliseconds for mutant ${count}`).toBeLessThan(5000)
  }
}

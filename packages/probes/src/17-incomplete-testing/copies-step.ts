import type { StepHandler } from '@failmode/core'
import { type Copy, indexCopies } from './copies.ts'

export interface CopiesInput {
  readonly split: string
  readonly indices: readonly number[]
  /** The data set in which copies are looked for; in the same one a sample is only compared with those before it. */
  readonly against: string
  readonly least: number
}

/** For each of `indices` the sample that it is a copy of, or null. */
export const copiesStep: StepHandler<CopiesInput, { readonly copies: readonly (Copy | null)[] }> = {
  name: 'incomplete-testing/copies',
  version: 1,
  async run({ split, indices, against, least }, { samples, signal, progress }) {
    const index = indexCopies(await samples(against), least)
    const own = await samples(split)
    const copies = indices.map((row, i) => {
      signal.throwIfAborted()
      if (i % 64 === 0) progress(i / indices.length)
      return index.find(own.read([row]).data, against === split ? (of) => of < row : undefined)
    })
    return { copies }
  },
}

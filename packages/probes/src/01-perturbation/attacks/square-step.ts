import type { StepHandler } from '@failmode/core'
import { gatherRows } from '@failmode/core'
import { square } from '../../attacks/square.ts'
import { type Attacked, type AttackInput, confirm } from './attacked.ts'

/** Square on the given samples, all of which the model has right. */
export const squareStep: StepHandler<AttackInput & { readonly initialShare: number }, Attacked> = {
  name: 'perturbation/square',
  version: 2,
  async run(input, context) {
    const samples = await context.samples(input.split)
    const x = samples.read(input.indices)
    const labels = gatherLabels(samples.labels, input.indices)
    const model = await context.model('score', { maxQueries: input.indices.length * input.effort })
    const result = await square(
      model,
      { x, labels, ids: input.indices },
      {
        random: context.random,
        eps: input.eps,
        queries: input.effort,
        initialShare: input.initialShare,
        signal: context.signal,
        progress: context.progress,
      },
    )
    const fooled = result.spentToSuccess.flatMap((queries, row) => (queries === null ? [] : [row]))
    return confirm(context, {
      ball: { norm: 'linf', eps: input.eps },
      rows: fooled,
      indices: input.indices,
      clean: x,
      labels,
      adversarial: gatherRows(result.adversarial, fooled),
      queriesToSuccess: result.spentToSuccess,
    })
  },
}

export function gatherLabels(labels: Int32Array | null, indices: readonly number[]): Int32Array {
  if (labels === null) throw new TypeError('the data have no labels')
  return Int32Array.from(indices, (index) => labels[index] as number)
}

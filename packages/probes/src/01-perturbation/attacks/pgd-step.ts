import { gatherRows, type StepHandler } from '@failmode/core'
import { type PgdOptions, pgd } from '../../attacks/pgd.ts'
import { type Attacked, type AttackInput, confirm } from './attacked.ts'
import { gatherLabels } from './square-step.ts'

export type PgdInput = AttackInput & Pick<PgdOptions, 'loss' | 'stepSize' | 'randomStart' | 'restarts'>

/** PGD, or FGSM when it is one step without a random start, on the given samples, all of which the model has right. */
export const pgdStep: StepHandler<PgdInput, Attacked> = {
  name: 'perturbation/pgd',
  version: 1,
  async run(input, context) {
    const samples = await context.samples(input.split)
    const x = samples.read(input.indices)
    const labels = gatherLabels(samples.labels, input.indices)
    const each = input.restarts * (input.effort + 1)
    const model = await context.model('gradient', { maxQueries: input.indices.length * each })
    const result = await pgd(
      model,
      { x, labels, ids: input.indices },
      {
        random: context.random,
        norm: input.norm,
        eps: input.eps,
        loss: input.loss,
        steps: input.effort,
        stepSize: input.stepSize,
        randomStart: input.randomStart,
        restarts: input.restarts,
        signal: context.signal,
        progress: context.progress,
      },
    )
    const fooled = result.spentToSuccess.flatMap((passes, row) => (passes === null ? [] : [row]))
    const confirmed = await confirm(context, {
      ball: input,
      rows: fooled,
      indices: input.indices,
      clean: x,
      labels,
      adversarial: gatherRows(result.adversarial, fooled),
      queriesToSuccess: result.spentToSuccess,
    })
    return { ...confirmed, lossCurve: result.lossCurve, zeroGradients: result.zeroGradients }
  },
}

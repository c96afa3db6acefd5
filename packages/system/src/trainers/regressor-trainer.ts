// Regressors that are solved and not searched for: least squares, ridge, LASSO, elastic net, logistic regression.
import { FailmodeError, sizeOf, type TrainerTarget } from '@failmode/core'
import { fitLinear, fitLogistic, linearModel, logisticModel } from '@failmode/engine'
import { trainedModel, trainingFailure } from './trained-model.ts'
import type { TrainerDescriptor } from './trainer-descriptor.ts'

export function openRegressorTrainer(
  { regressor, facts, classes }: Extract<TrainerDescriptor, { readonly kind: 'regressor' }>,
  { threads }: { readonly threads: number },
): TrainerTarget {
  return {
    facts,
    async train({ data, signal }) {
      signal?.throwIfAborted()
      const { x, labels, values, weights } = data
      const rows = x.dims[0] as number
      const table = {
        x: x.data,
        rows,
        columns: sizeOf(x.dims.slice(1)),
        ...(weights === undefined ? {} : { weights }),
      }
      try {
        if (regressor.kind === 'logistic') {
          if (labels === null) throw missing('a class')
          const count = labels.reduce((most, label) => Math.max(most, label + 1), classes)
          const options = regressor.c === undefined ? {} : { c: regressor.c }
          const fit = fitLogistic({ ...table, labels, classes: count }, options)
          return await trainedModel(logisticModel(fit), { input: 'x', output: 'logits', losses: [], threads })
        }
        if (values === undefined) throw missing('a value')
        const fit = fitLinear(
          { ...table, y: values },
          {
            kind: regressor.kind,
            ...('alpha' in regressor && regressor.alpha !== undefined ? { alpha: regressor.alpha } : {}),
            ...('l1Ratio' in regressor && regressor.l1Ratio !== undefined
              ? { l1Ratio: regressor.l1Ratio }
              : {}),
          },
        )
        if (!fit.converged) {
          throw new FailmodeError('training-failed', {
            message: `the regression did not reach its optimum in ${fit.iterations} rounds.`,
            hint: 'Scale the columns to similar sizes, or use a stronger punishment (alpha).',
          })
        }
        return await trainedModel(linearModel(fit), { input: 'x', output: 'y', losses: [], threads })
      } catch (cause) {
        throw trainingFailure(cause)
      }
    },
    close: async () => {},
  }
}

function missing(what: string): FailmodeError {
  return new FailmodeError('data-mismatch', {
    message: `the samples come without ${what}, which this regressor learns from.`,
  })
}

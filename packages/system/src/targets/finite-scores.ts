import { FailmodeError } from '@failmode/core'

/**
 * Refuses scores and gradients that are not numbers: comparisons with NaN are false and would read as "not fooled", and
 * the sign of NaN is no direction.
 *
 * @param data [call, width], of which the first `count` rows are samples and the rest is padding
 * @param from number of the first sample in its batch, for the message
 * @throws FailmodeError model-failed
 */
export function refuseNonFinite(
  data: Float32Array,
  {
    call,
    count,
    from,
    what = 'scores',
  }: {
    readonly call: number
    readonly count: number
    readonly from: number
    readonly what?: 'scores' | 'gradients'
  },
): void {
  const width = data.length / call
  const bad = data.subarray(0, width * count).findIndex((value) => !Number.isFinite(value))
  if (bad === -1) return
  const gave = what === 'scores' ? 'the model answered' : 'the gradient of the loss is'
  throw new FailmodeError('model-failed', {
    message: `${gave} ${data[bad]} for sample ${from + Math.floor(bad / width)} of a batch; ${what} have to be finite numbers.`,
    hint: 'Check the input block of the configuration: range, mean and std may not be those of the training.',
  })
}

import { FailmodeError } from '@failmode/core'

const said = {
  scores: 'the model answered',
  gradients: 'the gradient of the loss is',
  embeddings: 'what goes into the last layer is',
} as const

/**
 * Refuses scores, gradients and embeddings that are not numbers: comparisons with NaN are false and would read as "not fooled", and
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
    readonly what?: 'scores' | 'gradients' | 'embeddings'
  },
): void {
  const width = data.length / call
  const bad = data.subarray(0, width * count).findIndex((value) => !Number.isFinite(value))
  if (bad === -1) return
  throw new FailmodeError('model-failed', {
    message: `${said[what]} ${data[bad]} for sample ${from + Math.floor(bad / width)} of a batch; ${what} have to be finite numbers.`,
    hint: 'Check the input block of the configuration: range, mean and std may not be those of the training.',
  })
}

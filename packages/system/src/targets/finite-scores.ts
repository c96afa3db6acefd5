import { FailmodeError } from '@failmode/core'

/**
 * Refuses scores that are not numbers, because comparisons with NaN are false and would read as "not fooled".
 *
 * @param data [call, width], of which the first `count` rows are samples and the rest is padding
 * @param from number of the first sample in its batch, for the message
 * @throws FailmodeError model-failed
 */
export function refuseNonFinite(
  data: Float32Array,
  { call, count, from }: { readonly call: number; readonly count: number; readonly from: number },
): void {
  const width = data.length / call
  const bad = data.subarray(0, width * count).findIndex((value) => !Number.isFinite(value))
  if (bad === -1) return
  throw new FailmodeError('model-failed', {
    message: `the model answered ${data[bad]} for sample ${from + Math.floor(bad / width)} of a batch; scores have to be finite numbers.`,
    hint: 'Check the input block of the configuration: range, mean and std may not be those of the training.',
  })
}

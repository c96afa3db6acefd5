// How often a model is right on data without labels, guessed from how sure it is there. Both ways trust that being
// sure means now what it meant on the labelled reference; where that broke, they are wrong, mostly too hopeful.
import { mean, sorted } from '../statistics/describe.ts'

export interface ConfidentAnswers {
  /** Largest probability of each labelled reference row. */
  readonly confidence: ArrayLike<number>
  /** 1 where the model is right there. */
  readonly correct: ArrayLike<number>
}

/**
 * Average thresholded confidence: the share of current rows whose confidence is at least that of the last reference
 * row counted when, from the surest down, as many are counted as are right (Garg et al., "Leveraging Unlabeled Data to
 * Predict Out-of-Distribution Performance", ICLR 2022, eq. 2).
 * @throws RangeError when a sample is empty
 */
export function thresholdedConfidence(
  { confidence, correct }: ConfidentAnswers,
  current: ArrayLike<number>,
): number {
  if (confidence.length === 0 || current.length === 0) throw new RangeError('a sample is empty')
  const right = Math.round(mean(correct) * confidence.length)
  if (right === 0) return 0
  const threshold = sorted(confidence)[confidence.length - right]!
  let above = 0
  // Many rows may be equally sure, and count for the share of them that were counted in the reference.
  let equal = 0
  for (let i = 0; i < current.length; i++) {
    if (current[i]! > threshold) above++
    else if (current[i]! === threshold) equal++
  }
  let aboveThen = 0
  let equalThen = 0
  for (let i = 0; i < confidence.length; i++) {
    if (confidence[i]! > threshold) aboveThen++
    else if (confidence[i]! === threshold) equalThen++
  }
  return (above + (equal * (right - aboveThen)) / equalThen) / current.length
}

/**
 * Difference of confidences: the reference accuracy less the fall of the mean confidence, cut to [0,1] (Guillory et al.,
 * "Predicting with Confidence on Unseen Distributions", ICCV 2021).
 * @throws RangeError when a sample is empty
 */
export function differenceOfConfidences(
  { confidence, correct }: ConfidentAnswers,
  current: ArrayLike<number>,
): number {
  if (confidence.length === 0 || current.length === 0) throw new RangeError('a sample is empty')
  return Math.min(1, Math.max(0, mean(correct) - (mean(confidence) - mean(current))))
}

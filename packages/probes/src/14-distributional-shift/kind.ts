// Which kind of shift it is, from what moved and what did not. With x the input and y the right answer: under label shift
// only the shares of classes change and each class looks as before; under covariate shift inputs of one class look
// otherwise; under concept shift inputs look as before and their right answers have changed. Without labels the kinds
// cannot be told apart, and nothing is claimed.

export type ShiftKind = 'label shift' | 'covariate shift' | 'concept shift' | 'unknown' | 'none'

export interface KindInput {
  /** p-value of the comparison of all rows. */
  readonly rows: number
  /** p-value of the comparison within classes; undefined without labels. */
  readonly givenClass: number | undefined
  /** p-value of the shares of classes; undefined without labels. */
  readonly classes: number | undefined
  readonly alpha: number
}

/**
 * A shift of the inputs is given to the classes only where they moved and rows within classes did not. Rows that look
 * the same together and not within their classes have changed their classes: concept shift.
 */
export function kindOfShift({ rows, givenClass, classes, alpha }: KindInput): ShiftKind {
  if (givenClass === undefined || classes === undefined) return rows <= alpha ? 'unknown' : 'none'
  if (rows > alpha) return givenClass <= alpha ? 'concept shift' : 'none'
  if (givenClass <= alpha) return 'covariate shift'
  return classes <= alpha ? 'label shift' : 'unknown'
}

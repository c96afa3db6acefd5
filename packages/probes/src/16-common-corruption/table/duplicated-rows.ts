// Rows that come twice, as after a repeated import or a join on a key that is not one. The copies stand at the end. Counts,
// means and shares of the table move with them, and a copy on both sides of a split into training and test data leaks.
import { takeShare } from '../text/take-share.ts'
import { defineTableCorruption, mistakeShares } from './table-corruption.ts'

/** Constants: share of the rows that come once more. */
export const duplicatedRows = defineTableCorruption<number>({
  name: 'duplicated-rows',
  constants: mistakeShares,
  apply({ rows }, share, { random }) {
    const twice = takeShare(rows.length, share, random)
    const origin = [...rows.keys(), ...twice]
    return { rows: origin.map((i) => rows[i]!), changed: [], origin }
  },
})

// Which samples a check looks at. The order is one permutation per probe and seed, and a check takes a prefix
// of it, so that checks with different sample counts still look at the same samples first and their outcomes
// can be compared in pairs.
import type { Random } from '@failmode/core'

export function chooseSamples(
  random: Random,
  options: { readonly count: number; readonly of: number },
): number[] {
  return Array.from(
    random.split('samples').permutation(options.of).subarray(0, Math.min(options.count, options.of)),
  )
}

/**
 * The steps after which Auto-PGD looks whether its step is still of the right length: 22 % of all steps first, then
 * intervals that shrink by 3 % of all steps down to 6 % (arXiv:2003.01690, section 3.1, rounded down as in the
 * authors' code).
 */
export function checkpoints(steps: number): number[] {
  const share = (part: number) => Math.max(Math.floor(part * steps), 1)
  const positions: number[] = []
  let interval = share(0.22)
  for (let at = interval; at <= steps; at += interval) {
    positions.push(at)
    interval = Math.max(interval - share(0.03), share(0.06))
  }
  return positions
}

import { compareDistances, compareRobust } from './areas/evasion/compare.ts'
import { openNet } from './areas/evasion/nets.ts'
import { carliniWagner, fmn, hopSkipJump, square } from './areas/evasion/strength.ts'
import { sharedData } from './shared-data.ts'

const context = { data: sharedData(), log: console.error, signal: new AbortController().signal }
const net = await openNet('digits', context)
if ('reason' in net) throw new Error(net.reason)
const show = (name: string, t0: number, trials: any) => {
  for (const { at, ours, peers, missing } of trials)
    for (const [lib, theirs] of peers)
      console.log(
        name,
        at,
        lib,
        typeof ours[0] === 'boolean'
          ? JSON.stringify([
              ours.filter(Boolean).length,
              theirs.filter(Boolean).length,
              compareRobust(ours, theirs),
            ])
          : JSON.stringify([compareDistances(ours, theirs), ours.slice(0, 6), theirs.slice(0, 6)]),
        missing,
        Math.round(performance.now() - t0),
      )
}
const what = process.argv[2]!
const t0 = performance.now()
if (what === 'fmn')
  for (const norm of ['l2', 'linf', 'l1', 'l0'] as const)
    show(norm, t0, await fmn(net, { norm, count: 24 }, context))
if (what === 'cw') show('cw', t0, await carliniWagner(net, { count: 4 }, context))
if (what === 'hsj')
  for (const norm of ['l2', 'linf'] as const)
    show(norm, t0, await hopSkipJump(net, { norm, count: 4 }, context))
if (what === 'square')
  for (const ball of [
    { norm: 'linf', eps: 0.13 },
    { norm: 'l2', eps: 2.2 },
  ] as const)
    show(ball.norm, t0, await square(net, { ball, counts: [40, 16, 4] }, context))

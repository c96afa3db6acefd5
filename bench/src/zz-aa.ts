import { openNet, firstSamples, openTarget } from './areas/evasion/nets.ts'
import { createRandom } from '@failmode/core'
import { apgd } from '../../packages/probes/src/attacks/apgd.ts'
import { sharedData } from './shared-data.ts'
import { measureSuites } from './areas/evasion/autoattack.ts'
const context = { data: sharedData(), log: console.error, signal: new AbortController().signal }
if (process.argv[3]) {
  const net = await openNet('digits-robust', context)
  if ('reason' in net) throw new Error(net.reason)
  const batch = firstSamples(net, 60)
  const t = await openTarget(net, 2)
  for (const eps of [0.1, 0.2, 0.25, 0.3]) {
    const r = await apgd(t.access('gradient'), batch, { norm: 'linf', eps, loss: 'cross-entropy', steps: 30, restarts: 1, random: createRandom(1) })
    console.log(eps, r.spentToSuccess.filter((s) => s === null).length / 60)
  }
  await t.close()
} else {
  const r = await measureSuites(process.argv[2] as never, context)
  if ('reason' in r) console.log(r)
  else console.log(r.net, r.ours.parts, r.ours.seconds, r.theirs.parts, r.theirs.seconds, r.ours.robust.filter((x, i) => x !== r.theirs.robust[i]).length, r.quiet)
}

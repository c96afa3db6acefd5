import { it } from 'vitest'
import { float } from '../ir/attributes.ts'
import { graphBuilder } from '../ir/graph-builder.ts'
import { float32, fromNumbers, int64, zeros } from '../ir/tensor.ts'
import { randomTensor } from '../testing/models.ts'
import { openSession } from '../runtime/session.ts'
import { formula, type Formula } from './formula.ts'
import { between, leakyStep, positive, within, sign } from './masks.ts'
const S = 2 ** 100
async function compare(title: string, dims: number[], forms: Record<string, (o: Formula, x: string, g: string) => string>) {
  const xs = { x: randomTensor(1, dims), g: randomTensor(2, dims) }
  const sessions: any[] = []
  for (const [name, f] of Object.entries(forms)) {
    const b = graphBuilder()
    const o = formula(b, 'float32')
    const x0 = b.input('x', 'float32', dims)
    const x = o.mul(x0, 8)
    const g = o.mul(b.input('g', 'float32', dims), 1.5)
    const out = f(o, x, g)
    // a small output, so that no time goes into copying
    b.output(o.of('Slice', [out, b.constant(int64([0])), b.constant(int64([1])), b.constant(int64([0]))] as any), 'out')
    const s = await openSession(b.finish(), { intraOpThreads: 2 })
    sessions.push({ name, s, t: [] as number[] })
  }
  for (let r = 0; r < 40; r++) for (const e of sessions) { const t = performance.now(); await e.s.run(xs); if (r > 2) e.t.push(performance.now() - t) }
  for (const e of sessions) { e.t.sort((a: number, b: number) => a - b); console.log('B', title, e.name, 'min', e.t[0].toFixed(2), 'med', e.t[e.t.length >> 1].toFixed(2)); await e.s.close() }
}
it('x', async () => {

  const big = [64, 64, 32, 32]
  const clip = (f: (o: Formula, y: string, g: string) => string) => (o: Formula, x: string, g: string) => f(o, o.of('Clip', [x, 0, 6]), g)
  const h = (o: Formula, x: string) => o.of('HardSigmoid', x, { alpha: float(1 / 6), beta: float(0.5) })
  const lt = (o: Formula, x: string, b: number) => o.of('HardSigmoid', x, { alpha: float(-S), beta: float(b * S) })
  const through = (o: Formula, s: string, z: string, r: string, ax = 1) => o.mul(r, o.sub(o.sub(s, o.reduce('ReduceMean', s, [ax])), o.mul(z, o.reduce('ReduceMean', o.mul(s, z), [ax]))))
  for (let k = 0; k < 2; k++) {
  await compare('relu6', big, {
    none: clip((o, y, g) => o.mul(g, y)),
    product: clip((o, y, g) => o.mul(g, between(o, y, 0, 6))),
    abs: clip((o, y, g) => o.mul(g, within(o, o.sub(y, 3), 3))),
    compare: clip((o, y, g) => o.mul(g, o.cast(o.of('And', [o.of('Greater', [y, 0]), o.of('Less', [y, 6])])))),
    xor: clip((o, y, g) => o.mul(g, o.cast(o.of('Xor', [o.of('Greater', [y, 0]), o.of('Equal', [y, 6])])))),
  })
  await compare('hswish', big, {
    mine: (o, x, g) => o.mul(g, o.add(h(o, x), o.mul(o.mul(x, within(o, x, 3)), 1 / 6))),
    clipdiff: (o, x, g) => { const c = h(o, x); return o.mul(g, o.add(c, o.mul(o.sub(c, 0.5), within(o, x, 3)))) },
    // c = clip(x,-3,3): c/3 - sign-ish
    four: (o, x, g) => { const m = lt(o, o.of('Abs', x), 3); return o.mul(g, o.add(h(o, x), o.mul(o.mul(x, 1 / 6), m))) },
  })
  for (const ln of [[2048, 256], [25088, 96], [1576, 768]]) await compare('ln' + ln, ln, {
    ones: (o, x, g) => { const [z, , r] = o.builder.nodes('LayerNormalization', [x, o.builder.constant(float32(new Array(ln[1]!).fill(1)))], 3, { axis: -1 }) as any; return through(o, g, z, r) },
    manual: (o, x, g) => { const c = o.sub(x, o.reduce('ReduceMean', x, [1])); const r = o.of('Reciprocal', o.of('Sqrt', o.add(o.reduce('ReduceMean', o.mul(c, c), [1]), 1e-5))); return through(o, g, o.mul(c, r), r) },
    sumsq: (o, x, g) => { const c = o.sub(x, o.reduce('ReduceMean', x, [1])); const r = o.of('Reciprocal', o.of('Sqrt', o.add(o.mul(o.of('ReduceSumSquare', [c, o.builder.constant(int64([1]))] as any), 1 / ln[1]!), 1e-5))); return through(o, g, o.mul(c, r), r) },
    fwd: (o, x, g) => o.builder.nodes('LayerNormalization', [x, o.builder.constant(float32(new Array(ln[1]!).fill(1)))], 3, { axis: -1 })[0]!,
  })
  for (const tok of [[64, 128, 128], [96, 197, 197]]) {
  const soft = (f: (o: Formula, y: string, g: string) => string) => (o: Formula, x: string, g: string) => f(o, o.of('Softmax', [x]), g)
  await compare('softmax' + tok, tok, {
    mine: soft((o, y, g) => { const w = o.mul(g, y); return o.sub(w, o.mul(y, o.reduce('ReduceSum', w, [2]))) }),
    other: soft((o, y, g) => o.mul(y, o.sub(g, o.reduce('ReduceSum', o.mul(g, y), [2])))),
  }) }
  }
}, 120000)

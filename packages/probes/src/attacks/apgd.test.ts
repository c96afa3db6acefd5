import { createRandom, type GradientModel, type LossName, sizeOf } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { labelledByModel, smallNet } from '../testing/labelled-by-model.ts'
import { linearModel } from '../testing/linear-model.ts'
import { twoLayerModel } from '../testing/two-layer-model.ts'
import { type ApgdOptions, apgd } from './apgd.ts'
import { apgdTargeted } from './apgd-targeted.ts'
import type { AttackBatch } from './attack.ts'
import { distance, type Norm, norms } from './ball.ts'
import golden from './golden/apgd.json' with { type: 'json' }
import { margins, predictions } from './margin.ts'

const random = createRandom(8)
const base = {
  random,
  norm: 'linf',
  eps: 0.1,
  loss: 'cross-entropy',
  steps: 60,
  restarts: 1,
} as const satisfies ApgdOptions

const samples = (model: GradientModel, count: number, shape: readonly number[]) =>
  labelledByModel(model, { count, shape, random })
const net = (inputs: number, classes = 5) => smallNet(random, inputs, classes)

const row = (data: Float32Array, i: number, size: number) => data.slice(i * size, (i + 1) * size)

describe('Auto-PGD', () => {
  it('asks the very points that the code of its authors asks, in all norms and for all its losses', async () => {
    for (const { norm, loss, eps, clean, start, label, target, asked } of golden.cases) {
      const model = twoLayerModel(golden)
      const { adversarial, spentToSuccess, lossCurve } = await apgd(
        model,
        {
          x: { data: Float32Array.from(clean), dims: [1, 1, 4, 4] },
          labels: Int32Array.of(label),
          targets: Int32Array.of(target),
          ids: [0],
        },
        {
          random,
          norm: norm as Norm,
          eps,
          loss: loss as LossName,
          success: 'any',
          steps: golden.steps,
          restarts: 1,
          startFrom: { data: Float32Array.from(start), dims: [1, 1, 4, 4] },
        },
      )
      expect(spentToSuccess).toEqual([null])
      // The DLR losses look at the clean sample first.
      const own = model.asked.slice(-asked.length)
      expect(own).toHaveLength(golden.steps + 1)
      for (const [step, point] of asked.entries()) {
        const gap = distance((own[step] as { x: Float32Array }).x, Float32Array.from(point), 'linf')
        expect(gap, `${norm} ${loss} step ${step}`).toBeLessThan(1e-5)
      }
      // What it gives back is the point with the highest loss of those that it asked with a gradient.
      const { loss: reached } = await model.gradient(
        {
          data: Float32Array.from(
            [adversarial.data, ...own.slice(0, -1).map(({ x }) => x)].flatMap((v) => [...v]),
          ),
          dims: [golden.steps + 1, 16],
        },
        loss as LossName,
        {
          labels: new Int32Array(golden.steps + 1).fill(label),
          targets: new Int32Array(golden.steps + 1).fill(target),
        },
      )
      expect(reached[0]).toBe(Math.max(...reached))
      expect(lossCurve).toHaveLength(golden.steps)
    }
  })

  it('fools a linear model exactly when the closed form says that the ball holds an adversarial point', async () => {
    const weights = Array.from({ length: 20 }, (_, j) => Math.sin(1.7 * j + 0.3))
    const clean = new Float32Array(20).fill(0.5)
    const sum = weights.reduce((a, b) => a + b / 2, 0)
    const dual = {
      linf: weights.reduce((a, b) => a + Math.abs(b), 0),
      l2: Math.sqrt(weights.reduce((a, b) => a + b * b, 0)),
      l1: Math.max(...weights.map(Math.abs)),
    }
    for (const norm of norms) {
      for (const loss of ['cross-entropy', 'dlr', 'margin'] as const) {
        const attack = (margin: number) =>
          apgd(
            linearModel([new Array(20).fill(0), weights], [0, margin - sum]),
            { x: { data: clean, dims: [1, 20] }, labels: Int32Array.of(1), ids: [3] },
            { ...base, norm, loss },
          )
        const reach = base.eps * dual[norm]
        // L1 does not get below two coordinates, of which the second gains a little less.
        const share = norm === 'l1' ? 0.97 : 0.99
        expect((await attack(share * reach)).spentToSuccess[0]).not.toBeNull()
        const never = await attack(1.01 * reach)
        expect(never.spentToSuccess).toEqual([null])
        expect(distance(never.adversarial.data, clean, norm)).toBeLessThanOrEqual(
          base.eps * (1 + 1e-6) + 6e-8,
        )
      }
    }
  })

  it('in L1 finds the corner of ball and box that a linear model is weakest at', async () => {
    // The greedy optimum: the largest weights move to the face, 0.3 away, the last one as far as the rest of eps goes.
    const weights = Array.from({ length: 30 }, (_, j) => Math.cos(2.3 * j))
    const clean = new Float32Array(30).map((_, j) => ((weights[j] as number) > 0 ? 0.3 : 0.7))
    const ranked = [...weights].map(Math.abs).sort((a, b) => b - a)
    const reach = ranked.slice(0, 4).reduce((gain, w) => gain + 0.3 * w, 0) + 0.1 * (ranked[4] as number)
    const sum = weights.reduce((total, w, j) => total + w * (clean[j] as number), 0)
    for (const wideStart of [false, true]) {
      const attack = (margin: number) =>
        apgd(
          linearModel([new Array(30).fill(0), weights], [0, margin - sum]),
          { x: { data: clean, dims: [1, 30] }, labels: Int32Array.of(1), ids: [3] },
          { ...base, norm: 'l1', eps: 1.3, steps: 100, wideStart },
        )
      expect((await attack(0.98 * reach)).spentToSuccess[0]).not.toBeNull()
      expect((await attack(1.01 * reach)).spentToSuccess[0]).toBeNull()
    }
  })

  it('asks points of the ball and the box only, as often as it says', async () => {
    for (const shape of [[7], [1, 4, 5], [3, 4, 4]]) {
      const size = sizeOf(shape)
      for (const norm of norms) {
        const model = net(size)
        const batch = await samples(model, 4, shape)
        for (const wideStart of [false, true]) {
          model.asked.length = 0
          const eps = { linf: 0.02, l2: 0.05, l1: 0.15 }[norm]
          const { spentToSuccess } = await apgd(model, batch, {
            ...base,
            norm,
            eps,
            steps: 20,
            restarts: 2,
            wideStart,
          })
          const wide = wideStart && norm === 'l1'
          const spent = spentToSuccess.map((passes) => passes ?? 2 * (wide ? 23 : 21))
          expect(model.asked).toHaveLength(spent.reduce((a, b) => a + b, 0))
          for (const { x } of model.asked) {
            expect(x.every((v) => v >= 0 && v <= 1)).toBe(true)
            const nearest = Math.min(
              ...batch.ids.map((_, i) => distance(x, row(batch.x.data, i, size), norm)),
            )
            expect(nearest).toBeLessThanOrEqual((wide ? 3 : 1) * eps * (1 + 1e-6) + 6e-8)
          }
          // The last look of a start has no gradient.
          const unfooled = spentToSuccess.filter((passes) => passes === null).length
          expect(model.asked.filter(({ gradient }) => !gradient).length).toBeGreaterThanOrEqual(2 * unfooled)
        }
      }
    }
  })

  it('gives the first adversarial point that it asked, and says after how many passes', async () => {
    const model = net(12)
    const batch = await samples(model, 8, [12])
    for (const norm of norms) {
      for (let i = 0; i < 8; i++) {
        const one: AttackBatch = {
          x: { data: row(batch.x.data, i, 12), dims: [1, 12] },
          labels: batch.labels.slice(i, i + 1),
          ids: [i],
        }
        model.asked.length = 0
        const eps = { linf: 0.15, l2: 0.4, l1: 1 }[norm]
        const { adversarial, spentToSuccess } = await apgd(model, one, { ...base, norm, eps, loss: 'dlr' })
        const asked = [...model.asked]
        const scores = await model.scores({
          data: Float32Array.from(asked.flatMap(({ x }) => [...x])),
          dims: [asked.length, 12],
        })
        const first = margins(scores, new Array(asked.length).fill(batch.labels[i])).findIndex((m) => m < 0)
        expect(spentToSuccess[0]).toBe(first === -1 ? null : first + 1)
        if (first !== -1) expect(adversarial.data).toEqual(asked[first]?.x)
      }
    }
  })

  it('gives a sample the same result alone, in any batch and in any order', async () => {
    const model = net(12)
    const batch = await samples(model, 6, [12])
    const eps = { linf: 0.1, l2: 0.25, l1: 0.7 }
    for (const norm of norms) {
      for (const attack of [
        (part: AttackBatch) => apgd(model, part, { ...base, norm, eps: eps[norm], steps: 15, restarts: 2 }),
        (part: AttackBatch) =>
          apgdTargeted(model, part, { ...base, norm, eps: eps[norm], steps: 8, targetClasses: 9 }),
      ]) {
        const whole = await attack(batch)
        const order = [4, 0, 5]
        const part = await attack({
          x: { data: Float32Array.from(order.flatMap((i) => [...row(batch.x.data, i, 12)])), dims: [3, 12] },
          labels: Int32Array.from(order, (i) => batch.labels[i] as number),
          ids: order.map((i) => batch.ids[i] as number),
        })
        for (const [k, i] of order.entries()) {
          expect(row(part.adversarial.data, k, 12)).toEqual(row(whole.adversarial.data, i, 12))
          expect(part.spentToSuccess[k]).toBe(whole.spentToSuccess[i])
        }
      }
    }
  })

  it('ends at the wanted class where there is one, unless any will do', async () => {
    const model = net(12)
    const batch = await samples(model, 8, [12])
    const targets = batch.labels.map((label) => (label + 2) % 5)
    for (const loss of [
      'targeted-dlr',
      'targeted-cross-entropy',
      'targeted-margin',
      'class-difference',
    ] as const) {
      const { adversarial, spentToSuccess } = await apgd(
        model,
        { ...batch, targets },
        { ...base, eps: 0.5, loss },
      )
      const predicted = predictions(await model.scores(adversarial))
      for (const [i, spent] of spentToSuccess.entries())
        expect(predicted[i] === targets[i]).toBe(spent !== null)
      expect(spentToSuccess.filter((spent) => spent !== null).length).toBeGreaterThan(2)
    }
    const options = { ...base, eps: 0.5, loss: 'targeted-dlr' } as const
    const any = await apgd(model, { ...batch, targets }, { ...options, success: 'any' })
    const predicted = predictions(await model.scores(any.adversarial))
    for (const [i, spent] of any.spentToSuccess.entries())
      expect(predicted[i] !== batch.labels[i]).toBe(spent !== null)
    await expect(apgd(model, batch, options)).rejects.toThrow(RangeError)
    await expect(apgd(model, batch, { ...base, success: 'target' })).rejects.toThrow(RangeError)
  })

  it('uses a loss that the model has enough classes for', async () => {
    for (const [classes, dlr, targetedDlr] of [
      [2, 'margin', 'class-difference'],
      [3, 'dlr', 'class-difference'],
      [4, 'dlr', 'targeted-dlr'],
    ] as const) {
      const model = net(12, classes)
      const batch = await samples(model, 6, [12])
      const untargeted = await apgd(model, batch, { ...base, eps: 0.5, loss: 'dlr' })
      expect(untargeted.loss).toBe(dlr)
      const targeted = await apgdTargeted(model, batch, { ...base, eps: 0.5, targetClasses: 9 })
      expect(targeted.loss).toBe(targetedDlr)
      for (const { adversarial, spentToSuccess } of [untargeted, targeted]) {
        const predicted = predictions(await model.scores(adversarial))
        for (const [i, spent] of spentToSuccess.entries())
          expect(predicted[i] !== batch.labels[i]).toBe(spent !== null)
        expect(spentToSuccess.some((spent) => spent !== null)).toBe(true)
      }
    }
  })

  it('starts from the points it is given, moved into the ball', async () => {
    const model = net(12)
    const batch = await samples(model, 2, [12])
    const far = { data: batch.x.data.map((v) => 1 - v), dims: [2, 12] }
    for (const norm of norms) {
      model.asked.length = 0
      await apgd(model, batch, { ...base, norm, eps: 0.01, steps: 3, startFrom: far })
      const first = model.asked[0]?.x as Float32Array
      expect(distance(first, row(batch.x.data, 0, 12), norm)).toBeLessThanOrEqual(0.01 + 6e-8)
      expect(distance(first, row(batch.x.data, 0, 12), norm)).toBeGreaterThan(0.0099)
    }
  })

  it('notices samples without any gradient and stops when it is told to', async () => {
    const flat = linearModel(
      [
        [0, 0],
        [0, 0],
      ],
      [0, 1],
    )
    const batch = { x: { data: Float32Array.of(0.5, 0.5), dims: [1, 2] }, labels: Int32Array.of(1), ids: [0] }
    for (const norm of norms) {
      const { zeroGradients, spentToSuccess } = await apgd(flat, batch, { ...base, norm })
      expect(zeroGradients).toBe(1)
      expect(spentToSuccess).toEqual([null])
    }
    const signal = AbortSignal.abort()
    await expect(apgd(flat, batch, { ...base, signal })).rejects.toThrow()
  })

  it('has nothing to do without samples', async () => {
    const { spentToSuccess } = await apgd(
      net(4),
      { x: { data: new Float32Array(0), dims: [0, 4] }, labels: new Int32Array(0), ids: [] },
      base,
    )
    expect(spentToSuccess).toEqual([])
  })
})

describe('APGD-T', () => {
  it('finds what lies behind a class that is not the second best', async () => {
    // Class 1 is close in score but out of reach; class 2 is far below and within reach along its own coordinate.
    const model = linearModel(
      [
        [0, 0, 0],
        [0.1, 0, 0],
        [0, 30, 0],
      ],
      [1, 0.9, -16],
    )
    const batch = {
      x: { data: Float32Array.of(0.3, 0.5, 0.5), dims: [1, 3] },
      labels: Int32Array.of(0),
      ids: [0],
    }
    const one = await apgdTargeted(model, batch, { ...base, targetClasses: 1 })
    const all = await apgdTargeted(model, batch, { ...base, targetClasses: 9 })
    expect(one.spentToSuccess).toEqual([null])
    expect(all.spentToSuccess[0]).toBeGreaterThan(61)
    expect(predictions(await model.scores(all.adversarial))).toEqual(Int32Array.of(2))
  })

  it('does not try the next class on a sample that has fallen', async () => {
    const model = net(12)
    const batch = await samples(model, 8, [12])
    model.asked.length = 0
    const { spentToSuccess } = await apgdTargeted(model, batch, {
      ...base,
      eps: 0.08,
      steps: 10,
      targetClasses: 3,
    })
    const most = 1 + 3 * 11
    expect(spentToSuccess.some((spent) => spent === null)).toBe(true)
    expect(spentToSuccess.some((spent) => spent !== null)).toBe(true)
    expect(model.asked).toHaveLength(spentToSuccess.reduce<number>((sum, spent) => sum + (spent ?? most), 0))
  })

  it('goes towards the wanted class alone where there is one', async () => {
    const model = net(12)
    const batch = await samples(model, 6, [12])
    const targets = batch.labels.map((label) => (label + 1) % 5)
    const { adversarial, spentToSuccess } = await apgdTargeted(
      model,
      { ...batch, targets },
      { ...base, eps: 0.5, targetClasses: 9 },
    )
    const predicted = predictions(await model.scores(adversarial))
    for (const [i, spent] of spentToSuccess.entries())
      expect(predicted[i] === targets[i]).toBe(spent !== null)
  })
})

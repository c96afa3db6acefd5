import { createRandom, type GradientModel, sizeOf } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { labelledByModel, smallNet } from '../testing/labelled-by-model.ts'
import { linearModel } from '../testing/linear-model.ts'
import { twoLayerModel } from '../testing/two-layer-model.ts'
import type { AttackBatch } from './attack.ts'
import { distance, type Norm, norms } from './ball.ts'
import { isBeyond } from './beyond.ts'
import { type FabOptions, fab, fabResult, oneClass, startAll } from './fab.ts'
import { newSearch } from './fab-search.ts'
import { fabTargeted } from './fab-targeted.ts'
import golden from './golden/fab.json' with { type: 'json' }
import { predictions } from './margin.ts'

const random = createRandom(3)
const base = { random, norm: 'linf', eps: 1, steps: 60, restarts: 1 } as const satisfies FabOptions

const samples = (model: GradientModel, count: number, shape: readonly number[]) =>
  labelledByModel(model, { count, shape, random })
const net = (inputs: number, classes = 5) => smallNet(random, inputs, classes)

const row = (data: Float32Array, i: number, size: number) => data.slice(i * size, (i + 1) * size)

function distances(batch: AttackBatch, adversarial: Float32Array, norm: Norm): number[] {
  const size = sizeOf(batch.x.dims.slice(1))
  return Array.from(batch.labels, (_, i) =>
    distance(row(adversarial, i, size), row(batch.x.data, i, size), norm),
  )
}

const dualOf = { linf: 'l1', l2: 'l2', l1: 'linf' } as const

/** Both attacks, and with new planes as published or not. */
const kinds = [true, false].flatMap((relinearise) => [
  (model: GradientModel, batch: AttackBatch, options: FabOptions) =>
    fab(model, batch, { ...options, relinearise }),
  (model: GradientModel, batch: AttackBatch, options: FabOptions) =>
    fabTargeted(model, batch, { ...options, relinearise, targetClasses: 9 }),
])

describe('FAB', () => {
  it('asks the very points that the code of its authors asks, in all norms and with all classes or one', async () => {
    for (const { norm, clean, label, target, asked, found } of golden.cases) {
      const model = twoLayerModel(golden)
      const batch: AttackBatch = {
        x: { data: Float32Array.from(clean), dims: [1, 1, 4, 4] },
        labels: Int32Array.of(label),
        ids: [0],
      }
      const options = { ...base, norm: norm as Norm, steps: golden.steps, relinearise: true }
      const search = newSearch(batch)
      let result = fabResult(search)
      if (target === null) result = await fab(model, batch, options)
      else {
        const planes = oneClass(model, batch.labels, Int32Array.of(target), 'class-difference')
        await startAll(search, planes, {
          ...options,
          streamOf: () => random,
          recorded: true,
          progress: () => {},
        })
        result = fabResult(search)
      }
      const own: Float32Array[] = []
      for (const { x } of model.asked)
        if (distance(own.at(-1) ?? new Float32Array(16), x, 'linf') > 0) own.push(x)
      expect(own).toHaveLength(asked.length)
      for (const [step, point] of asked.entries())
        expect(
          distance(own[step] as Float32Array, Float32Array.from(point), 'linf'),
          `${norm} step ${step}`,
        ).toBeLessThan(1e-5)
      // Ours counts the points that it went back to as well, where they turn out to be adversarial.
      const theirs = distance(Float32Array.from(found), batch.x.data, norm as Norm)
      expect(distances(batch, result.adversarial.data, norm as Norm)[0]).toBeLessThan(theirs + 1e-5)
    }
  })

  it('finds the distance to a plane far from the faces of the box: the margin over the dual norm', async () => {
    const weights = Array.from({ length: 30 }, (_, j) => Math.sin(1.7 * j + 0.3))
    const model = linearModel(
      [weights, new Array(30).fill(0)],
      [0.05 - weights.reduce((a, b) => a + b / 2, 0), 0],
    )
    const batch = {
      x: { data: new Float32Array(30).fill(0.5), dims: [1, 30] },
      labels: Int32Array.of(0),
      ids: [0],
    }
    for (const norm of norms) {
      const closed = 0.05 / distance(Float32Array.from(weights), new Float32Array(30), dualOf[norm])
      for (const attack of kinds) {
        const { adversarial } = await attack(model, batch, { ...base, norm })
        const [found] = distances(batch, adversarial.data, norm) as [number]
        expect(found / closed).toBeGreaterThan(0.9999)
        expect(found / closed).toBeLessThan(1.01)
      }
    }
  })

  it('finds the distance where the box cuts the way short', async () => {
    // The two largest weights meet their face after 0.1; the rest of the margin is gained by the others alone.
    const model = linearModel(
      [
        [4, 3, 1, 1, 1],
        [0, 0, 0, 0, 0],
      ],
      [-0.7 - 1.5 + 1.2, 0],
    )
    const clean = Float32Array.of(0.1, 0.1, 0.5, 0.5, 0.5)
    const batch = { x: { data: clean, dims: [1, 5] }, labels: Int32Array.of(0), ids: [0] }
    // The margin is 0.7 + 1.5 - 1 = 1.2, and 0.7 of it is gained at the faces, 0.5 by three weights of 1.
    const closed = { linf: 0.5 / 3, l2: Math.sqrt(2 * 0.01 + 0.25 / 3), l1: 0.2 + 0.5 }
    for (const norm of norms) {
      for (const attack of kinds) {
        const { adversarial } = await attack(model, batch, { ...base, norm, steps: 100 })
        const [found] = distances(batch, adversarial.data, norm) as [number]
        expect(found / closed[norm]).toBeGreaterThan(0.9999)
        expect(found / closed[norm]).toBeLessThan(1.012)
      }
    }
  })

  it('goes to the nearest of many classes, and FAB-T finds it among the classes that it tries', async () => {
    // By score class 1 comes next, by distance class 2.
    const model = linearModel(
      [
        [0, 0, 0],
        [0.1, 0, 0],
        [0, 10, 0],
      ],
      [1, 0.9, -4.5],
    )
    const batch = {
      x: { data: Float32Array.of(0.3, 0.5, 0.5), dims: [1, 3] },
      labels: Int32Array.of(0),
      ids: [0],
    }
    const closest = async (attack: Promise<{ readonly adversarial: { readonly data: Float32Array } }>) =>
      distances(batch, (await attack).adversarial.data, 'l2')[0]
    expect(await closest(fab(model, batch, { ...base, norm: 'l2' }))).toBeCloseTo(0.05, 3)
    expect(await closest(fabTargeted(model, batch, { ...base, norm: 'l2', targetClasses: 9 }))).toBeCloseTo(
      0.05,
      3,
    )
    expect(await closest(fabTargeted(model, batch, { ...base, norm: 'l2', targetClasses: 1 }))).toBeCloseTo(
      0.7,
      2,
    )
  })

  it('comes as near as a search of the whole box on a net that is not linear', async () => {
    const model = net(2, 3)
    const batch = await samples(model, 12, [2])
    const side = 201
    const grid = Float32Array.from({ length: side * side * 2 }, (_, k) => {
      const cell = k >> 1
      return (k & 1 ? Math.floor(cell / side) : cell % side) / (side - 1)
    })
    const classes = predictions(await model.scores({ data: grid, dims: [side * side, 2] }))
    for (const norm of norms) {
      const nearest = Array.from(batch.labels, (label, i) => {
        const [a, b] = [batch.x.data[2 * i] as number, batch.x.data[2 * i + 1] as number]
        let least = Number.POSITIVE_INFINITY
        for (const [cell, predicted] of classes.entries()) {
          if (predicted === label) continue
          const [da, db] = [
            Math.abs((grid[2 * cell] as number) - a),
            Math.abs((grid[2 * cell + 1] as number) - b),
          ]
          least = Math.min(
            least,
            norm === 'linf' ? Math.max(da, db) : norm === 'l1' ? da + db : Math.hypot(da, db),
          )
        }
        return least
      })
      for (const attack of kinds) {
        const { adversarial } = await attack(model, batch, { ...base, norm, restarts: 3, eps: 0.3 })
        const ratios = distances(batch, adversarial.data, norm).map((found, i) => {
          // The grid may miss the border by the side of a cell.
          expect(found).toBeGreaterThan((nearest[i] as number) - 2 / (side - 1))
          return found / (nearest[i] as number)
        })
        const sorted = ratios.sort((a, b) => a - b)
        expect(sorted[6]).toBeLessThan(1.02)
        expect(sorted.filter((ratio) => ratio < 1.1).length).toBeGreaterThanOrEqual(10)
      }
    }
  })

  it('gives the closest of all adversarial points that it asked, all of them in the box', async () => {
    const model = net(12)
    const batch = await samples(model, 6, [3, 2, 2])
    for (const norm of norms) {
      for (const attack of kinds) {
        for (let i = 0; i < 6; i++) {
          const one: AttackBatch = {
            x: { data: row(batch.x.data, i, 12), dims: [1, 3, 2, 2] },
            labels: batch.labels.slice(i, i + 1),
            ids: [i],
          }
          model.asked.length = 0
          const { adversarial, spentToSuccess } = await attack(model, one, {
            ...base,
            norm,
            steps: 15,
            restarts: 2,
          })
          expect(model.asked.every(({ x }) => x.every((v) => v >= 0 && v <= 1))).toBe(true)
          const asked = [...model.asked]
          const all = Float32Array.from(asked.flatMap(({ x }) => [...x]))
          const scores = await model.scores({ data: all, dims: [asked.length, 12] })
          const wrong = isBeyond(
            scores,
            { labels: new Int32Array(asked.length).fill(one.labels[0] as number) },
            [...asked.keys()],
          )
          const hits = asked.flatMap(({ x }, k) =>
            wrong[k] === true ? [{ spent: k + 1, distance: distance(x, one.x.data, norm) }] : [],
          )
          expect(hits.length).toBeGreaterThan(0)
          expect(distance(adversarial.data, one.x.data, norm)).toBe(
            Math.min(...hits.map((hit) => hit.distance)),
          )
          // Where a step takes a pass for each class, the point is known to be adversarial at the end of it.
          const first = hits[0]?.spent as number
          expect(spentToSuccess[0]).toBeGreaterThanOrEqual(first)
          expect(spentToSuccess[0]).toBeLessThan(first + 4)
        }
      }
    }
  })

  it('takes the passes that it says', async () => {
    const flat = linearModel([new Array(4).fill(0), new Array(4).fill(0), new Array(4).fill(0)], [1, 0, 0])
    const batch = {
      x: { data: new Float32Array(8).fill(0.5), dims: [2, 4] },
      labels: Int32Array.of(0, 0),
      ids: [0, 1],
    }
    const { zeroGradients, spentToSuccess } = await fab(flat, batch, { ...base, steps: 10, restarts: 2 })
    expect(zeroGradients).toBe(1)
    expect(spentToSuccess).toEqual([null, null])
    expect(flat.calls.gradients).toHaveLength(2 * 10 * 2)
    // One for the number of classes, then the last of each start.
    expect(flat.calls.scores).toEqual([2, 2, 2])
    flat.calls.gradients.length = 0
    flat.calls.scores.length = 0
    await fabTargeted(flat, batch, { ...base, steps: 10, targetClasses: 9 })
    expect(flat.calls.gradients).toHaveLength(2 * 10)
    expect(flat.calls.scores).toEqual([2, 2, 2])
    flat.calls.gradients.length = 0
    flat.calls.scores.length = 0
    await fabTargeted(flat, batch, { ...base, steps: 10, targetClasses: 9, relinearise: true })
    expect(flat.calls.gradients).toHaveLength(2 * 10)
    expect(flat.calls.scores).toHaveLength(1 + 2 * 10)
  })

  it('gives a sample the same result alone, in any batch and in any order', async () => {
    const model = net(12)
    const batch = await samples(model, 6, [12])
    for (const norm of norms) {
      for (const attack of kinds) {
        for (const stopWithinEps of [false, true]) {
          const options = { ...base, norm, steps: 8, restarts: 2, eps: 0.3, stopWithinEps }
          const whole = await attack(model, batch, options)
          const order = [4, 0, 5]
          const part = await attack(
            model,
            {
              x: {
                data: Float32Array.from(order.flatMap((i) => [...row(batch.x.data, i, 12)])),
                dims: [3, 12],
              },
              labels: Int32Array.from(order, (i) => batch.labels[i] as number),
              ids: order.map((i) => batch.ids[i] as number),
            },
            options,
          )
          for (const [k, i] of order.entries()) {
            expect(row(part.adversarial.data, k, 12)).toEqual(row(whole.adversarial.data, i, 12))
            expect(part.spentToSuccess[k]).toBe(whole.spentToSuccess[i])
          }
        }
      }
    }
  })

  it('ends at the wanted class where there is one', async () => {
    const model = net(12)
    const batch = await samples(model, 8, [12])
    const targets = batch.labels.map((label) => (label + 2) % 5)
    for (const attack of kinds) {
      const { adversarial, spentToSuccess } = await attack(
        model,
        { ...batch, targets },
        { ...base, norm: 'l2' },
      )
      const predicted = predictions(await model.scores(adversarial))
      for (const [i, spent] of spentToSuccess.entries())
        expect(predicted[i] === targets[i]).toBe(spent !== null)
      expect(spentToSuccess.filter((spent) => spent !== null).length).toBeGreaterThan(3)
    }
  })

  it('works with two, three and four classes', async () => {
    for (const classes of [2, 3, 4]) {
      const model = net(12, classes)
      const batch = await samples(model, 6, [12])
      for (const attack of kinds) {
        const { adversarial, spentToSuccess } = await attack(model, batch, base)
        const predicted = predictions(await model.scores(adversarial))
        for (const [i, spent] of spentToSuccess.entries())
          expect(predicted[i] !== batch.labels[i]).toBe(spent !== null)
        expect(spentToSuccess.every((spent) => spent !== null)).toBe(true)
      }
    }
  })

  it('is content with a point of the ball where that is all that is asked for', async () => {
    const model = net(12)
    const batch = await samples(model, 8, [12])
    const options = { ...base, norm: 'l2', eps: 0.2, targetClasses: 9 } as const
    const spent = async (stopWithinEps: boolean) => {
      model.asked.length = 0
      const { adversarial } = await fabTargeted(model, batch, { ...options, stopWithinEps })
      const within = distances(batch, adversarial.data, 'l2').map(
        (d, i) => d <= 0.2 && batch.labels[i] !== undefined,
      )
      return { within, asked: model.asked.length }
    }
    const early = await spent(true)
    const whole = await spent(false)
    expect(early.within).toEqual(whole.within)
    expect(early.within.filter(Boolean).length).toBeGreaterThan(2)
    expect(early.asked).toBeLessThan(0.8 * whole.asked)
  })

  it('takes a sample that is wrong as it is for what it is', async () => {
    const model = net(12)
    const batch = await samples(model, 2, [12])
    const labels = batch.labels.map((label) => (label + 1) % 5)
    for (const attack of kinds) {
      const { adversarial, spentToSuccess } = await attack(model, { ...batch, labels }, base)
      expect(adversarial.data).toEqual(batch.x.data)
      expect(spentToSuccess.every((spent) => spent !== null && spent <= 5)).toBe(true)
    }
  })

  it('stops when it is told to, and has nothing to do without samples', async () => {
    const model = net(4)
    const batch = await samples(model, 1, [4])
    await expect(fab(model, batch, { ...base, signal: AbortSignal.abort() })).rejects.toThrow()
    const none = { x: { data: new Float32Array(0), dims: [0, 4] }, labels: new Int32Array(0), ids: [] }
    for (const attack of kinds) expect((await attack(model, none, base)).spentToSuccess).toEqual([])
  })
})

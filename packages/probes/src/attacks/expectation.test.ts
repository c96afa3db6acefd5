import { createRandom, openDoor } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { linearModel } from '../testing/linear-model.ts'
import { expectation, expectedScores } from './expectation.ts'
import { pgd } from './pgd.ts'

const weights = [
  [1, -2, 0.5],
  [-1, 1, 2],
  [0.3, 0.2, -1],
]
const x = { data: Float32Array.of(0.2, 0.9, 0.4, 0.6, 0.1, 0.7), dims: [2, 3] }
const classes = { labels: Int32Array.of(0, 1) }

/** Answers from a list of models in turn. */
function inTurn(models: readonly ReturnType<typeof linearModel>[]) {
  let turn = 0
  const next = () => models[turn++ % models.length] as ReturnType<typeof linearModel>
  return {
    scores: (...args: Parameters<ReturnType<typeof linearModel>['scores']>) => next().scores(...args),
    gradient: (...args: Parameters<ReturnType<typeof linearModel>['gradient']>) => next().gradient(...args),
  }
}

describe('the expectation of a model', () => {
  it('of a model that always answers alike is that model, up to a constant in its logits', async () => {
    const model = linearModel(weights)
    const once = await model.gradient(x, 'cross-entropy', classes)
    const mean = await expectation(model, { passes: 7 }).gradient(x, 'cross-entropy', classes)
    expect(mean.loss).toEqual(once.loss)
    expect(mean.gradient).toEqual(once.gradient)
    for (let row = 0; row < 2; row++) {
      const logits = once.scores.data.subarray(row * 3, row * 3 + 3)
      const total = Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0))
      for (const [k, z] of logits.entries()) expect(mean.scores.data[row * 3 + k]).toBeCloseTo(z - total, 5)
    }
  })

  it('is the mean of losses, of gradients and of probabilities over the passes', async () => {
    const models = [linearModel(weights), linearModel([...weights].reverse(), [3, 0, -1])]
    const each = await Promise.all(models.map((model) => model.gradient(x, 'margin', classes)))
    const mean = await expectation(inTurn(models), { passes: 2 }).gradient(x, 'margin', classes)
    for (let i = 0; i < 2; i++)
      expect(mean.loss[i]).toBeCloseTo(((each[0]?.loss[i] ?? 0) + (each[1]?.loss[i] ?? 0)) / 2, 6)
    for (let i = 0; i < 6; i++)
      expect(mean.gradient[i]).toBeCloseTo(((each[0]?.gradient[i] ?? 0) + (each[1]?.gradient[i] ?? 0)) / 2, 6)
    const softmax = (data: Float32Array, row: number) => {
      const e = Array.from(data.subarray(row * 3, row * 3 + 3), Math.exp)
      const total = e.reduce((a, b) => a + b, 0)
      return e.map((v) => v / total)
    }
    for (let row = 0; row < 2; row++) {
      const parts = each.map(({ scores }) => softmax(scores.data, row))
      for (let k = 0; k < 3; k++) {
        const p = ((parts[0]?.[k] ?? 0) + (parts[1]?.[k] ?? 0)) / 2
        expect(Math.exp(mean.scores.data[row * 3 + k] as number)).toBeCloseTo(p, 6)
      }
    }
  })

  it('keeps probabilities as they are, and logits that no probability can hold', async () => {
    let turn = 0
    const probabilities = expectedScores(
      {
        scores: async () => ({
          kind: 'probabilities',
          classes: 2,
          data: turn++ % 2 === 0 ? Float32Array.of(1, 0) : Float32Array.of(0.5, 0.5),
        }),
      },
      { passes: 4 },
    )
    expect((await probabilities.scores(x)).data).toEqual(Float32Array.of(0.75, 0.25))
    const extreme = expectedScores(
      { scores: async () => ({ kind: 'logits', classes: 2, data: Float32Array.of(3000, -2000) }) },
      { passes: 3 },
    )
    const { data } = await extreme.scores(x)
    expect((data[0] as number) - (data[1] as number)).toBeCloseTo(5000, 1)
  })

  it('pays for every pass at the door', async () => {
    const meter = { queries: 0, gradients: 0 }
    const door = openDoor('gradient', linearModel(weights), { meter })
    const model = expectation(door, { passes: 20 })
    await model.gradient(x, 'margin', classes)
    await model.scores(x)
    expect(meter).toEqual({ queries: 40, gradients: 40 })
  })

  it('lets PGD through a gradient whose noise stops it otherwise', async () => {
    // Of 50 coordinates, each gradient is right in expectation and hidden in noise of 20 times its size.
    const size = 50
    const w = Array.from({ length: size }, (_, j) => Math.sin(j * 1.3 + 0.4))
    // Far from the border, so that the attack takes its step.
    const clean = linearModel([w.map((v) => -v), w], [100, 0])
    const noisy = () => {
      const noise = createRandom(5)
      return {
        scores: clean.scores,
        async gradient(...args: Parameters<typeof clean.gradient>) {
          const exact = await clean.gradient(...args)
          return { ...exact, gradient: exact.gradient.map((g) => g + 20 * noise.normal()) }
        },
      }
    }
    const batch = {
      x: { data: new Float32Array(size).fill(0.5), dims: [1, size] },
      labels: Int32Array.of(0),
      ids: [0],
    }
    const climb = (passes: number) =>
      pgd(expectation(noisy(), { passes }), batch, {
        random: createRandom(1),
        norm: 'l2',
        eps: 100,
        loss: 'margin',
        steps: 1,
        stepSize: 0.2,
        randomStart: false,
        restarts: 1,
      })
    const length = Math.sqrt(w.reduce((sum, v) => sum + v * v, 0))
    const along = async (passes: number) => {
      const { adversarial } = await climb(passes)
      return adversarial.data.reduce((sum, v, j) => sum + ((v - 0.5) * (w[j] as number)) / length, 0) / 0.2
    }
    // The share of a step that goes uphill: the signal against noise that falls with the root of the passes.
    const share = (passes: number) => {
      const signal = 2 * length
      return signal / Math.sqrt(signal ** 2 + (400 * size) / passes)
    }
    expect(Math.abs((await along(1)) - share(1))).toBeLessThan(0.35)
    expect(await along(400)).toBeGreaterThan(0.75 * share(400))
    expect(share(400)).toBeGreaterThan(0.7)
  })
})

import { describe, expect, it } from 'vitest'
import { klDivergence, squaredError } from '../gradients/losses.ts'
import type { Model } from '../ir/graph.ts'
import { float32, fromNumbers, type Tensor } from '../ir/tensor.ts'
import { openSession } from '../runtime/session.ts'
import { modelOf, node, runOnce } from '../testing/models.ts'
import { patterns } from '../testing/training-data.ts'
import { cnn, logistic, mlp, resnet } from './architectures.ts'
import { drawsOf } from './draws.ts'
import type { Optimizer } from './optimizers.ts'
import { type FitOptions, openTrainer, type Recipe, type TrainerOptions, train } from './train.ts'
import { flatten, trainableOf } from './trainable.ts'

const sgd = { kind: 'sgd', rate: 0.05, momentum: 0.9 } as const
const recipe = (more: Partial<Recipe> = {}): Recipe => ({ epochs: 2, batch: 32, optimizer: sgd, ...more })

async function weightsOf(model: Model): Promise<Float32Array> {
  const { model: normal, weights, statistics } = await trainableOf(model)
  return flatten(normal, [...weights, ...statistics])
}

/** The bytes, so that equal means equal bit for bit. */
const bits = (values: Float32Array): string =>
  Buffer.from(values.buffer, 0, values.byteLength).toString('base64')

describe('a step of training', () => {
  // y = w x for one weight vector: the gradient of the mean of (w.x - t)^2 is 2 mean((w.x - t) x), worked out here in
  // float64, and so are the optimizers.
  const x = [
    [1, 2],
    [-1, 0.5],
    [0.25, -2],
  ]
  const t = [1, -2, 0.5]
  const line = (w: readonly number[]) =>
    modelOf({
      inputs: { x: ['n', 2] },
      constants: { w: float32(w, [2, 1]) },
      nodes: [node('MatMul', ['x', 'w'], ['y'])],
      outputs: ['y'],
    })
  const data = { samples: { x: float32(x.flat(), [3, 2]), wanted: float32(t, [3, 1]) } }
  const gradientAt = (w: readonly number[], weights = [1, 1, 1]): number[] => {
    const total = weights.reduce((a, b) => a + b)
    const g = [0, 0]
    for (const [i, [a, b]] of x.entries()) {
      const error = (2 * weights[i]! * (w[0]! * a! + w[1]! * b! - t[i]!)) / total
      g[0]! += error * a!
      g[1]! += error * b!
    }
    return g
  }

  const references: readonly [
    string,
    Optimizer,
    (w: number[], g: number[], s: number[][], step: number) => number[],
  ][] = [
    ['SGD', { kind: 'sgd', rate: 0.1 }, (w, g) => w.map((v, i) => v - 0.1 * g[i]!)],
    [
      'momentum and decay',
      { kind: 'sgd', rate: 0.1, momentum: 0.9, decay: 0.01 },
      (w, g, s) =>
        w.map((v, i) => {
          s[0]![i] = 0.9 * s[0]![i]! + g[i]! + 0.01 * v
          return v - 0.1 * s[0]![i]!
        }),
    ],
    [
      'Nesterov',
      { kind: 'sgd', rate: 0.1, momentum: 0.9, nesterov: true },
      (w, g, s) =>
        w.map((v, i) => {
          s[0]![i] = 0.9 * s[0]![i]! + g[i]!
          return v - 0.1 * (g[i]! + 0.9 * s[0]![i]!)
        }),
    ],
    ...(['adam', 'adamw'] as const).map(
      (kind) =>
        [
          kind,
          { kind, rate: 0.1, decay: 0.02 },
          (w: number[], g: number[], s: number[][], step: number) =>
            w.map((v, i) => {
              const at = kind === 'adam' ? g[i]! + 0.02 * v : g[i]!
              s[0]![i] = 0.9 * s[0]![i]! + 0.1 * at
              s[1]![i] = 0.999 * s[1]![i]! + 0.001 * at * at
              const m = s[0]![i]! / (1 - 0.9 ** step)
              const root = Math.sqrt(s[1]![i]! / (1 - 0.999 ** step)) + 1e-8
              return (kind === 'adamw' ? v * (1 - 0.1 * 0.02) : v) - (0.1 * m) / root
            }),
        ] as [string, Optimizer, (w: number[], g: number[], s: number[][], step: number) => number[]],
    ),
  ]
  it.each(references)(
    'moves weights as the formula of %s says, step after step',
    async (_, optimizer, update) => {
      const steps = 7
      const made = await train({
        graph: line([0.5, -1]),
        recipe: { epochs: steps, batch: 3, optimizer },
        loss: squaredError(),
        data,
        seed: 1,
      })
      let w = [0.5, -1]
      const slots = [
        [0, 0],
        [0, 0],
      ]
      for (let step = 1; step <= steps; step++) w = update(w, gradientAt(w), slots, step)
      const got = made.model.graph.initializers.get('w')!.data as Float32Array
      for (const [i, value] of w.entries()) expect(Math.abs(got[i]! - value)).toBeLessThan(2e-6)
    },
  )

  it('weighs samples: a weight of two is a sample that is there twice', async () => {
    const options = {
      recipe: { epochs: 1, batch: 3, optimizer: { kind: 'sgd', rate: 0.1 } },
      loss: squaredError(),
      seed: 1,
    } as const
    const made = await train({ graph: line([0.5, -1]), ...options, data: { ...data, weights: [2, 1, 0] } })
    const g = gradientAt([0.5, -1], [2, 1, 0])
    const got = made.model.graph.initializers.get('w')!.data as Float32Array
    expect(got[0]).toBeCloseTo(0.5 - 0.1 * g[0]!, 6)
    expect(got[1]).toBeCloseTo(-1 - 0.1 * g[1]!, 6)
  })

  it('makes a gradient shorter that is longer than the limit', async () => {
    const made = await train({
      graph: line([0.5, -1]),
      recipe: { epochs: 1, batch: 3, optimizer: { kind: 'sgd', rate: 1 }, clip: 0.25 },
      loss: squaredError(),
      data,
      seed: 1,
    })
    const got = made.model.graph.initializers.get('w')!.data as Float32Array
    expect(Math.hypot(got[0]! - 0.5, got[1]! + 1)).toBeCloseTo(0.25, 5)
  })
})

describe('training', () => {
  const digits = patterns([1, 8, 8])

  it('learns with convolutions, batch normalisation and dropout, and the ONNX it gives back says the same', async () => {
    const graph = cnn({
      shape: [1, 8, 8],
      classes: 4,
      filters: [8, 8],
      hidden: 16,
      batchNorm: true,
      dropout: 0.2,
    })
    const held = patterns([1, 8, 8], { seed: 2 })
    const made = await train({
      graph,
      recipe: recipe({ epochs: 8 }),
      data: patterns([1, 8, 8], { count: 320 }),
      validation: held,
      seed: 3,
    })
    const last = made.curve.at(-1)!
    expect(made.curve).toHaveLength(8)
    expect(last.validation!.accuracy).toBeGreaterThan(0.9)
    // Another way to the same number: the model as a file would be run.
    const { logits } = await runOnce(made.model, { x: held.samples.x })
    const right = Array.from({ length: 96 }, (_, i) => {
      const row = Array.from((logits!.data as Float32Array).subarray(4 * i, 4 * i + 4))
      return (
        row.indexOf(Math.max(...row)) === Number((held.samples.labels.data as unknown as BigInt64Array)[i])
      )
    }).filter(Boolean).length
    expect(right / 96).toBeCloseTo(last.validation!.accuracy!, 6)
  })

  it('gives the same weights for the same seed, and others for another', async () => {
    const graph = cnn({ shape: [1, 8, 8], classes: 4, filters: [8], hidden: 8, dropout: 0.3 })
    const fit = async (seed: number) =>
      bits(
        await weightsOf(
          (await train({ graph, recipe: recipe({ start: 'fresh' }), data: digits, seed })).model,
        ),
      )
    expect(await fit(1)).toBe(await fit(1))
    expect(await fit(1)).not.toBe(await fit(2))
  })

  it('killed at any step and resumed ends with the same weights, bit for bit', async () => {
    const graph = cnn({
      shape: [1, 8, 8],
      classes: 4,
      filters: [8],
      hidden: 8,
      dropout: 0.3,
      batchNorm: true,
    })
    const options: TrainerOptions & FitOptions = {
      graph,
      // 90 samples: the last batch of an epoch is a smaller one.
      data: patterns([1, 8, 8], { count: 90 }),
      validation: patterns([1, 8, 8], { seed: 5 }),
      recipe: recipe({
        epochs: 4,
        start: 'fresh',
        optimizer: { kind: 'adam', rate: 0.01 },
        schedule: { kind: 'cosine', warmup: 1 },
        augmentation: { flip: true, shift: 1 },
        earlyStopping: { patience: 3 },
      }),
      seed: 11,
    }
    const whole = await train(options)
    const draws = drawsOf(4, 'kills')
    for (let kill = 0; kill < 4; kill++) {
      const at = 1 + draws.below(11)
      let saved: Uint8Array | undefined
      const stop = new AbortController()
      const killed = train({
        ...options,
        signal: stop.signal,
        onStep: (step) => step === at && stop.abort(),
        checkpoint: {
          everySteps: 1,
          write: (bytes) => {
            saved = bytes
          },
        },
      })
      await expect(killed).rejects.toMatchObject({ code: 'aborted' })
      const resumed = await train({ ...options, resume: saved! })
      expect(bits(await weightsOf(resumed.model))).toBe(bits(await weightsOf(whole.model)))
      expect(resumed.curve).toEqual(whole.curve)
    }
  })

  it('is the same with several steps in a run as with one, bit for bit, also when it is killed between them', async () => {
    const graph = cnn({
      shape: [1, 8, 8],
      classes: 4,
      filters: [8],
      hidden: 8,
      dropout: 0.3,
      batchNorm: true,
    })
    const options: TrainerOptions & FitOptions = {
      graph,
      // 23 steps an epoch: sixteen in a run, the rest alone.
      data: patterns([1, 8, 8], { count: 90 }),
      recipe: recipe({
        epochs: 2,
        batch: 4,
        optimizer: { kind: 'adam', rate: 0.01 },
        schedule: { kind: 'linear' },
      }),
      seed: 4,
    }
    const steps: number[] = []
    const grouped = await train({ ...options, onStep: (step) => void steps.push(step) })
    expect(steps).toEqual(Array.from({ length: 46 }, (_, i) => i + 1))
    let saves = 0
    // What is saved after every step has to come out of every step.
    const single = await train({ ...options, checkpoint: { everySteps: 1, write: () => void saves++ } })
    expect(saves).toBe(46)
    expect(bits(await weightsOf(single.model))).toBe(bits(await weightsOf(grouped.model)))
    expect(single.curve).toEqual(grouped.curve)
    for (const at of [3, 20, 40]) {
      let saved: Uint8Array | undefined
      const stop = new AbortController()
      const killed = train({
        ...options,
        signal: stop.signal,
        onStep: (step) => step === at && stop.abort(),
        checkpoint: {
          everySteps: 10,
          write: (bytes) => {
            saved = bytes
          },
        },
      })
      await expect(killed).rejects.toMatchObject({ code: 'aborted' })
      const resumed = await train({ ...options, resume: saved! })
      expect(bits(await weightsOf(resumed.model))).toBe(bits(await weightsOf(grouped.model)))
      expect(resumed.curve).toEqual(grouped.curve)
    }
  })

  it('refuses a checkpoint of another training, and one that is cut off', async () => {
    const graph = logistic({ features: 8, classes: 4 })
    const options = { graph, data: patterns([8]), recipe: recipe(), seed: 1 }
    let saved = new Uint8Array()
    await train({
      ...options,
      checkpoint: {
        write: (bytes) => {
          saved = bytes.slice()
        },
      },
    })
    for (const other of [
      { seed: 2 },
      { data: patterns([8], { seed: 9 }) },
      { recipe: recipe({ epochs: 3 }) },
    ]) {
      await expect(train({ ...options, ...other, resume: saved })).rejects.toMatchObject({
        code: 'training-checkpoint',
      })
    }
    for (const cut of [0, 30, saved.length - 1]) {
      const part = saved.slice(0, cut)
      await expect(train({ ...options, resume: part })).rejects.toMatchObject({ code: 'training-checkpoint' })
    }
  })

  it('keeps frozen weights and trains the others', async () => {
    const graph = mlp({ features: 8, hidden: [6], classes: 4 })
    const { weights } = await trainableOf(graph)
    const names = weights.map(({ name }) => name)
    const made = await train({ graph, recipe: recipe({ frozen: [names[0]!] }), data: patterns([8]), seed: 1 })
    const same = names.map(
      (name) =>
        bits(graph.graph.initializers.get(name)!.data as Float32Array) ===
        bits(made.model.graph.initializers.get(name)!.data as Float32Array),
    )
    expect(same).toEqual([true, false, false, false])
    await expect(
      train({ graph, recipe: recipe({ frozen: ['nothing*'] }), data: patterns([8]), seed: 1 }),
    ).rejects.toMatchObject({ code: 'training-input' })
  })

  it('trains with soft targets as with labels where all of the share is on one class', async () => {
    const { x, labels } = patterns([8]).samples
    const share = Float32Array.from({ length: 96 * 4 }, (_, i) =>
      Number((labels.data as unknown as BigInt64Array)[Math.floor(i / 4)]) === i % 4 ? 1 : 0,
    )
    const graph = mlp({ features: 8, hidden: [6], classes: 4 })
    const hard = await train({ graph, recipe: recipe(), data: { samples: { x, labels } }, seed: 1 })
    const soft = await train({
      graph,
      recipe: recipe(),
      loss: klDivergence(),
      data: { samples: { x, reference: float32(share, [96, 4]) } },
      seed: 1,
    })
    const [a, b] = [await weightsOf(hard.model), await weightsOf(soft.model)]
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeLessThan(1e-5)
  })

  it('follows the statistics of the batches as their definition says', async () => {
    const graph = resnet({ shape: [1, 4, 4], classes: 2, depth: 8, width: 2 })
    const data = patterns([1, 4, 4], { count: 6, classes: 2 })
    const made = await train({
      graph,
      recipe: recipe({ epochs: 1, batch: 6, optimizer: { kind: 'sgd', rate: 0 } }),
      data,
      seed: 1,
    })
    const norm = made.model.graph.nodes.find(({ opType }) => opType === 'BatchNormalization')!
    // What the first normalisation sees, from a run of its own.
    const value = norm.inputs[0]!
    const session = await openSession({ ...graph, graph: { ...graph.graph, outputs: [{ name: value }] } })
    const seen = (await session.run({ x: data.samples.x }))[value] as Tensor & { data: Float32Array }
    await session.close()
    const [, channels] = seen.dims as [number, number]
    for (let c = 0; c < channels; c++) {
      const numbers = [...seen.data].filter((_, i) => Math.floor(i / 16) % channels === c)
      const mean = numbers.reduce((a, b) => a + b) / numbers.length
      const variance = numbers.reduce((a, b) => a + (b - mean) ** 2, 0) / (numbers.length - 1)
      const of = (at: number) =>
        (made.model.graph.initializers.get(norm.inputs[at]!)!.data as Float32Array)[c]!
      expect(of(3)).toBeCloseTo(0.1 * mean, 5)
      expect(of(4)).toBeCloseTo(0.9 + 0.1 * variance, 5)
    }
  })

  it('stops early and gives back the weights of the best epoch', async () => {
    const graph = mlp({ features: 8, hidden: [32], classes: 4 })
    const validation = patterns([8], { seed: 2, noise: 2 })
    const made = await train({
      graph,
      recipe: recipe({ epochs: 60, optimizer: { kind: 'adam', rate: 0.05 }, earlyStopping: { patience: 3 } }),
      data: patterns([8], { noise: 2 }),
      validation,
      seed: 1,
    })
    expect(made.stoppedEarly).toBe(true)
    expect(made.curve.length).toBe(made.bestEpoch! + 3)
    const trainer = await openTrainer({ graph, recipe: recipe() })
    const { loss } = await trainer.evaluate(made.model, validation)
    await trainer.close()
    expect(loss).toBeCloseTo(Math.min(...made.curve.map((point) => point.validation!.loss)), 5)
  })

  it('says when the loss is lost', async () => {
    const graph = mlp({ features: 8, hidden: [32, 32], classes: 4 })
    const options = {
      graph,
      recipe: recipe({ epochs: 50, optimizer: { kind: 'sgd', rate: 1e6 } }),
      data: patterns([8]),
      seed: 1,
    }
    await expect(train(options)).rejects.toMatchObject({ code: 'training-diverged' })
  })

  it.each([
    ['no data', { samples: {} }],
    ['a missing column', { samples: { x: patterns([8]).samples.x } }],
    [
      'columns of different length',
      { samples: { ...patterns([8]).samples, labels: fromNumbers('int64', [2], [0, 1]) } },
    ],
    ['samples of another size', { samples: { ...patterns([8]).samples, x: patterns([9]).samples.x } }],
    [
      'numbers that are none',
      {
        samples: { ...patterns([8]).samples, x: float32(new Float32Array(96 * 8).fill(Number.NaN), [96, 8]) },
      },
    ],
    [
      'labels between classes',
      { samples: { ...patterns([8]).samples, labels: float32(new Float32Array(96).fill(0.5)) } },
    ],
    ['weights of samples below zero', { ...patterns([8]), weights: new Array(96).fill(-1) }],
  ])('refuses %s', async (_, data) => {
    const graph = logistic({ features: 8, classes: 4 })
    await expect(train({ graph, recipe: recipe(), data, seed: 1 })).rejects.toMatchObject({
      code: 'training-input',
    })
  })
})

// Gradients with respect to every weight of the whole networks that real exporters wrote, against central differences of
// the loss along the gradient of one weight at a time: the slope there is the gradient's length, the largest there is,
// so that rounding hides least.
import { describe, expect, it } from 'vitest'
import { userSeed } from '../gradients/losses.ts'
import { openGradients } from '../gradients/open-gradients.ts'
import { float32, type Tensor } from '../ir/tensor.ts'
import { normalize } from '../normalize/normalize.ts'
import { loadModel } from '../onnx/load.ts'
import { openSession, type Tensors } from '../runtime/session.ts'
import { crossEntropySeed, type Fixture, fixtures } from '../testing/fixtures.ts'
import { parametersOf, withParameterInputs } from './parameters.ts'

interface Compared {
  readonly weight: string
  /** Measured along the gradient. */
  readonly slope: number
  /** Of the gradient. */
  readonly length: number
  /** By which rounding alone may move the slope. */
  readonly noise: number
}

/** Rounding of a sum of float32 outputs, relative. */
const rounding = 1e-6
/** Of a weight's norm. A long step is above rounding, a short one below the loss's own bend; the first that fits counts. */
const relativeSteps = [1e-3, 2e-4]
const tolerance = 0.03

async function compare({
  path,
  inputs,
  output,
  values,
  labels,
  scale,
}: Fixture): Promise<readonly Compared[]> {
  const model = await normalize(await loadModel(path))
  const { weights } = parametersOf(model)
  const promoted = withParameterInputs(model, weights)
  const feeds: Record<string, Tensor> = { ...inputs }
  for (const weight of weights) feeds[weight] = model.graph.initializers.get(weight)!
  const seed = crossEntropySeed(values, labels, scale)
  const session = await openGradients(promoted, {
    loss: userSeed(output),
    output,
    wrt: weights,
    dims: dimsOf(inputs),
    normalized: true,
  })
  const { gradients } = await session.run({ ...feeds, seed })
  const forward = await openSession(promoted)
  const weigh = (result: Tensor): number =>
    dot(result.data as Float32Array, seed.data as Float32Array, (a) => a)
  const lossAt = async (weight: string, data: Float32Array): Promise<number> => {
    const moved = { ...feeds, [weight]: float32(data, feeds[weight]!.dims) }
    return weigh((await forward.run(moved, { outputs: [output] }))[output]!)
  }
  const magnitude = dot(values.data as Float32Array, seed.data as Float32Array, Math.abs)
  const compared: Compared[] = []
  for (const weight of weights) {
    const gradient = gradients[weight]
    // A value without gradient is left out of the result; then it must have no effect.
    const direction =
      gradient === undefined ? (feeds[weight]!.data as Float32Array) : Float32Array.from(gradient)
    const length = norm(direction)
    const data = feeds[weight]!.data as Float32Array
    const wanted = gradient === undefined ? 0 : length
    let found: Compared = { weight, slope: 0, length: wanted, noise: 0 }
    for (const relative of length === 0 ? [] : relativeSteps) {
      const step = (relative * Math.max(norm(data), 0.1)) / length
      const at = (sign: number) =>
        lossAt(
          weight,
          data.map((value, i) => value + sign * step * direction[i]!),
        )
      const slope = ((await at(1)) - (await at(-1))) / (2 * step * length)
      found = { weight, slope, length: wanted, noise: (rounding * Math.max(1, magnitude)) / (step * length) }
      if (fits(found)) break
    }
    compared.push(found)
  }
  await session.close()
  await forward.close()
  return compared
}

function fits({ slope, length, noise }: Compared): boolean {
  return Math.abs(slope - length) < tolerance * length + noise
}

function dot(a: Float32Array, b: Float32Array, of: (product: number) => number): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += of(a[i]! * b[i]!)
  return sum
}

function norm(values: Float32Array): number {
  return Math.sqrt(dot(values, values, (square) => square))
}

const dimsOf = (inputs: Tensors) =>
  Object.fromEntries(Object.entries(inputs).map(([name, { dims }]) => [name, dims]))

describe('the weights of whole networks', () => {
  // A network of steps has no slope to compare with; its gradient is an estimate.
  const nets = fixtures().filter(
    ({ gradient, straightThrough }) => gradient !== undefined && !straightThrough,
  )
  let weights = 0
  let clear = 0
  for (const fixture of nets) {
    if (fixture.name.startsWith('cnn-fp16')) continue
    it(`${fixture.name}: every gradient is the slope of the loss`, async () => {
      const compared = await compare(fixture)
      expect(compared.length).toBeGreaterThan(0)
      expect(compared.filter((one) => !fits(one))).toEqual([])
      weights += compared.length
      clear += compared.filter(({ length, noise }) => noise < 0.1 * length).length
    })
  }

  it('are some hundreds, most with a gradient well above rounding', () => {
    expect(weights).toBeGreaterThan(700)
    expect(clear / weights).toBeGreaterThan(0.75)
  })

  it('are none where they are not float32', async () => {
    const half = fixtures().find(({ name }) => name.startsWith('cnn-fp16'))!
    expect(parametersOf(await normalize(await loadModel(half.path))).weights).toEqual([])
  })
})

// Checks a gradient rule against central finite differences of onnxruntime's own forward pass. The scalar is a
// random weighting of all outputs, so every entry of the gradient is tested at once along random directions and
// at random coordinates. float32 limits the agreement; inputs are kept away from kinks by the caller.
import { addGradients, gradientBuilder } from '../autodiff/differentiate.ts'
import { prepareForGradients } from '../autodiff/prepare-for-gradients.ts'
import type { PlainAttribute } from '../ir/attributes.ts'
import type { Model } from '../ir/graph.ts'
import { graphBuilder } from '../ir/graph-builder.ts'
import type { Tensor } from '../ir/tensor.ts'
import { normalize, specialize } from '../normalize/normalize.ts'
import { openSession } from '../runtime/session.ts'
import { randomNumbers, randomTensor } from './models.ts'

export interface VjpCase {
  readonly opType: string
  /** Inputs in order; `wrt` ones become graph inputs, the others constants. '' leaves an optional input out. */
  readonly inputs: readonly (Tensor | '')[]
  /** Which inputs the gradient is checked for; all float ones unless given. */
  readonly wrt?: readonly number[]
  readonly attributes?: Readonly<Record<string, PlainAttribute | undefined>>
  readonly outputs?: number
  /** Which outputs carry gradient; all float ones unless given. */
  readonly seeded?: readonly number[]
  readonly opset?: number
  /** Step of the finite differences; 1e-2 unless given, since float32 noise grows as it shrinks. */
  readonly step?: number
}

export interface VjpError {
  /** Largest |analytic - numeric| over directions, relative to the largest directional derivative seen. */
  readonly relative: number
}

/** One node as a model, differentiated and compared. */
export async function checkVjp(given: VjpCase): Promise<VjpError> {
  const builder = graphBuilder(undefined, { ...(given.opset === undefined ? {} : { opset: given.opset }) })
  const wrt =
    given.wrt ?? given.inputs.flatMap((input, i) => (input !== '' && input.dtype === 'float32' ? [i] : []))
  const feeds: Record<string, Tensor> = {}
  const names = given.inputs.map((input, i) => {
    if (input === '') return ''
    if (!wrt.includes(i)) return builder.constant(input)
    feeds[`x${i}`] = input
    return builder.input(`x${i}`, input.dtype, input.dims)
  })
  const outputs = builder.nodes(given.opType, names, given.outputs ?? 1, given.attributes ?? {})
  const seeded = given.seeded ?? outputs.map((_, i) => i)
  for (const i of seeded) builder.output(outputs[i]!)
  return checkModel(builder.finish(), feeds, given.step === undefined ? {} : { step: given.step })
}

/** A whole model: gradients of a random weighting of its outputs with respect to all float feeds. */
export async function checkModel(
  model: Model,
  feeds: Readonly<Record<string, Tensor>>,
  options: { readonly step?: number; readonly directions?: number } = {},
): Promise<VjpError> {
  const source = await prepareForGradients(await specialize(await normalize(model), { feeds }), { feeds })
  const wrt = Object.keys(feeds).filter((name) => feeds[name]!.dtype === 'float32')
  const builder = gradientBuilder(source)
  const outputs = source.model.graph.outputs.map(({ name }) => name)
  const weights = outputs.map((name, i) => randomTensor(100 + i, source.shapes.get(name)!.dims))
  const seeds = outputs.map((value, i) => ({
    value,
    gradient: builder.input(`seed_${i}`, 'float32', weights[i]!.dims),
  }))
  const { gradients } = addGradients(builder, source, { seeds, wrt })
  const gradientNames = wrt.map((name) => gradients.get(name))
  gradientNames.forEach((name, i) => {
    if (name !== undefined) builder.output(name, `gradient_of_input_${i}`)
  })
  const whole = builder.finish()
  const session = await openSession(whole)
  const forward = await openSession(source.model)
  try {
    const seedFeeds = Object.fromEntries(weights.map((weight, i) => [`seed_${i}`, weight]))
    const result = await session.run({ ...feeds, ...seedFeeds })
    const declared = whole.graph.outputs.map(({ name }) => name).slice(outputs.length)
    let at = 0
    const analytic = new Map<string, ArrayLike<number>>()
    for (const [i, name] of wrt.entries()) {
      const size = (feeds[name]!.data as Float32Array).length
      analytic.set(
        name,
        gradientNames[i] === undefined
          ? new Float32Array(size)
          : (result[declared[at++]!]!.data as Float32Array),
      )
    }
    const scalar = async (changed: Readonly<Record<string, Tensor>>): Promise<number> => {
      const values = await forward.run({ ...feeds, ...changed })
      let sum = 0
      outputs.forEach((name, i) => {
        const y = values[name]!.data as Float32Array
        const w = weights[i]!.data as Float32Array
        for (let j = 0; j < y.length; j++) sum += y[j]! * w[j]!
      })
      return sum
    }
    const step = options.step ?? 1e-2
    let worst = 0
    let largest = 0
    for (const [i, name] of wrt.entries()) {
      const x = feeds[name]!
      const data = x.data as Float32Array
      for (let d = 0; d < (options.directions ?? 6); d++) {
        const draws = randomNumbers(1000 * i + d, data.length + 1)
        // Half of the directions are single coordinates, so that one wrong entry cannot hide in a sum.
        const single = d % 2 === 1 ? Math.floor(((draws[data.length]! + 1) / 2) * data.length) : -1
        const direction = Float32Array.from(data, (_, j) =>
          single === -1 ? draws[j]! : j === single ? 1 : 0,
        )
        const moved = (sign: number): Tensor => ({
          ...x,
          data: data.map((value, j) => value + sign * step * direction[j]!),
        })
        const numeric =
          ((await scalar({ [name]: moved(1) })) - (await scalar({ [name]: moved(-1) }))) / (2 * step)
        let exact = 0
        const gradient = analytic.get(name)!
        for (let j = 0; j < data.length; j++) exact += gradient[j]! * direction[j]!
        worst = Math.max(worst, Math.abs(numeric - exact))
        largest = Math.max(largest, Math.abs(numeric), Math.abs(exact))
      }
    }
    return { relative: largest === 0 ? worst : worst / largest }
  } finally {
    await session.close()
    await forward.close()
  }
}

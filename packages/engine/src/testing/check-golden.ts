// Checks gradient rules against stored truths: gradients that PyTorch's autograd gave for the same operator, inputs
// and output gradients. The scripts in autodiff/golden write the files; each names its script and versions.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { addGradients, gradientBuilder } from '../autodiff/differentiate.ts'
import { prepareForGradients } from '../autodiff/prepare-for-gradients.ts'
import type { Rules } from '../autodiff/rules/rules.ts'
import type { Attribute } from '../ir/graph.ts'
import { type GraphBuilder, graphBuilder } from '../ir/graph-builder.ts'
import { type DataType, fromNumbers, type Tensor, zeros } from '../ir/tensor.ts'
import { normalize, specialize } from '../normalize/normalize.ts'
import { openSession } from '../runtime/session.ts'
import { relativeError } from './models.ts'

interface StoredTensor {
  readonly dtype: DataType
  readonly dims: readonly number[]
  readonly data: readonly number[]
}

export interface GoldenCase {
  readonly name: string
  readonly opType: string
  readonly opset: number
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly inputs: readonly (StoredTensor | null)[]
  readonly wrt: readonly number[]
  readonly outputGradients: readonly (StoredTensor | null)[]
  readonly gradients: readonly StoredTensor[]
}

/** One test for each stored case of a family whose operator is in `rules`, and one that no operator lacks a case. */
export function itMeetsGolden(family: string, rules: Rules): void {
  const cases = goldenCases(family).filter(({ opType }) => Object.hasOwn(rules, opType))
  it.each(cases)("agrees with PyTorch's gradient for $name", async (golden) => {
    expect(await checkGolden(golden)).toBeLessThan(1e-5)
  })
  it('has a stored gradient for each operator', () => {
    expect(new Set(cases.map(({ opType }) => opType))).toEqual(new Set(Object.keys(rules)))
  })
}

/** The cases of `autodiff/golden/<family>.json`. */
export function goldenCases(family: string): readonly GoldenCase[] {
  const path = new URL(`../autodiff/golden/${family}.json`, import.meta.url)
  return (JSON.parse(readFileSync(path, 'utf8')) as { cases: readonly GoldenCase[] }).cases
}

export interface GoldenOptions {
  /** Run in another float type than the stored float32. */
  readonly dtype?: DataType
  /** How a case becomes nodes, where it is not one; gives back the outputs. */
  readonly emit?: Emit
}

export type Emit = (builder: GraphBuilder, inputs: readonly string[], golden: GoldenCase) => readonly string[]

const asNode: Emit = (builder, inputs, { opType, attributes, outputGradients }) =>
  builder.nodes(opType, inputs, outputGradients.length, attributes)

/** The largest difference of any gradient, relative to the largest entry of that gradient. */
export async function checkGolden(golden: GoldenCase, options: GoldenOptions = {}): Promise<number> {
  const float = options.dtype ?? 'float32'
  const read = ({ dtype, dims, data }: StoredTensor): Tensor =>
    fromNumbers(dtype === 'float32' ? float : dtype, dims, data)
  const builder = graphBuilder(undefined, { opset: golden.opset })
  const feeds: Record<string, Tensor> = {}
  const names = golden.inputs.map((stored, i) => {
    if (stored === null) return ''
    const value = read(stored)
    if (!golden.wrt.includes(i)) return builder.constant(value)
    feeds[`x${i}`] = value
    return builder.input(`x${i}`, value.dtype, value.dims)
  })
  const outputs = (options.emit ?? asNode)(builder, names, golden)
  const seeded = outputs.filter((_, i) => golden.outputGradients[i] !== null)
  for (const output of seeded) builder.output(output)
  const source = await prepareForGradients(await specialize(await normalize(builder.finish()), { feeds }), {
    feeds,
  })
  const backward = gradientBuilder(source, { withoutOutputs: true })
  const seeds = golden.outputGradients.flatMap((gradient, i) => {
    if (gradient === null) return []
    feeds[`seed${i}`] = read(gradient)
    return [{ value: outputs[i]!, gradient: backward.input(`seed${i}`, float, gradient.dims) }]
  })
  const wrt = golden.wrt.map((i) => `x${i}`)
  const { gradients } = addGradients(backward, source, { seeds, wrt })
  for (const name of wrt) {
    const gradient = gradients.get(name)
    if (gradient !== undefined) backward.output(gradient, `gradient_${name}`)
  }
  const session = await openSession(backward.finish())
  try {
    const given = Object.fromEntries(session.inputs.map(({ name }) => [name, feeds[name]!]))
    const results = await session.run(given)
    const errors = wrt.map((name, i) => {
      const expected = read(golden.gradients[i]!)
      return relativeError(results[`gradient_${name}`] ?? zeros(float, expected.dims), expected)
    })
    return Math.max(...errors)
  } finally {
    await session.close()
  }
}

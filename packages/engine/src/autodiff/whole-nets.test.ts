// Whole networks by real exporters against the gradients that their own frameworks gave. A gradient is compared by
// direction and by signs, since one activation within rounding of a kink may change single entries at will.
import { describe, expect, it } from 'vitest'
import { EngineError } from '../errors.ts'
import { crossEntropy } from '../gradients/losses.ts'
import { openGradients } from '../gradients/open-gradients.ts'
import { normalize, specialize } from '../normalize/normalize.ts'
import { loadModel } from '../onnx/load.ts'
import { openSession } from '../runtime/session.ts'
import { agreement, crossEntropySeed, type Fixture, fixtures } from '../testing/fixtures.ts'
import { relativeError } from '../testing/models.ts'
import { addGradients, gradientBuilder } from './differentiate.ts'

interface Limits {
  readonly values: number
  readonly cosine: number
  readonly signs: number
  /** Entries below this part of the largest have no sign that counts. */
  readonly floor: number
}

const usual: Limits = { values: 1e-4, cosine: 0.9999, signs: 0.999, floor: 1e-7 }

const others: Readonly<Record<string, Limits>> = {
  // Activations are rounded to 11 bits on the way; the reference is exact.
  'cnn-fp16.dynamo-18': { values: 5e-3, cosine: 0.9999, signs: 0.99, floor: 1e-3 },
}

const all = fixtures()
const differentiable = all.filter(({ gradient }) => gradient !== undefined)

describe('whole networks', () => {
  it('are there, of every family', () => {
    expect(all.length).toBeGreaterThan(45)
  })

  for (const fixture of differentiable) {
    it(`${fixture.name} gives the values and the gradient of its own framework`, async () => {
      const limits = others[fixture.name] ?? usual
      const { values, gradient } = await differentiated(fixture)
      expect(relativeError(values, fixture.values)).toBeLessThan(limits.values)
      const { cosine, signs } = agreement(
        gradient.data as Float32Array,
        fixture.gradient!.data as Float32Array,
        limits.floor,
      )
      expect(cosine).toBeGreaterThanOrEqual(limits.cosine)
      expect(signs).toBeGreaterThanOrEqual(limits.signs)
    })
  }
})

/** The fixture's output values and its gradient, seeded at the output with the derivative of cross-entropy. */
async function differentiated({ path, inputs, output, labels, scale, wrt }: Fixture) {
  const source = await specialize(await normalize(await loadModel(path)), { feeds: inputs })
  const builder = gradientBuilder(source, { withoutOutputs: true })
  const seed = builder.input('the_seed', 'float32', source.shapes.get(output)!.dims)
  const { gradients } = addGradients(builder, source, {
    seeds: [{ value: output, gradient: seed }],
    wrt: [wrt!],
  })
  builder.output(gradients.get(wrt!)!, 'the_gradient')
  const forward = await openSession(await loadModel(path))
  const backward = await openSession(builder.finish())
  try {
    const values = (await forward.run(inputs, { outputs: [output] }))[output]!
    const used = Object.fromEntries(backward.inputs.flatMap(({ name }) => (inputs[name] ? [[name, inputs[name]]] : [])))
    const result = await backward.run({ ...used, the_seed: crossEntropySeed(values, labels, scale) })
    return { values, gradient: result.the_gradient! }
  } finally {
    await forward.close()
    await backward.close()
  }
}

import { describe, expect, it } from 'vitest'
import { attributes, floats } from '../ir/attributes.ts'
import type { Model, Node } from '../ir/graph.ts'
import { loadModel } from '../onnx/load.ts'
import { openSession, type Tensors } from '../runtime/session.ts'
import { fixtures } from '../testing/fixtures.ts'
import { modelOf, randomTensor, relativeError, runOnce } from '../testing/models.ts'
import { writeOutMlOperators } from './ml-operators.ts'
import { normalize } from './normalize.ts'

function ml(
  opType: string,
  inputs: string[],
  outputs: string[],
  plain: Parameters<typeof attributes>[0],
): Node {
  return { opType, domain: 'ai.onnx.ml', name: '', inputs, outputs, attributes: attributes(plain) }
}

function mlModel(nodes: readonly Node[], outputs: readonly string[]): Model {
  const model = modelOf({ inputs: { x: [4, 3] }, nodes, outputs })
  return { ...model, opsets: new Map([...model.opsets, ['ai.onnx.ml', 1]]) }
}

async function bothWays(model: Model, feeds: Tensors) {
  const written = writeOutMlOperators(model)
  return { before: await runOnce(model, feeds), after: await runOnce(written, feeds), written }
}

const x = randomTensor(1, [4, 3])
const coefficients = floats([0.3, -0.2, 1, 0.7, -1.1, 0.4])

describe('operators of linear models written out', () => {
  for (const transform of ['NONE', 'SOFTMAX', 'LOGISTIC']) {
    it(`give the labels and scores of a LinearClassifier with ${transform}`, async () => {
      const model = mlModel(
        [
          ml('LinearClassifier', ['x'], ['label', 'p'], {
            coefficients,
            intercepts: floats([0.1, -0.3]),
            classlabels_ints: [7, 3],
            post_transform: transform,
          }),
        ],
        ['label', 'p'],
      )
      const { before, after, written } = await bothWays(model, { x })
      expect(relativeError(after.p!, before.p!)).toBeLessThan(1e-6)
      expect(after.label).toEqual(before.label)
      expect(written.graph.nodes.every((node) => node.domain === '')).toBe(true)
    })
  }

  it('give the values of Scaler, LinearRegressor and Normalizer, a row of zeros too', async () => {
    const model = mlModel(
      [
        ml('Scaler', ['x'], ['a'], { offset: floats([0.5, -1, 0]), scale: floats([2, 1, 0.5]) }),
        ml('LinearRegressor', ['a'], ['b'], { coefficients, intercepts: floats([0.2, -0.2]), targets: 2 }),
        ml('Normalizer', ['b'], ['l1'], { norm: 'L1' }),
        ml('Normalizer', ['x'], ['l2'], { norm: 'L2' }),
      ],
      ['b', 'l1', 'l2'],
    )
    const zero = { ...x, data: (x.data as Float32Array).map((value, i) => (i < 3 ? 0 : value)) }
    const { before, after } = await bothWays(model, { x: zero })
    for (const name of ['b', 'l1', 'l2']) {
      expect(relativeError(after[name]!, before[name]!), name).toBeLessThan(1e-6)
    }
  })

  it('give probabilities as a tensor where the model maps names to them', async () => {
    const model = mlModel(
      [
        ml('LinearClassifier', ['x'], ['label', 'p'], {
          coefficients,
          intercepts: floats([0.1, -0.3]),
          classlabels_ints: [0, 1],
          post_transform: 'SOFTMAX',
        }),
        ml('ZipMap', ['p'], ['named'], { classlabels_int64s: [0, 1] }),
      ],
      ['named'],
    )
    const normal = await normalize(model)
    const { named } = await runOnce(normal, { x })
    expect(named!.dims).toEqual([4, 2])
    for (let i = 0; i < 8; i += 2) {
      const row = named!.data as Float32Array
      expect(row[i]! + row[i + 1]!).toBeCloseTo(1, 6)
    }
  })

  for (const fixture of fixtures().filter(({ name }) => name.startsWith('sklearn'))) {
    it(`keep what ${fixture.name} computes`, async () => {
      const session = await openSession(writeOutMlOperators(await loadModel(fixture.path)))
      const result = await session.run(fixture.inputs, { outputs: [fixture.output] })
      await session.close()
      expect(relativeError(result[fixture.output]!, fixture.values)).toBeLessThan(1e-5)
    })
  }

  it('leaves forms alone that it does not know', () => {
    const model = mlModel(
      [
        ml('LinearClassifier', ['x'], ['label', 'p'], {
          coefficients: floats([1, 2, 3]),
          intercepts: floats([0.1]),
          classlabels_ints: [0, 1],
          post_transform: 'PROBIT',
        }),
      ],
      ['p'],
    )
    expect(writeOutMlOperators(model).graph.nodes[0]!.opType).toBe('LinearClassifier')
  })
})

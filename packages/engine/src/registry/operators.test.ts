import { describe, expect, it } from 'vitest'
import { newestOpset, upgradeRules } from '../normalize/upgrade-opset.ts'
import { openSession } from '../runtime/session.ts'
import { modelOf, node } from '../testing/models.ts'
import { operatorOf, operators } from './operators.ts'

describe('the operator table', () => {
  it('has each operator once, in order, with a reason wherever a gradient does not simply flow', () => {
    const names = operators.map((operator) => operator.type)
    expect(names).toEqual([...new Set(names)].sort())
    for (const { type, kind, reason, since, until } of operators) {
      expect(reason === '', type).toBe(kind === 'differentiable')
      expect(since, type).toBeLessThanOrEqual(newestOpset)
      if (until !== undefined) expect(until, type).toBeGreaterThan(since)
    }
  })

  it('knows every operator that an upgrade rule is about', () => {
    for (const [, type] of upgradeRules) expect(operatorOf('', type), type).toBeDefined()
    expect(operatorOf('ai.onnx', 'Conv')?.kind).toBe('differentiable')
    expect(operatorOf('my.own', 'Conv')).toBeUndefined()
    expect(operatorOf('', 'NoSuchThing')).toBeUndefined()
  })

  it('agrees with onnxruntime about when operators came and went', async () => {
    // A node without inputs is always refused; what for, tells whether the operator is known to the version.
    const known = async (type: string, opset: number): Promise<boolean> => {
      const model = modelOf({ opset, irVersion: 10, nodes: [node(type, [], ['y'])], outputs: ['y'] })
      const said = await openSession(model).then(
        () => '',
        (error: Error) => error.message,
      )
      return !/No Op registered|is not a registered function\/op|deprecated/i.test(said)
    }
    // onnxruntime brought these three into ONNX's own set before ONNX did.
    const early = ['LayerNormalization', 'MeanVarianceNormalization', 'ThresholdedRelu']
    for (const { type, since, until } of operators) {
      if (since > 7) expect(await known(type, since - 1), `${type} ${since - 1}`).toBe(early.includes(type))
      expect(await known(type, Math.max(since, 7)), `${type} ${since}`).toBe(true)
      if (until !== undefined) expect(await known(type, until), `${type} ${until}`).toBe(false)
    }
  })
})

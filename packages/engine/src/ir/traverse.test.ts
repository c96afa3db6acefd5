import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { graphOf, node } from '../testing/models.ts'
import { subgraph } from './attributes.ts'
import type { Node } from './graph.ts'
import { float32 } from './tensor.ts'
import { capturedNames, consumers, removeDead, renameUses, topologicalOrder } from './traverse.ts'

const branch = graphOf({
  nodes: [node('Add', ['outer', 'local'], ['sum'])],
  constants: { local: float32([1]) },
  outputs: ['sum'],
})
const ifNode = node('If', ['cond'], ['y'], { then_branch: subgraph(branch), else_branch: subgraph(branch) })

describe('graph traversal', () => {
  it('sees what nested graphs take from outside', () => {
    expect([...capturedNames(branch)]).toEqual(['outer'])
    const graph = graphOf({
      nodes: [node('Relu', ['x'], ['outer']), ifNode],
      outputs: ['y'],
      inputs: { x: [1] },
    })
    expect(consumers(graph).get('outer')).toEqual([ifNode])
    expect(removeDead(graph).nodes).toHaveLength(2)
    expect([...capturedNames(graphOf({ nodes: [], outputs: ['handed-through'] }))]).toEqual([
      'handed-through',
    ])
  })

  it('renames uses in nested graphs and leaves equal local names alone', () => {
    const graph = graphOf({ nodes: [ifNode], outputs: ['y'] })
    const renamed = renameUses(
      graph,
      new Map([
        ['outer', 'other'],
        ['local', 'wrong'],
      ]),
    )
    const nested = renamed.nodes[0]!.attributes.then_branch!
    expect(nested.kind === 'graph' && nested.value.nodes[0]!.inputs).toEqual(['other', 'local'])
  })

  it('puts any shuffled chain or tree of nodes in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 40 }), fc.nat(), (parents, seed) => {
        const nodes = parents.map((pick, i) =>
          node('Add', i === 0 ? ['x'] : [`v${pick % i}`, `v${i - 1}`], [`v${i}`]),
        )
        const shuffled = nodes
          .map((item, i) => ({ item, key: (i * 7919 + seed) % 101 }))
          .sort((a, b) => a.key - b.key)
        const order = topologicalOrder(shuffled.map(({ item }) => item))
        const seen = new Set(['x'])
        for (const item of order) {
          expect(item.inputs.every((name) => seen.has(name))).toBe(true)
          for (const output of item.outputs) seen.add(output)
        }
        expect(order).toHaveLength(nodes.length)
      }),
    )
  })

  it('keeps an order that is already right, and manages a chain of 200 000 nodes', () => {
    const chain = Array.from({ length: 200_000 }, (_, i): Node => node('Relu', [`v${i}`], [`v${i + 1}`]))
    expect(topologicalOrder(chain)).toEqual(chain)
    expect(topologicalOrder([...chain].reverse())[0]).toBe(chain[0])
  })

  it('refuses cycles and values made twice', () => {
    expect(() => topologicalOrder([node('Relu', ['b'], ['a']), node('Relu', ['a'], ['b'])])).toThrow(/cycle/)
    expect(() => topologicalOrder([node('Relu', ['x'], ['a']), node('Neg', ['x'], ['a'])])).toThrow(
      /two nodes make/,
    )
  })

  it('removes nodes and constants that no output needs', () => {
    const graph = graphOf({
      inputs: { x: [1] },
      constants: { used: float32([1]), unused: float32([2]) },
      nodes: [
        node('Add', ['x', 'used'], ['y']),
        node('Neg', ['y'], ['dead']),
        node('Neg', ['dead'], ['deader']),
      ],
      outputs: ['y'],
    })
    const live = removeDead(graph)
    expect(live.nodes.map((item) => item.opType)).toEqual(['Add'])
    expect([...live.initializers.keys()]).toEqual(['used'])
  })
})

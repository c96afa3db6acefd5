// What the backward pass costs beside the forward pass, and the least that arithmetic allows. Multiplications are what
// counts: the gradient of one operand of a product (Conv, Gemm, MatMul) takes as many as the product itself, so a net
// with constant weights cannot go back in less than the time of going forward, and a product of two values that both
// depend on the input takes twice.
import { loadModel, type Model, normalize, openSession, specialize } from '@failmode/engine'
import type { BenchContext } from '../../bar.ts'
import { measurePaired, type Paired } from '../../load-filter.ts'
import { type Net, readTruth } from './nets.ts'
import { attackFeeds, openNet, threads } from './own-pgd.ts'

export interface BackwardTimes {
  readonly times: Paired<'forward' | 'both'>
  /** Multiplications back over multiplications forward. */
  readonly bound: number
}

export async function backwardTimes(
  net: Net,
  { signal }: Pick<BenchContext, 'signal'>,
): Promise<BackwardTimes> {
  const model = await loadModel(net.onnx)
  const truth = readTruth(net)
  const batch = truth.dims[0]!
  const feeds = attackFeeds(truth)
  const forward = await openSession(model, { intraOpThreads: threads })
  const both = await openNet(net, batch)
  try {
    const times = await measurePaired({
      candidates: { forward: () => forward.run({ x: feeds.x }), both: () => both.run(feeds) },
      capMs: 300_000,
      signal,
    })
    return { times, bound: await lowerBound(model, batch) }
  } finally {
    await both.close()
    await forward.close()
  }
}

async function lowerBound(source: Model, batch: number): Promise<number> {
  const { model, shapes } = await specialize(await normalize(source), { batch })
  const { nodes, inputs } = model.graph
  const dependent = new Set(inputs.map(({ name }) => name))
  let forward = 0
  let backward = 0
  for (const node of nodes) {
    if (!node.inputs.some((input) => dependent.has(input))) continue
    for (const output of node.outputs) dependent.add(output)
    const sizes = (name: string | undefined) => shapes.get(name ?? '')?.dims ?? []
    const weights = sizes(node.inputs[1])
    const made = sizes(node.outputs[0]).reduce((a, b) => a * b, 1)
    // Multiplications for each number made.
    const depth =
      node.opType === 'Conv'
        ? weights.slice(1).reduce((a, b) => a * b, 1)
        : node.opType === 'MatMul' || node.opType === 'Gemm'
          ? sizes(node.inputs[0]).at(node.attributes.transA?.value === 1 ? 0 : -1)!
          : 0
    forward += made * depth
    backward += made * depth * node.inputs.slice(0, 2).filter((input) => dependent.has(input)).length
  }
  return backward / forward
}

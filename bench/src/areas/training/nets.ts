// The networks that training is measured on, ours and the same for PyTorch (bench/peers/training/train.py).
import { cnn, float, graphBuilder, int64, type Model, mlp, resnet, scalar, zeros } from '@failmode/engine'

export interface TrainingNet {
  readonly name: string
  readonly graph: Model
  /** One sample. */
  readonly row: readonly number[]
  readonly batch: number
  readonly classes: number
  /** The peer's description. */
  readonly peer: Readonly<Record<string, unknown>>
}

const shape = [1, 28, 28] as const
const filters = [32, 64]

export const smallCnn: TrainingNet = {
  name: 'small CNN',
  graph: cnn({ shape, classes: 10, filters, kernel: 5, initialization: 'uniform' }),
  row: shape,
  batch: 128,
  classes: 10,
  peer: { kind: 'cnn', shape, classes: 10, filters, kernel: 5, hidden: 128, batchNorm: false },
}

export const mlpNet: TrainingNet = {
  name: 'MLP',
  graph: mlp({ features: 784, hidden: [512, 512], classes: 10, initialization: 'uniform' }),
  row: [784],
  batch: 128,
  classes: 10,
  peer: { kind: 'mlp', features: 784, hidden: [512, 512], classes: 10 },
}

export const resnet20: TrainingNet = {
  name: 'ResNet-20',
  graph: resnet({ shape: [3, 32, 32], classes: 10, initialization: 'uniform' }),
  row: [3, 32, 32],
  batch: 64,
  classes: 10,
  peer: { kind: 'resnet', shape: [3, 32, 32], classes: 10, depth: 20, batchNorm: true },
}

const text = { vocabulary: 9, length: 12, width: 32, heads: 4, hidden: 64, classes: 8 }

export const transformer: TrainingNet = {
  name: 'transformer',
  graph: transformerGraph(text),
  row: [text.length],
  batch: 64,
  classes: text.classes,
  peer: { kind: 'transformer', ...text },
}

/** One layer of attention and one of two matrices, each on normalised input with a way round; the mean, then a layer. */
function transformerGraph({ vocabulary, length, width, heads, hidden, classes }: typeof text): Model {
  const builder = graphBuilder(undefined, { name: 'transformer' })
  const ints = (values: readonly number[]) => builder.constant(int64(values))
  let serial = 0
  // Small constants of equal content are stored once; weights must not be.
  const weight = (dims: readonly number[]): string => {
    const made = zeros('float32', dims)
    ;(made.data as Float32Array)[0] = ++serial
    return builder.constant(made, `weight_${serial}`)
  }
  const dense = (value: string, from: number, to: number): string =>
    builder.node('Add', [builder.node('MatMul', [value, weight([from, to])]), weight([to])])
  const norm = (value: string): string =>
    builder.node('LayerNormalization', [value, weight([width]), weight([width])], {
      axis: -1,
      epsilon: float(1e-5),
    })
  const split = (value: string): string =>
    builder.node('Transpose', [builder.node('Reshape', [value, ints([0, length, heads, width / heads])])], {
      perm: [0, 2, 1, 3],
    })
  const ids = builder.input('x', 'int64', ['batch', length])
  let state = builder.node('Add', [
    builder.node('Gather', [weight([vocabulary, width]), ids]),
    weight([length, width]),
  ])
  const normal = norm(state)
  const [query, key, value] = Array.from({ length: 3 }, () => split(dense(normal, width, width))) as [
    string,
    string,
    string,
  ]
  const turned = builder.node('Transpose', [key], { perm: [0, 1, 3, 2] })
  const scores = builder.node('Mul', [
    builder.node('MatMul', [query, turned]),
    builder.constant(scalar('float32', 1 / Math.sqrt(width / heads))),
  ])
  const mixed = builder.node('MatMul', [builder.node('Softmax', [scores], { axis: -1 }), value])
  const joined = builder.node('Reshape', [
    builder.node('Transpose', [mixed], { perm: [0, 2, 1, 3] }),
    ints([0, length, width]),
  ])
  state = builder.node('Add', [state, dense(joined, width, width)])
  const inner = builder.node('Relu', [dense(norm(state), width, hidden)])
  state = builder.node('Add', [state, dense(inner, hidden, width)])
  const mean = builder.node('ReduceMean', [state, ints([1])], { keepdims: 0 })
  builder.output(dense(mean, width, classes), 'logits')
  return builder.finish()
}

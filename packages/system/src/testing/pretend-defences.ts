// Five defences that only pretend: each makes one kind of attack fail without making the model any more robust. They
// are put around an ONNX classifier with an input "x" of [N, 1, 28, 28] and logits of 10 classes, as a user might have.
import {
  attributes,
  float,
  float32,
  graphBuilder,
  int64,
  type Model,
  type Node,
  type PlainAttribute,
} from '@failmode/engine'
import type { OutputKind } from '../config/config-schema.ts'

export interface PretendDefence {
  readonly name: string
  readonly output: OutputKind
  build(model: Model): Model
}

export const pretendDefences: readonly PretendDefence[] = [
  {
    // Steps of the score hide small changes of it from a search, and have no derivative.
    name: 'scores rounded to one decimal',
    output: 'probabilities',
    build: (model) =>
      behind(model, (b, logits) => {
        const ten = b.constant(float32([10]))
        const p = b.node('Softmax', [logits], { axis: -1 })
        return b.node('Div', [b.node('Round', [b.node('Mul', [p, ten])]), ten])
      }),
  },
  {
    // The softmax is 1 to the last bit, where cross-entropy has no gradient.
    name: 'saturated logits',
    output: 'logits',
    build: (model) => behind(model, (b, logits) => b.node('Mul', [logits, b.constant(float32([1000]))])),
  },
  {
    // Every answer is given on another size of the picture (Xie et al. 2018, arXiv:1711.01991).
    name: 'random resize in front',
    output: 'logits',
    build: (model) => inFront(model, randomResize),
  },
  {
    // Grey levels in steps (Guo et al. 2018, arXiv:1711.00117): the derivative is zero wherever there is one.
    name: 'bit depth reduced in front',
    output: 'logits',
    build: (model) =>
      inFront(model, (add, x) => {
        const levels = add.constant(float32([15]))
        return add.node('Div', [add.node('Round', [add.node('Mul', [x, levels])]), levels])
      }),
  },
  {
    // All answers close to uniform, as after training with nearly all of the label smoothed away.
    name: 'label smoothing to the extreme',
    output: 'probabilities',
    build: (model) =>
      behind(model, (b, logits) => {
        const p = b.node('Softmax', [logits], { axis: -1 })
        return b.node('Add', [b.node('Mul', [p, b.constant(float32([0.01]))]), b.constant(float32([0.099]))])
      }),
  },
]

type Builder = ReturnType<typeof graphBuilder>

/** Nodes on the logits; what they give becomes the output. */
function behind(model: Model, add: (builder: Builder, logits: string) => string): Model {
  const output = model.graph.outputs[0]
  if (output === undefined) throw new TypeError('the model has no output')
  const builder = graphBuilder(model, { withoutOutputs: true })
  builder.output(add(builder, output.name), 'defended', output.type)
  return builder.finish()
}

interface Adder {
  node(opType: string, inputs: readonly string[], plain?: Readonly<Record<string, PlainAttribute>>): string
  constant(tensor: ReturnType<typeof float32>): string
}

/** Nodes between the input and the rest of the graph. */
function inFront(model: Model, build: (add: Adder, x: string) => string): Model {
  const { graph } = model
  const input = graph.inputs[0]
  if (input === undefined) throw new TypeError('the model has no input')
  const inner = 'defended_input'
  const nodes: Node[] = []
  const initializers = new Map(graph.initializers)
  const add: Adder = {
    node(opType, inputs, plain = {}) {
      const output = `defence_${nodes.length}`
      nodes.push({
        opType,
        domain: '',
        name: output,
        inputs,
        outputs: [output],
        attributes: attributes(plain),
      })
      return output
    },
    constant(tensor) {
      const name = `defence_constant_${initializers.size}`
      initializers.set(name, tensor)
      return name
    },
  }
  const made = build(add, input.name)
  const last: Node = {
    opType: 'Identity',
    domain: '',
    name: 'defence_end',
    inputs: [made],
    outputs: [inner],
    attributes: {},
  }
  const renamed = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => (name === input.name ? inner : name)),
  }))
  return { ...model, graph: { ...graph, nodes: [...nodes, last, ...renamed], initializers } }
}

/** One of three sizes by a draw: the picture as it is, shrunk to 26, or to 24, with a dark border. */
function randomResize(add: Adder, x: string): string {
  const draw = add.node('RandomUniform', [], { shape: [1, 1, 1, 1], low: float(0), high: float(3) })
  const which = add.node('Floor', [draw])
  const none = ''
  const versions = [28, 26, 24].map((size) => {
    if (size === 28) return x
    // A hair more, so that rounding does not lose the last row.
    const scale = (size + 0.01) / 28
    const small = add.node('Resize', [x, none, add.constant(float32([1, 1, scale, scale]))], {
      mode: 'linear',
      coordinate_transformation_mode: 'half_pixel',
    })
    const before = (28 - size) / 2
    return add.node('Pad', [small, add.constant(int64([0, 0, before, before, 0, 0, before, before]))])
  })
  const chosen = versions.map((version, k) => {
    // 1 where `which` is k: which is 0, 1 or 2.
    const away = add.node('Abs', [add.node('Sub', [which, add.constant(float32([k]))])])
    const weight = add.node('Relu', [add.node('Sub', [add.constant(float32([1])), away])])
    return add.node('Mul', [version, weight])
  })
  return add.node('Sum', chosen)
}

// The model with unit space as its input: the map of the configuration (range, mean and std, channel order, layout)
// becomes nodes in front of the graph. A gradient with respect to the new input is then in unit space by itself, and
// no attack ever multiplies by a std or forgets to.
import { attributes, float32, int64, type Model, type Node, type PlainAttribute } from '@failmode/engine'
import type { OnnxDescriptor } from './model-descriptor.ts'

/** Name of the new input: [batch, ...sample in unit space]. */
export const unitInput = 'failmode_unit_input'

export function withUnitInput(model: Model, { input, facts }: OnnxDescriptor): Model {
  const { graph } = model
  const old = graph.inputs.find(({ name }) => name === input.name)
  const batch = old?.type?.kind === 'tensor' ? (old.type.dims?.[0] ?? null) : null
  const { sampleShape } = facts
  const channels = sampleShape.length === 3 ? (sampleShape[0] as number) : 1
  const [low, high] = input.range
  const perChannel = (of: (c: number) => number) =>
    float32(
      Array.from({ length: channels }, (_, c) => of(c)),
      sampleShape.length === 3 ? [1, channels, 1, 1] : [1],
    )
  const at = (list: readonly number[], c: number) => list[c % Math.max(list.length, 1)] as number
  const constants = new Map(graph.initializers)
  const nodes: Node[] = []
  let value = unitInput
  const add = (
    opType: string,
    others: readonly string[],
    plain: Readonly<Record<string, PlainAttribute>> = {},
  ) => {
    const output = `failmode_unit_${nodes.length}`
    nodes.push({
      opType,
      domain: '',
      name: '',
      inputs: [value, ...others],
      outputs: [output],
      attributes: attributes(plain),
    })
    value = output
  }
  const constant = (name: string, tensor: ReturnType<typeof float32>) => {
    constants.set(`failmode_unit_${name}`, tensor)
    return `failmode_unit_${name}`
  }
  if (input.reverseChannels) {
    const order = Array.from({ length: channels }, (_, c) => channels - 1 - c)
    add('Gather', [constant('order', int64(order))], { axis: 1 })
  }
  const scale = perChannel((c) => (high - low) / at(input.std, c))
  const offset = perChannel((c) => (low - at(input.mean, c)) / at(input.std, c))
  if ((scale.data as Float32Array).some((x) => x !== 1)) add('Mul', [constant('scale', scale)])
  if ((offset.data as Float32Array).some((x) => x !== 0)) add('Add', [constant('offset', offset)])
  if (input.layout === 'NHWC' && sampleShape.length === 3) add('Transpose', [], { perm: [0, 2, 3, 1] })
  if (input.layout === 'flat' && input.dims.join() !== sampleShape.join()) {
    add('Reshape', [constant('shape', int64([typeof batch === 'number' ? batch : -1, ...input.dims]))])
  }
  if (input.dtype !== 'float32')
    add('Cast', [], { to: input.dtype === 'float16' ? 10 : input.dtype === 'float64' ? 11 : 1 })
  // The last node makes the old input, whose name the rest of the graph goes on using.
  const last = nodes.at(-1)
  const bridged: Node[] =
    last === undefined
      ? [
          {
            opType: 'Identity',
            domain: '',
            name: '',
            inputs: [unitInput],
            outputs: [input.name],
            attributes: {},
          },
        ]
      : [...nodes.slice(0, -1), { ...last, outputs: [input.name] }]
  const unit = {
    name: unitInput,
    type: { kind: 'tensor' as const, dtype: 'float32' as const, dims: [batch, ...sampleShape] },
  }
  return {
    ...model,
    graph: {
      ...graph,
      inputs: [unit, ...graph.inputs.filter(({ name }) => name !== input.name)],
      nodes: [...bridged, ...graph.nodes],
      initializers: constants,
    },
  }
}

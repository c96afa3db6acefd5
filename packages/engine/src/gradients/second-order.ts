// Gradients of gradients. The graph that computes the gradients of the weights is a graph like any other, so it is taken
// as the forward graph of a second pass: some number is made of the weights' gradients (their distance to given ones, their
// product with a direction, their norm), and that number is differentiated with respect to inputs, labels, weights or the
// weights of samples. This is what recovering data from gradients, crafting poison and influence functions need. Where the
// first gradient is a mask (Relu, MaxPool), the second one is zero almost everywhere, and so it is here.
import { addGradients, type GradientNote, gradientBuilder } from '../autodiff/differentiate.ts'
import { type Formula, formula } from '../autodiff/formula.ts'
import { prepareForGradients } from '../autodiff/prepare-for-gradients.ts'
import { EngineError } from '../errors.ts'
import type { Model } from '../ir/graph.ts'
import type { Tensor } from '../ir/tensor.ts'
import { removeDead } from '../ir/traverse.ts'
import { normalize, specialize } from '../normalize/normalize.ts'
import { openSession, type Session, type SessionOptions, type Tensors } from '../runtime/session.ts'
import { parametersOf, withParameterInputs } from '../training/parameters.ts'
import type { Loss } from './loss.ts'
import { sampleWeighted } from './losses.ts'
import { gradientGraph } from './open-gradients.ts'

/**
 * What is made of the weights' gradients g, one number:
 * - `norm`: |g|^2;
 * - `product`: <g, t>; with respect to the weights it is a Hessian-vector product, with respect to `sampleWeights` it is
 *   each sample's own product <g_i, t>;
 * - `distance`: |g - t|^2 (Zhu et al. 2019, arXiv:1906.08935);
 * - `cosine`: 1 - <g, t> / (|g| |t|) (Geiping et al. 2020, arXiv:2003.14053).
 */
export type GradientObjective = 'norm' | 'product' | 'distance' | 'cosine'

export interface SecondOrderOptions extends SessionOptions {
  readonly loss: Loss
  readonly objective: GradientObjective
  /** Weights whose gradients count; all of the model unless given. */
  readonly weights?: readonly string[]
  /** What to differentiate with respect to: inputs of the model or of the loss, weights, `sampleWeights`. */
  readonly wrt: readonly string[]
  readonly batch?: number
  readonly dims?: Readonly<Record<string, readonly number[]>>
  readonly output?: string
  /** True when the model has been through `normalize` already. */
  readonly normalized?: boolean
}

export interface SecondOrderResult {
  readonly value: number
  /** By name of `wrt`; one that the value does not depend on is left out. */
  readonly gradients: Readonly<Record<string, Float32Array>>
  /** The weights' gradients themselves, by name. */
  readonly first: Readonly<Record<string, Float32Array>>
}

export interface SecondOrderSession {
  readonly inputs: Session['inputs']
  /** The weights whose gradients count, with their values in the model: what to feed them unless they change. */
  readonly weights: Tensors
  /** The names under which `t` is fed, by weight; none for `norm`. */
  readonly targets: Readonly<Record<string, string>>
  readonly notes: readonly GradientNote[]
  /**
   * Feeds: inputs of the model and the loss, `sampleWeights` [batch] (1 / batch each gives the gradient of the mean), all
   * `weights`, and a tensor for each of `targets`.
   */
  run(feeds: Tensors): Promise<SecondOrderResult>
  close(): Promise<void>
}

/** @throws EngineError gradient-absent, operator-unsupported, feed-unknown, input-shape-unknown, session-failed */
export async function openSecondOrder(
  source: Model,
  options: SecondOrderOptions,
): Promise<SecondOrderSession> {
  const model = options.normalized === true ? source : await normalize(source)
  const weights = options.weights ?? parametersOf(model).weights
  if (weights.length === 0) throw new EngineError('gradient-absent', 'the model has no float32 weights')
  const first = await gradientGraph(withParameterInputs(model, weights), {
    loss: sampleWeighted(options.loss),
    wrt: weights,
    normalized: true,
    ...(options.batch === undefined ? {} : { batch: options.batch }),
    ...(options.dims === undefined ? {} : { dims: options.dims }),
    ...(options.output === undefined ? {} : { output: options.output }),
  })
  const again = await prepareForGradients(await specialize(first.model))
  for (const name of options.wrt) {
    if (!again.shapes.has(name))
      throw new EngineError('feed-unknown', `there is nothing called "${name}" here`)
  }
  const builder = gradientBuilder(again, { withoutOutputs: true })
  const o = formula(builder, 'float32')
  const reached = weights.filter((name) => first.gradients.has(name))
  const targets: Record<string, string> = {}
  const pairs = reached.map((name) => {
    const gradient = first.gradients.get(name)!
    if (options.objective === 'norm') return { gradient, target: gradient }
    const target = builder.input(`target_${name}`, 'float32', first.dims.get(name)!)
    targets[name] = target
    return { gradient, target }
  })
  const { value, seeds } = objectiveOf(o, options.objective, pairs)
  const { gradients, notes } = addGradients(builder, again, { seeds, wrt: options.wrt })
  const valueOut = builder.output(builder.node('Identity', [value], {}, { hint: 'value_out' }))
  const outs = [...gradients].flatMap(([name, gradient]) =>
    gradient === undefined
      ? []
      : [[name, builder.output(builder.node('Identity', [gradient], {}, { hint: 'second_out' }))] as const],
  )
  const firsts = reached.map(
    (name) =>
      [
        name,
        builder.output(builder.node('Identity', [first.gradients.get(name)!], {}, { hint: 'first_out' })),
      ] as const,
  )
  const whole = builder.finish()
  const session = await openSession({ ...whole, graph: removeDead(whole.graph) }, options)
  const read = (result: Tensors, names: readonly (readonly [string, string])[]) =>
    Object.fromEntries(names.map(([name, output]) => [name, result[output]!.data as Float32Array]))
  return {
    inputs: session.inputs,
    weights: Object.fromEntries(weights.map((name) => [name, model.graph.initializers.get(name)!])),
    targets,
    notes: [...first.notes, ...notes],
    async run(feeds) {
      const result = await session.run(feeds)
      return {
        value: (result[valueOut]!.data as Float32Array)[0]!,
        gradients: read(result, outs),
        first: read(result, firsts),
      }
    },
    close: () => session.close(),
  }
}

interface Pair {
  readonly gradient: string
  readonly target: string
}

function objectiveOf(o: Formula, objective: GradientObjective, pairs: readonly Pair[]) {
  const dot = (a: string, b: string): string => o.builder.node('ReduceSum', [o.mul(a, b)], { keepdims: 0 })
  const total = (terms: readonly string[]): string => terms.reduce((a, b) => o.add(a, b))
  const sum = (of: (pair: Pair) => string): string => total(pairs.map(of))
  const seeds = (of: (pair: Pair) => string) =>
    pairs.map((pair) => ({ value: pair.gradient, gradient: of(pair) }))
  switch (objective) {
    case 'norm':
      return {
        value: sum(({ gradient }) => dot(gradient, gradient)),
        seeds: seeds(({ gradient }) => o.mul(gradient, 2)),
      }
    case 'product':
      return {
        value: sum(({ gradient, target }) => dot(gradient, target)),
        seeds: seeds(({ target }) => target),
      }
    case 'distance': {
      const differences = new Map(pairs.map((pair) => [pair, o.sub(pair.gradient, pair.target)]))
      return {
        value: sum((pair) => dot(differences.get(pair)!, differences.get(pair)!)),
        seeds: seeds((pair) => o.mul(differences.get(pair)!, 2)),
      }
    }
    case 'cosine': {
      // d (1 - c) / dg = (c g / |g| - t / |t|) / |g|
      const length = (of: (pair: Pair) => string): string => o.of('Sqrt', o.add(sum(of), 1e-30))
      const ofG = length(({ gradient }) => dot(gradient, gradient))
      const ofT = length(({ target }) => dot(target, target))
      const cosine = o.div(
        o.div(
          sum(({ gradient, target }) => dot(gradient, target)),
          ofG,
        ),
        ofT,
      )
      return {
        value: o.sub(1, cosine),
        seeds: seeds(({ gradient, target }) =>
          o.div(o.sub(o.mul(o.div(gradient, ofG), cosine), o.div(target, ofT)), ofG),
        ),
      }
    }
  }
}

export interface PerSampleGradients {
  /** The weights' gradients of one sample after another, by name; use or copy them before the next. */
  of(feeds: Tensors, samples: number): AsyncIterable<Readonly<Record<string, Float32Array>>>
  close(): Promise<void>
}

/**
 * Opens a model for gradients of single samples. For products of them with one direction, `openSecondOrder` with respect
 * to `sampleWeights` is many times faster.
 *
 * @throws EngineError as {@link openSecondOrder}
 */
export async function openPerSampleGradients(
  source: Model,
  options: Pick<SecondOrderOptions, 'loss' | 'weights' | 'dims' | 'output' | 'normalized'> & SessionOptions,
): Promise<PerSampleGradients> {
  const model = options.normalized === true ? source : await normalize(source)
  const weights = options.weights ?? parametersOf(model).weights
  const { dims, output, ...session } = options
  const one = await gradientGraph(withParameterInputs(model, weights), {
    ...session,
    loss: options.loss,
    wrt: weights,
    batch: 1,
    normalized: true,
    ...(output === undefined ? {} : { output }),
    ...(dims === undefined
      ? {}
      : {
          dims: Object.fromEntries(Object.entries(dims).map(([name, [, ...rest]]) => [name, [1, ...rest]])),
        }),
  })
  // The weights do not change: as constants they are prepared once.
  const initializers = new Map(one.model.graph.initializers)
  for (const name of weights) initializers.set(name, model.graph.initializers.get(name)!)
  const inputs = one.model.graph.inputs.filter(({ name }) => !weights.includes(name))
  const opened = await openSession(
    { ...one.model, graph: { ...one.model.graph, initializers, inputs } },
    session,
  )
  const buffers = new Map(
    [...one.gradients].map(([name, out]) => {
      const size = one.dims.get(name)!
      const data = new Float32Array(size.reduce((a, b) => a * b, 1))
      return [name, { out, tensor: { dtype: 'float32' as const, dims: size, data } }]
    }),
  )
  const into = Object.fromEntries([...buffers.values()].map(({ out, tensor }) => [out, tensor]))
  const result = Object.fromEntries([...buffers].map(([name, { tensor }]) => [name, tensor.data]))
  return {
    async *of(feeds, samples) {
      for (let i = 0; i < samples; i++) {
        await opened.run(
          Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, sampleOf(feed, i)])),
          { into },
        )
        yield result
      }
    },
    close: () => opened.close(),
  }
}

function sampleOf({ dtype, dims, data }: Tensor, i: number): Tensor {
  const row = dims.slice(1).reduce((a, b) => a * b, 1)
  return {
    dtype,
    dims: [1, ...dims.slice(1)],
    data: (data as Float32Array).subarray(i * row, (i + 1) * row),
  }
}

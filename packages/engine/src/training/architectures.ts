// Small architectures of our own, for surrogates of models that cannot be seen and for nulls to compare with. Each is a
// function from sizes to an ONNX model with fresh weights; the batch is open. They are the textbook forms, so that a
// reader knows what a result was got with.

import { EngineError } from '../errors.ts'
import { float } from '../ir/attributes.ts'
import type { Model } from '../ir/graph.ts'
import { type GraphBuilder, graphBuilder } from '../ir/graph-builder.ts'
import { elementCount, fromNumbers, int64, scalar, zeros } from '../ir/tensor.ts'
import { type Initialization, initialize } from './initialize.ts'
import { parametersOf } from './parameters.ts'
import { placesOf, unflatten } from './trainable.ts'

export interface ArchitectureOptions {
  readonly classes: number
  /** Of the fresh weights; 0 unless given. */
  readonly seed?: number
  readonly initialization?: Initialization
}

/** Softmax regression, or logistic regression with two scores. Input `x` [N, features]; output `logits` [N, classes]. */
export function logistic(options: ArchitectureOptions & { readonly features: number }): Model {
  return mlp({ ...options, hidden: [] })
}

/** Layers of Relu. Input `x` [N, features]; output `logits` [N, classes]. */
export function mlp(
  options: ArchitectureOptions & {
    readonly features: number
    readonly hidden: readonly number[]
    readonly dropout?: number
  },
): Model {
  const { features, hidden, classes } = options
  check('features', features)
  const net = open('mlp')
  let value = net.builder.input('x', 'float32', ['batch', features])
  let width = features
  for (const [i, size] of hidden.entries()) {
    check(`layer ${i + 1}`, size)
    value = net.builder.node('Relu', [net.dense(value, width, size)])
    value = net.dropout(value, options.dropout)
    width = size
  }
  return net.close(net.dense(value, width, classes), options)
}

/**
 * Convolutions 3x3 with Relu, each followed by a maximum over 2x2, then a hidden layer. Input `x` [N, channels, height,
 * width]; output `logits` [N, classes].
 */
export function cnn(
  options: ArchitectureOptions & {
    readonly shape: readonly [channels: number, height: number, width: number]
    /** Filters of each convolution; 32 and 64 unless given. */
    readonly filters?: readonly number[]
    /** Side of the kernels, odd; 3 unless given. */
    readonly kernel?: number
    /** Width of the hidden layer; 128 unless given, 0 for none. */
    readonly hidden?: number
    readonly batchNorm?: boolean
    readonly dropout?: number
  },
): Model {
  const { shape, filters = [32, 64], kernel = 3, hidden = 128, classes } = options
  let [channels, height, width] = shape
  for (const [i, size] of shape.entries()) check(`the shape's axis ${i + 1}`, size)
  if (kernel % 2 !== 1) throw invalid('the kernel', kernel, 'an odd number')
  const net = open('cnn')
  let value = net.builder.input('x', 'float32', ['batch', channels, height, width])
  for (const size of filters) {
    if (Math.min(height, width) < 2) {
      throw invalid(
        'the number of convolutions',
        filters.length,
        `fewer for pictures of ${shape.slice(1).join(' x ')}`,
      )
    }
    value = net.conv(value, [channels, size], { kernel: [kernel, kernel], bias: options.batchNorm !== true })
    if (options.batchNorm === true) value = net.batchNorm(value, size)
    value = net.builder.node('MaxPool', [net.builder.node('Relu', [value])], {
      kernel_shape: [2, 2],
      strides: [2, 2],
    })
    channels = size
    height = Math.floor(height / 2)
    width = Math.floor(width / 2)
  }
  let features = channels * height * width
  value = net.builder.node('Flatten', [value])
  if (hidden > 0) {
    value = net.dropout(net.builder.node('Relu', [net.dense(value, features, hidden)]), options.dropout)
    features = hidden
  }
  return net.close(net.dense(value, features, classes), options)
}

/**
 * The residual network for small pictures of He et al. 2016 (arXiv:1512.03385, section 4.2): 6 n + 2 layers, shortcuts
 * that need no weights (option A: every second pixel, channels filled up with zeros). Depth 20 is n = 3.
 */
export function resnet(
  options: ArchitectureOptions & {
    readonly shape: readonly [channels: number, height: number, width: number]
    /** 6 n + 2; 20 unless given. */
    readonly depth?: number
    /** Filters of the first stage; 16 unless given. */
    readonly width?: number
    readonly batchNorm?: boolean
  },
): Model {
  const { shape, depth = 20, width = 16, batchNorm = true, classes } = options
  const blocks = (depth - 2) / 6
  if (!Number.isInteger(blocks) || blocks < 1)
    throw invalid('the depth', depth, '6 n + 2: 8, 14, 20, 32, ...')
  const net = open('resnet')
  const { builder } = net
  const norm = (value: string, size: number): string => (batchNorm ? net.batchNorm(value, size) : value)
  const layer = (value: string, from: number, to: number, stride: number): string =>
    norm(net.conv(value, [from, to], { kernel: [3, 3], stride, bias: !batchNorm }), to)
  let value = builder.node('Relu', [
    layer(builder.input('x', 'float32', ['batch', ...shape]), shape[0], width, 1),
  ])
  let channels = width
  for (const [stage, size] of [width, 2 * width, 4 * width].entries()) {
    for (let block = 0; block < blocks; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1
      const inner = builder.node('Relu', [layer(value, channels, size, stride)])
      const branch = layer(inner, size, size, 1)
      const shortcut =
        stride === 1 && channels === size ? value : net.shortcut(value, size - channels, stride)
      value = builder.node('Relu', [builder.node('Add', [branch, shortcut])])
      channels = size
    }
  }
  const pooled = builder.node('Flatten', [builder.node('GlobalAveragePool', [value])])
  return net.close(net.dense(pooled, channels, classes), options)
}

/** Convolutions along time with Relu and maxima over 2, then the mean over time. Input `x` [N, channels, length]. */
export function conv1d(
  options: ArchitectureOptions & {
    readonly channels: number
    readonly length: number
    /** 32, 64 unless given. */
    readonly filters?: readonly number[]
    /** Odd; 5 unless given. */
    readonly kernel?: number
  },
): Model {
  const { length, filters = [32, 64], kernel = 5, classes } = options
  let { channels } = options
  check('channels', channels)
  if (kernel % 2 !== 1) throw invalid('the kernel', kernel, 'an odd number')
  if (length < 2 ** filters.length) throw invalid('the length', length, `at least ${2 ** filters.length}`)
  const net = open('conv1d')
  let value = net.builder.input('x', 'float32', ['batch', channels, length])
  for (const size of filters) {
    const made = net.conv(value, [channels, size], { kernel: [kernel], bias: true })
    value = net.builder.node('MaxPool', [net.builder.node('Relu', [made])], {
      kernel_shape: [2],
      strides: [2],
    })
    channels = size
  }
  const mean = net.builder.node('ReduceMean', [value, net.builder.constant(int64([2]))], { keepdims: 0 })
  return net.close(net.dense(mean, channels, classes), options)
}

/**
 * Text as the mean of its words' vectors, then a layer (Joulin et al. 2017, arXiv:1607.01759, without n-grams). Input `x`
 * int64 [N, length], 0 for nothing; output `logits` [N, classes].
 */
export function bagOfEmbeddings(
  options: ArchitectureOptions & {
    /** Words, 0 for nothing included. */
    readonly vocabulary: number
    readonly length: number
    /** Size of a word's vector; 32 unless given. */
    readonly width?: number
  },
): Model {
  const { vocabulary, length, width = 32, classes } = options
  check('vocabulary', vocabulary)
  check('length', length)
  const net = open('bag-of-embeddings')
  const { builder } = net
  const ids = builder.input('x', 'int64', ['batch', length])
  const table = builder.constant(zeros('float32', [vocabulary, width]), 'embedding')
  const words = builder.node('Gather', [table, ids])
  const isWord = builder.node('Cast', [builder.node('Greater', [ids, builder.constant(int64([0], []))])], {
    to: 1,
  })
  const mask = builder.node('Unsqueeze', [isWord, builder.constant(int64([2]))])
  const over = builder.constant(int64([1]))
  const sum = builder.node('ReduceSum', [builder.node('Mul', [words, mask]), over], { keepdims: 0 })
  const count = builder.node('ReduceSum', [isWord, over], { keepdims: 1 })
  const mean = builder.node('Div', [
    sum,
    builder.node('Max', [count, builder.constant(scalar('float32', 1))]),
  ])
  return net.close(net.dense(mean, width, classes), options)
}

interface Net {
  readonly builder: GraphBuilder
  dense(value: string, from: number, to: number): string
  conv(
    value: string,
    channels: readonly [from: number, to: number],
    options: { readonly kernel: readonly number[]; readonly stride?: number; readonly bias: boolean },
  ): string
  batchNorm(value: string, channels: number): string
  dropout(value: string, ratio: number | undefined): string
  shortcut(value: string, more: number, stride: number): string
  close(logits: string, options: ArchitectureOptions): Model
}

function open(name: string): Net {
  const builder = graphBuilder(undefined, { name })
  let layers = 0
  // Every weight its own constant: equal ones must not be shared.
  const weight = (what: string, dims: readonly number[], value = 0): string => {
    const data = new Float32Array(elementCount(dims)).fill(value)
    const hint = `${what}_${layers}`
    const small = elementCount(dims) <= 64
    // The builder stores small constants of equal content once; the serial number in the first place keeps them apart.
    if (small) data[0] = layers + data.length / 128
    return builder.constant(fromNumbers('float32', dims, data), hint)
  }
  return {
    builder,
    dense(value, from, to) {
      layers++
      return builder.node('Gemm', [value, weight('weight', [to, from]), weight('bias', [to])], { transB: 1 })
    },
    conv(value, [from, to], { kernel, stride = 1, bias }) {
      layers++
      const inputs = [value, weight('weight', [to, from, ...kernel]), ...(bias ? [weight('bias', [to])] : [])]
      const pads = kernel.map((size) => (size - 1) / 2)
      return builder.node('Conv', inputs, {
        kernel_shape: kernel,
        strides: kernel.map(() => stride),
        pads: [...pads, ...pads],
      })
    },
    batchNorm(value, channels) {
      layers++
      const parts = ['scale', 'shift', 'mean', 'variance'].map((what, i) =>
        builder.constant(
          fromNumbers(
            'float32',
            [channels],
            Array.from({ length: channels }, (_, c) => layers + i / 8 + c / 1024),
          ),
          `${what}_${layers}`,
        ),
      )
      return builder.node('BatchNormalization', [value, ...parts], {
        epsilon: float(1e-5),
        momentum: float(0.9),
      })
    },
    dropout(value, ratio) {
      if (ratio === undefined || ratio === 0) return value
      return builder.node('Dropout', [value, builder.constant(scalar('float32', ratio))])
    },
    shortcut(value, more, stride) {
      const ints = (values: readonly number[]) => builder.constant(int64(values))
      const far = 2 ** 31
      const every =
        stride === 1
          ? value
          : builder.node('Slice', [
              value,
              ints([0, 0]),
              ints([far, far]),
              ints([2, 3]),
              ints([stride, stride]),
            ])
      const before = Math.floor(more / 2)
      return builder.node('Pad', [every, ints([0, before, 0, 0, 0, more - before, 0, 0])])
    },
    close(logits, { seed = 0, initialization, classes }) {
      check('classes', classes, 2)
      builder.output(logits, 'logits', { kind: 'tensor', dtype: 'float32', dims: ['batch', classes] })
      const model = builder.finish()
      const { weights, statistics } = parametersOf(model)
      const places = placesOf(model, [...weights, ...statistics])
      const scheme = initialization === undefined ? {} : { scheme: initialization }
      return unflatten(model, places, initialize(model, places, { seed, ...scheme }))
    },
  }
}

function check(what: string, given: number, least = 1): void {
  if (!Number.isInteger(given) || given < least)
    throw invalid(what, given, `a whole number, ${least} or more`)
}

function invalid(what: string, given: number, expected: string): EngineError {
  return new EngineError('training-input', `${what} is ${given}; it must be ${expected}`)
}

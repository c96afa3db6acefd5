// Ways in which a model may want its input, to be tried one by one. A model file says the shape and the type of
// its input and nothing of scale: the same graph may have been trained on 0..255, on 0..1, or on numbers that
// were centred with the statistics of some data set. The list holds what published models and the usual
// training scripts do, plus the statistics of the data at hand.
import { FailmodeError } from '@failmode/core'
import type { InputBlock } from './config-schema.ts'

/** One input of a model as its file describes it; a dimension is a number, or open. */
export interface TensorFacts {
  readonly dtype: string
  /** With the batch in front. */
  readonly dims: readonly (number | string | null)[]
}

export interface Candidate {
  /** In words, such as `NCHW, mean and std of ImageNet`. */
  readonly name: string
  readonly input: InputBlock
}

export interface CandidateOptions {
  /** One sample in unit space: C, H, W or F. */
  readonly sampleShape: readonly number[]
  /** Mean and standard deviation of each channel of the data in unit space. */
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

interface Scaling {
  readonly name: string
  readonly range: [number, number]
  readonly mean?: readonly number[]
  readonly std?: readonly number[]
}

/** Plain scalings, simplest first. [-1, 1] is the same as mean 0.5 and std 0.5. */
const plain: readonly Scaling[] = [
  { name: 'values 0 to 1', range: [0, 1] },
  { name: 'values 0 to 255', range: [0, 255] },
  { name: 'values -1 to 1', range: [-1, 1] },
]

/** Statistics that are customary for pictures of one channel: those of the MNIST training set. */
const grey: readonly Scaling[] = [
  { name: 'mean and std of MNIST', range: [0, 1], mean: [0.1307], std: [0.3081] },
]

/**
 * For three channels: the ImageNet statistics of torchvision, those of the CIFAR-10 training set, and the means
 * that Caffe models (and Keras' `caffe` mode) take off 0..255 without dividing.
 */
const colour: readonly Scaling[] = [
  {
    name: 'mean and std of ImageNet',
    range: [0, 1],
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
  {
    name: 'mean and std of CIFAR-10',
    range: [0, 1],
    mean: [0.4914, 0.4822, 0.4465],
    std: [0.247, 0.2435, 0.2616],
  },
  {
    name: 'values 0 to 255 less the mean of ImageNet',
    range: [0, 255],
    mean: [123.68, 116.779, 103.939],
    std: [1, 1, 1],
  },
]

/** Statistics nearer than this to a published set are that set, measured on other samples. */
const near = 0.02

/**
 * All candidates, simplest first: the order decides where nothing else does.
 * @throws FailmodeError `inference-failed` when no layout fits the model's dimensions to the data
 */
export function inputCandidates(model: TensorFacts, options: CandidateOptions): readonly Candidate[] {
  const layouts = layoutsOf(model, options.sampleShape)
  const channels = options.sampleShape.length === 3 ? options.sampleShape[0]! : 1
  // An integer input can only take the bytes as they are.
  const scalings = model.dtype.startsWith('float') ? scalingsOf(channels, options) : [plain[1]!]
  return layouts.flatMap(({ layout, shape }) =>
    scalings.flatMap((scaling) =>
      (channels === 3 ? (['RGB', 'BGR'] as const) : ([null] as const)).map((order): Candidate => {
        const { range, mean, std } = scaling
        const inOrder = (list: readonly number[]) => (order === 'BGR' ? [...list].reverse() : [...list])
        return {
          name: [layout, scaling.name, ...(order === 'BGR' ? ['BGR'] : [])].join(', '),
          input: {
            layout,
            shape: [...shape],
            ...(order === 'BGR' ? { channels: order } : {}),
            range,
            ...(mean === undefined ? {} : { mean: inOrder(mean) }),
            ...(std === undefined ? {} : { std: inOrder(std) }),
          },
        }
      }),
    ),
  )
}

function scalingsOf(channels: number, { mean, std }: CandidateOptions): readonly Scaling[] {
  const published = [...plain, ...(channels === 1 ? grey : channels === 3 ? colour : [])]
  if (mean.length !== channels || std.some((value) => !(value > 0))) return published
  const isNear = (scaling: Scaling) =>
    scaling.mean?.every(
      (value, c) => Math.abs(value - mean[c]!) < near && Math.abs(scaling.std![c]! - std[c]!) < near,
    )
  if (published.some(isNear)) return published
  const round = (value: number) => Number(value.toFixed(4))
  const own = { name: 'mean and std of these data', range: [0, 1] as [number, number] }
  return [
    ...published,
    { ...own, mean: mean.map(round), std: std.map((value) => Math.max(round(value), 1e-4)) },
  ]
}

interface Layout {
  readonly layout: 'NCHW' | 'NHWC' | 'flat'
  readonly shape: readonly number[]
}

function layoutsOf({ dims }: TensorFacts, sampleShape: readonly number[]): readonly Layout[] {
  const wanted = dims.slice(1)
  const fits = (shape: readonly number[]) =>
    shape.length === wanted.length &&
    shape.every((dim, axis) => typeof wanted[axis] !== 'number' || wanted[axis] === dim)
  const size = sampleShape.reduce((product, dim) => product * dim, 1)
  const options: Layout[] = []
  if (sampleShape.length === 3) {
    const [c, h, w] = sampleShape as readonly [number, number, number]
    options.push({ layout: 'NCHW', shape: [c, h, w] }, { layout: 'NHWC', shape: [h, w, c] })
    if (c === 1) options.push({ layout: 'flat', shape: [h, w] })
  } else {
    options.push({ layout: 'flat', shape: sampleShape })
  }
  if (sampleShape.length !== 1) options.push({ layout: 'flat', shape: [size] })
  const fitting = options.filter((option) => fits(option.shape))
  if (fitting.length > 0) return fitting
  const asked = dims.map((dim) => (typeof dim === 'number' ? dim : '?')).join(', ')
  throw new FailmodeError('inference-failed', {
    message: `the model takes [${asked}] and the data have samples of [${sampleShape.join(', ')}]: no layout brings them together.`,
    hint: 'Give data of the size that the model was made for.',
  })
}

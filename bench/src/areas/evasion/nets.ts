// The nets that attacks are measured on, and samples that they have right. Two are ordinary nets, and one was trained to
// withstand: on it attacks differ most. What PyTorch trains and what is cut out of the data sets is kept in bench/.cache,
// which git ignores.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { createRandom, type SampleSet, sizeOf, type Tensor } from '@failmode/core'
import { type OpenedSystem, openSystem, type SystemConfig } from '@failmode/system'
import { readNpz, writeNpz } from '../../../../packages/system/src/data/npz.ts'
import { toSampleSet } from '../../../../packages/system/src/data/stored-samples.ts'
import { openModel } from '../../../../packages/system/src/targets/open-model.ts'
import type { OpenModel } from '../../../../packages/system/src/targets/opened-model.ts'
import type { BenchContext } from '../../bar.ts'
import { once } from '../../once.ts'
import { peerVersions } from '../../peer.ts'
import { repositoryRoot } from '../../shared-data.ts'

export const netNames = ['resnet-20', 'digits', 'digits-robust'] as const
export type NetName = (typeof netNames)[number]

export interface EvasionNet {
  readonly name: NetName
  /** Paths of the model, and of an npz with samples `x` in unit space [N, C, H, W] and their classes `y`. */
  readonly onnx: string
  readonly samples: string
  readonly mean: readonly number[]
  readonly std: readonly number[]
  readonly system: OpenedSystem
}

export type Reason = { readonly reason: string }

/** Samples of every net. */
export const sampleCount = 200

interface Source {
  readonly mean: readonly number[]
  readonly std: readonly number[]
  readonly shape: readonly [channels: number, height: number, width: number]
  readonly files: (
    context: BenchContext,
  ) => Promise<{ readonly onnx: string; readonly bytes: Uint8Array; readonly labels: Uint8Array } | Reason>
}

const cache = join(repositoryRoot, 'bench', '.cache', 'evasion')
const digitsFolder = join(repositoryRoot, 'examples', 'digits')

const digits = { mean: [0.1307], std: [0.3081], shape: [1, 28, 28] } as const

const sources: Readonly<Record<NetName, Source>> = {
  'resnet-20': {
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    shape: [3, 32, 32],
    async files({ data }) {
      const onnx = data?.file('models/cifar10_resnet20.onnx')
      const pictures = data?.file('images/cifar10-jpeg-test-2000x32x32x3.u8.gz')
      const labels = data?.file('images/cifar10-jpeg-test-2000.labels.u8')
      if (onnx == null || pictures == null || labels == null) {
        return { reason: 'cifar10_resnet20.onnx and its pictures are not in the data folder (FAILMODE_DATA)' }
      }
      return {
        onnx,
        bytes: channelsFirst(gunzipSync(readFileSync(pictures)), [3, 32, 32]),
        labels: readFileSync(labels),
      }
    },
  },
  digits: { ...digits, files: async () => ({ onnx: join(digitsFolder, 'model.onnx'), ...testDigits() }) },
  'digits-robust': {
    ...digits,
    async files(context) {
      const onnx = join(cache, 'digits-robust.onnx')
      const reason = await trainRobust(onnx, context)
      return reason === null ? { onnx, ...testDigits() } : { reason }
    },
  },
}

/** A net with its samples, made ready when that has not been done before; or why there is none. */
export const openNet = once(async (name: NetName, context: BenchContext): Promise<EvasionNet | Reason> => {
  const source = sources[name]
  const files = await source.files(context)
  if ('reason' in files) return files
  const { onnx } = files
  const { mean, std, shape } = source
  const model = {
    onnx,
    input: {
      layout: 'NCHW' as const,
      shape: [...shape],
      range: [0, 1] as [number, number],
      mean: [...mean],
      std: [...std],
    },
    output: 'logits' as const,
  }
  const open = (data: SystemConfig['data']): Promise<OpenedSystem> => {
    const config = {
      name,
      task: 'image-classification' as const,
      model,
      ...(data === undefined ? {} : { data }),
    }
    return openSystem({ config, options: {}, folder: cache, configName: null }, context)
  }
  const samples = join(cache, `${name}.npz`)
  if (!existsSync(samples) || statSync(samples).mtimeMs < statSync(onnx).mtimeMs) {
    mkdirSync(cache, { recursive: true })
    writeFileSync(samples, await chooseSamples(await open(undefined), { ...files, shape }))
  }
  const system = await open({ test: { npz: { file: samples, inputs: 'x', labels: 'y' } } })
  return { name, onnx, samples, mean, std, system }
})

/** The model of a net, to be asked without a run around it. */
export function openTarget({ system }: EvasionNet, threads: number): Promise<OpenModel> {
  return openModel(system.descriptor.model!, { threads })
}

/** The first samples of a net, with their classes. */
export function firstSamples(
  { system }: Pick<EvasionNet, 'system'>,
  count: number,
): { readonly x: Tensor; readonly labels: Int32Array; readonly ids: readonly number[] } {
  const set: SampleSet = toSampleSet(system.descriptor.data.test!)
  const ids = Array.from({ length: count }, (_, i) => i)
  return { x: set.read(ids), labels: Int32Array.from(set.labels!.subarray(0, count)), ids }
}

/** An npz of samples that the net has right, in an order that a seed gives. */
async function chooseSamples(
  { descriptor }: OpenedSystem,
  {
    bytes,
    labels,
    shape,
  }: { readonly bytes: Uint8Array; readonly labels: Uint8Array; readonly shape: readonly number[] },
): Promise<Uint8Array> {
  const size = sizeOf(shape)
  const pick = (rows: readonly number[]): Tensor => {
    const data = new Float32Array(rows.length * size)
    for (const [at, row] of rows.entries())
      for (let i = 0; i < size; i++) data[at * size + i] = (bytes[row * size + i] as number) / 255
    return { data, dims: [rows.length, ...shape] }
  }
  const order = createRandom(1)
    .shuffle(Array.from(labels.keys()))
    .slice(0, 2 * sampleCount)
  const target = await openModel(descriptor.model!, { threads: 2 })
  const answers = await target.access('label').labels(pick(order))
  await target.close()
  const right = order.filter((row, at) => answers[at] === labels[row]).slice(0, sampleCount)
  if (right.length < sampleCount) throw new Error(`the net has only ${right.length} of ${order.length} right`)
  return writeNpz({
    x: { dtype: 'float32', shape: [right.length, ...shape], data: pick(right).data },
    y: {
      dtype: 'uint8',
      shape: [right.length],
      data: Uint8Array.from(right, (row) => labels[row] as number),
    },
  })
}

function testDigits(): { readonly bytes: Uint8Array; readonly labels: Uint8Array } {
  const name = join(digitsFolder, 'test.npz')
  const [x, y] = readNpz(readFileSync(name), { name, wanted: ['x', 'y'] })
  return { bytes: x!.data as Uint8Array, labels: y!.data as Uint8Array }
}

/** Pictures of [height, width, channels] with the channels first. */
function channelsFirst(bytes: Uint8Array, [channels, height, width]: Source['shape']): Uint8Array {
  const area = height * width
  const turned = new Uint8Array(bytes.length)
  for (let at = 0; at < bytes.length; at++) {
    const pixel = Math.floor(at / channels)
    const [picture, place] = [Math.floor(pixel / area), pixel % area]
    turned[(picture * channels + (at % channels)) * area + place] = bytes[at] as number
  }
  return turned
}

/** Has the robust net trained where it is not there or older than its script; gives a reason where that fails. */
async function trainRobust(onnx: string, { log, signal }: BenchContext): Promise<string | null> {
  const peers = join(repositoryRoot, 'bench', 'peers')
  const script = join(peers, 'evasion', 'train_robust.py')
  if (existsSync(onnx) && statSync(onnx).mtimeMs > statSync(script).mtimeMs) return null
  const versions = peerVersions()
  const missing = ['torch', 'onnx', 'onnxruntime', 'onnxscript'].find((name) => !versions?.get(name)?.version)
  if (missing !== undefined) {
    return `the robust net is trained by PyTorch, and ${missing} is absent; run bench/peers/setup`
  }
  log('evasion: training the robust net with PyTorch, a minute or two')
  try {
    const python = join(peers, '.venv', 'bin', 'python')
    await promisify(execFile)(python, ['-W', 'ignore', script, onnx], { signal })
    return null
  } catch (cause) {
    signal.throwIfAborted()
    const last = String((cause as { stderr?: string }).stderr ?? cause)
      .trim()
      .split('\n')
      .at(-1)
    return `the robust net could not be trained: ${last}`
  }
}

// What distributional shift promises: it alarms about halves of one data set as often as it says, and it finds three
// shifts that people meet, and names what they are.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createRandom } from '@failmode/core'
import { readNpz } from '../../../packages/system/src/data/npz.ts'
import { absent, type Bar, type BenchContext } from '../bar.ts'
import { once } from '../once.ts'
import { repositoryRoot } from '../shared-data.ts'
import {
  alarmOf,
  type CheckName,
  checkNames,
  openPool,
  type Pair,
  type Pool,
  runChecks,
} from './shift/lab.ts'

const halves = 200
const draws = 20
/** Fewer deals and rows for kernels than a run takes, for the sake of time; the level holds for any number of either. */
const options = { permutations: 199, kernelSamples: 100 }
const most = { ...options, samples: 1000 }

const sizeOf = 32 * 32
const photographs = {
  pictures: 'images/cifar10-jpeg-test-2000x32x32x3.u8.gz',
  labels: 'images/cifar10-jpeg-test-2000.labels.u8',
  lossless: 'images/cifar10-lossless-test-83x32x32x3.u8.gz',
  losslessLabels: 'images/cifar10-lossless-test-83.labels.u8',
  model: 'models/cifar10_resnet20.onnx',
}

interface Photographs {
  /** Bytes, channels first. */
  readonly pictures: Uint8Array
  readonly labels: Uint8Array
  readonly lossless: Uint8Array
  readonly losslessLabels: Uint8Array
  readonly model: string
}

function openPhotographs({ data }: BenchContext): Photographs | null {
  const files = Object.entries(photographs).map(([key, path]) => [key, data?.file(path) ?? null] as const)
  if (files.some(([, file]) => file === null)) return null
  const { pictures, labels, lossless, losslessLabels, model } = Object.fromEntries(files) as Record<
    string,
    string
  >
  return {
    pictures: channelsFirst(gunzipSync(readFileSync(pictures!))),
    labels: readFileSync(labels!),
    lossless: channelsFirst(gunzipSync(readFileSync(lossless!))),
    losslessLabels: readFileSync(losslessLabels!),
    model: model!,
  }
}

function channelsFirst(bytes: Uint8Array): Uint8Array {
  return bytes.map((_, at) => {
    const [within, picture] = [at % (3 * sizeOf), Math.floor(at / (3 * sizeOf))]
    return bytes[3 * (picture * sizeOf + (within % sizeOf)) + Math.floor(within / sizeOf)]!
  })
}

function poolOf(
  name: string,
  parts: { readonly pictures: Uint8Array; readonly labels: Uint8Array; readonly model: string },
  context: BenchContext,
): Promise<Pool> {
  const { pictures, labels, model } = parts
  const shape = [3, 32, 32] as const
  return openPool(
    {
      name,
      pictures,
      labels,
      shape,
      model: {
        onnx: model,
        input: {
          layout: 'NCHW',
          shape: [...shape],
          range: [0, 1],
          mean: [0.485, 0.456, 0.406],
          std: [0.229, 0.224, 0.225],
        },
        output: 'logits',
      },
    },
    context,
  )
}

const photographPool = once((name: 'photographs', found: Photographs, context: BenchContext) =>
  poolOf(name, found, context),
)

function digitPool(context: BenchContext): Promise<Pool> {
  const folder = join(repositoryRoot, 'examples', 'digits')
  const name = join(folder, 'test.npz')
  const [x, y] = readNpz(readFileSync(name), { name, wanted: ['x', 'y'] })
  return openPool(
    {
      name: 'digits',
      pictures: x!.data as Uint8Array,
      labels: y!.data as Uint8Array,
      shape: [1, 28, 28],
      model: {
        onnx: join(folder, 'model.onnx'),
        input: { layout: 'NCHW', shape: [1, 28, 28], range: [0, 1], mean: [0.1307], std: [0.3081] },
        output: 'logits',
      },
    },
    context,
  )
}

function half(count: number, seed: string): Pair {
  const order = Array.from(createRandom(seed).permutation(count))
  return { test: order.slice(0, count / 2), operation: order.slice(count / 2) }
}

const falseAlarms: Bar = {
  area: 'corruption',
  bar: 'shift-false-alarms',
  target: `3 to 8 % of ${halves} random halves of one data set alarm, each of three checks on each of two sets`,
  async run(context) {
    const found = openPhotographs(context)
    if (found === null) return absent('CIFAR-10 pictures and model are not in the data folder', 'fraction')
    const rates: { readonly name: string; readonly rate: number; readonly findings: number }[] = []
    for (const [title, pool] of [
      ['photographs', await photographPool('photographs', found, context)],
      ['digits', await digitPool(context)],
    ] as const) {
      const alarms: Record<CheckName, number> = { inputs: 0, outputs: 0, labels: 0 }
      const findings: Record<CheckName, number> = { inputs: 0, outputs: 0, labels: 0 }
      for (let seed = 0; seed < halves; seed++) {
        context.signal.throwIfAborted()
        if (seed % 50 === 0) context.log(`shift: ${title}, half ${seed} of ${halves}`)
        const pair = half(pool.labels.length, `halves ${seed}`)
        const checked = await runChecks(pool, pair, { seed, options, signal: context.signal })
        for (const name of checkNames) {
          if (alarmOf(checked[name], name) <= 0.05) alarms[name]++
          if (checked[name].judgement.outcome === 'finding') findings[name]++
        }
      }
      for (const name of checkNames) {
        rates.push({ name: `${title} ${name}`, rate: alarms[name] / halves, findings: findings[name] })
      }
    }
    const furthest = rates.reduce((a, b) => (Math.abs(b.rate - 0.05) > Math.abs(a.rate - 0.05) ? b : a))
    return {
      value: furthest.rate,
      met: rates.every(({ rate }) => rate >= 0.03 && rate <= 0.08),
      unit: 'fraction',
      n: halves,
      detail: `value: the rate furthest from 0.05; ${rates.map(({ name, rate, findings }) => `${name} ${rate.toFixed(3)} (${findings} large enough for a finding)`).join(', ')}; 400 samples of each half, ${options.permutations} deals, ${options.kernelSamples} rows for kernels`,
    }
  },
}

/** What one draw came to, and what it should have come to. */
interface Draw {
  readonly found: boolean
  readonly named: boolean
  readonly said: string
}

async function covariate(
  pool: Pool,
  pair: Pair,
  { seed, signal }: { readonly seed: number; readonly signal: AbortSignal },
): Promise<Draw> {
  const { inputs, outputs, labels } = await runChecks(pool, pair, { seed, options: most, signal })
  const kind = inputs.measured.facts?.['shift-kind']
  const label = labels.judgement.claims.some(({ subject }) => subject === 'classes')
  const p = alarmOf(inputs, 'inputs')
  const q = alarmOf(outputs, 'outputs')
  return {
    found: inputs.judgement.outcome === 'finding',
    named: kind === 'covariate shift' && !label,
    said: `p = ${p.toPrecision(2)} of inputs, ${q.toPrecision(2)} of outputs`,
  }
}

async function labelShift(
  pool: Pool,
  pair: Pair,
  { seed, signal }: { readonly seed: number; readonly signal: AbortSignal },
): Promise<Draw> {
  const checked = await runChecks(pool, pair, { seed, options: most, signal })
  const claims = checked.labels.judgement.claims
  const others = checkNames.flatMap((name) => checked[name].judgement.claims).map(({ title }) => title)
  return {
    found: claims.some(({ subject }) => subject === 'classes'),
    named: !others.some((title) => /covariate|concept/.test(title)),
    said: `p = ${alarmOf(checked.labels, 'labels').toPrecision(2)} of classes`,
  }
}

/** For each picture of the first list its nearest in the second, which is the same picture saved again. */
function counterparts({ lossless, pictures }: Photographs): readonly number[] {
  const size = 3 * sizeOf
  const at = (i: number, j: number, limit: number): number => {
    let sum = 0
    for (let k = 0; k < size && sum < limit; k++)
      sum += (lossless[i * size + k]! - pictures[j * size + k]!) ** 2
    return sum
  }
  return Array.from({ length: lossless.length / size }, (_, i) => {
    let best = -1
    let least = Number.POSITIVE_INFINITY
    for (let j = 0; j < pictures.length / size; j++) {
      const apart = at(i, j, least)
      if (apart < least) [best, least] = [j, apart]
    }
    // The same picture is within 16 grey levels (root mean square), any other more than 20 away.
    if (least > size * 20 ** 2) throw new Error(`picture ${i} is not among those saved as JPEG`)
    return best
  })
}

async function jpegDraws(found: Photographs, context: BenchContext): Promise<Draw[]> {
  const size = 3 * sizeOf
  const same = counterparts(found)
  const pictures = new Uint8Array(2 * found.lossless.length)
  pictures.set(found.lossless)
  for (const [i, j] of same.entries()) {
    pictures.set(found.pictures.subarray(j * size, (j + 1) * size), found.lossless.length + i * size)
  }
  const labels = Uint8Array.from([...found.losslessLabels, ...found.losslessLabels])
  const pool = await poolOf('jpeg', { pictures, labels, model: found.model }, context)
  const test = Array.from(same.keys())
  const pair = { test, operation: test.map((i) => same.length + i) }
  return drawn((seed) => covariate(pool, pair, { seed, signal: context.signal }))
}

async function lightDraws(found: Photographs, context: BenchContext): Promise<Draw[]> {
  const lit = found.pictures.map((value) => Math.min(255, Math.round(1.1 * value)))
  const pictures = new Uint8Array([...found.pictures, ...lit])
  const count = found.labels.length
  const labels = Uint8Array.from([...found.labels, ...found.labels])
  const pool = await poolOf('light', { pictures, labels, model: found.model }, context)
  return drawn((seed) => {
    const { test, operation } = half(count, `light ${seed}`)
    const brighter = operation.map((i) => count + i)
    return covariate(pool, { test, operation: brighter }, { seed, signal: context.signal })
  })
}

/** Every class has 200 pictures: 100 of each on one side, and 500 on the other of which 100 are of one class. */
async function classDraws(found: Photographs, context: BenchContext): Promise<Draw[]> {
  const pool = await photographPool('photographs', found, context)
  return drawn((seed) => {
    const random = createRandom(`classes ${seed}`)
    const test: number[] = []
    const operation: number[] = []
    for (let k = 0; k < 10; k++) {
      const own = random.split(k).shuffle(Array.from(pool.labels.keys()).filter((i) => pool.labels[i] === k))
      test.push(...own.slice(0, 100))
      const others = k % 9 < 4 ? 45 : 44
      operation.push(...own.slice(100, 100 + (k === seed % 10 ? 100 : others)))
    }
    return labelShift(pool, { test, operation }, { seed, signal: context.signal })
  })
}

async function drawn(draw: (seed: number) => Promise<Draw>): Promise<Draw[]> {
  const out: Draw[] = []
  for (let seed = 0; seed < draws; seed++) out.push(await draw(seed))
  return out
}

const power: Bar = {
  area: 'corruption',
  bar: 'shift-power',
  target: `JPEG copies of 83 pictures, light by 10 % and a class from 10 to 20 %: each found and named in >= 80 % of ${draws} draws`,
  async run(context) {
    const found = openPhotographs(context)
    if (found === null) return absent('CIFAR-10 pictures and model are not in the data folder', 'fraction')
    const shares: number[] = []
    const lines: string[] = []
    for (const [title, measure] of [
      ['JPEG', jpegDraws],
      ['light', lightDraws],
      ['class', classDraws],
    ] as const) {
      context.log(`shift: ${title}`)
      const all = await measure(found, context)
      const seen = all.filter((one) => one.found).length
      const right = all.filter((one) => one.found && one.named).length
      shares.push(right / draws)
      lines.push(`${title}: found in ${seen}, and named rightly in ${right} (first draw: ${all[0]!.said})`)
    }
    const value = Math.min(...shares)
    return {
      value,
      met: value >= 0.8,
      unit: 'fraction',
      n: draws,
      detail: `of ${draws} draws, ${lines.join('; ')}`,
    }
  },
}

export const bars: readonly Bar[] = [falseAlarms, power]

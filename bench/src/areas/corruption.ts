// What common corruptions promise beside the Python package imagecorruptions: the same pictures, made faster. Both
// have one thread. Pictures are those of CIFAR-10, enlarged without smoothing where the package needs them large. Where chance is at
// work the two draw different pictures, so moments are compared, over as many draws as the difference needs to be known.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createRandom, mean, median, type Random, variance } from '@failmode/core'
import {
  benchmarkNames,
  type CorruptionName,
  corruptImage,
} from '../../../packages/probes/src/16-common-corruption/corruptions/corrupt-image.ts'
import {
  type Severity,
  severities,
} from '../../../packages/probes/src/16-common-corruption/corruptions/corruption.ts'
import { createImageCodec } from '../../../packages/system/src/images/sharp-codec.ts'
import { absent, type Bar, type BarOutcome, type BenchContext } from '../bar.ts'
import { measurePaired, pairedRatio } from '../load-filter.ts'
import { openPeer, type Peer } from '../peer.ts'

const side = 224
const small = 32
const plane = side * side
const parityPictures = 20
/** Draws of a random corruption for each picture and severity to begin with; then as many as `exactEnough` takes. */
const firstDraws = 2
const mostDraws = 2000
/**
 * The standard error, as a share, that the difference of two moments may have. Differences up to 2 % are let pass, so
 * that chance alone fails a comparison once in 15,000 times.
 */
const exactEnough = 0.005
const parityLimit = 0.02
const picturesFile = 'images/cifar10-jpeg-test-2000x32x32x3.u8.gz'

/** Those without chance, whose pictures are compared pixel by pixel. */
const certain: readonly CorruptionName[] = [
  'defocus-blur',
  'zoom-blur',
  'brightness',
  'contrast',
  'pixelate',
  'jpeg',
]

const images = createImageCodec()

function peerName(name: CorruptionName): string {
  return name === 'jpeg' ? 'jpeg_compression' : name.replaceAll('-', '_')
}

interface Lab {
  readonly peer: Peer
  readonly folder: string
  /** Each [3, side, side] in [0,1]. */
  readonly pictures: readonly Float32Array[]
}

/** Opens the peer on the first `count` pictures for as long as `use` runs. */
async function withPeer(
  context: BenchContext,
  { count, unit }: { readonly count: number; readonly unit: string },
  use: (lab: Lab) => Promise<BarOutcome>,
): Promise<BarOutcome> {
  const file = context.data?.file(picturesFile)
  if (!file) return absent(`the shared data have no ${picturesFile}`, unit)
  const opened = await openPeer('corruption/reference.py', {
    needs: ['imagecorruptions'],
    environment: { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
    signal: context.signal,
  })
  if (opened.peer === null) return absent(opened.reason, unit)
  const folder = await mkdtemp(join(tmpdir(), 'failmode-corruption-'))
  try {
    const bytes = enlarge(gunzipSync(await readFile(file)), count)
    const raw = join(folder, 'pictures.u8')
    await writeFile(raw, bytes)
    await opened.peer.call('open', { file: raw, shape: [count, side, side] })
    const pictures = Array.from({ length: count }, (_, i) => planar(bytes, i))
    return await use({ peer: opened.peer, folder, pictures })
  } finally {
    await opened.peer.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** The first pictures of 32 x 32 with every pixel repeated seven times both ways. */
function enlarge(bytes: Uint8Array, count: number): Uint8Array {
  const times = side / small
  const out = new Uint8Array(count * plane * 3)
  for (let n = 0, to = 0; n < count; n++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const from = 3 * ((n * small + Math.floor(y / times)) * small + Math.floor(x / times))
        for (let c = 0; c < 3; c++) out[to++] = bytes[from + c]!
      }
    }
  }
  return out
}

/** Picture `index` of interleaved bytes, [3, side, side] in [0,1]. */
function planar(bytes: Uint8Array, index: number): Float32Array {
  const from = index * plane * 3
  return Float32Array.from(
    { length: 3 * plane },
    (_, i) => bytes[from + 3 * (i % plane) + Math.floor(i / plane)]! / 255,
  )
}

function corrupted(
  picture: Float32Array,
  corruption: CorruptionName,
  { severity, random = createRandom(1) }: { readonly severity: Severity; readonly random?: Random },
): Promise<Float32Array> {
  return corruptImage(picture, {
    corruption,
    severity,
    constants: 'imagenet',
    channels: 3,
    height: side,
    width: side,
    random,
    images,
    referenceCompatible: true,
  })
}

const speedBar: Bar = {
  area: 'corruption',
  bar: 'generation-speed',
  target: 'median of the 15 >= 3x imagecorruptions a core, none below 1x',
  run: (context) =>
    withPeer(context, { count: 1, unit: 'x' }, async ({ peer, pictures }) => {
      const ratios: { readonly name: string; readonly ratio: number }[] = []
      const busy: string[] = []
      for (const name of benchmarkNames) {
        context.log(`corruption: ${name}`)
        const times = await measurePaired({
          candidates: {
            ours: async () => {
              for (const severity of severities) await corrupted(pictures[0]!, name, { severity })
            },
            theirs: () => peer.call('run', { name: peerName(name) }),
          },
          rounds: 3,
          capMs: 40_000,
          children: [peer.pid],
          signal: context.signal,
        })
        if (times.enough) ratios.push({ name, ratio: pairedRatio(times, 'theirs', 'ours').median })
        else busy.push(`${name} could not be timed (${times.detail})`)
      }
      const given = [...ratios.map(({ name, ratio }) => `${name} ${ratio.toFixed(1)}`), ...busy].join(', ')
      const detail = `${side} x ${side} x 3, all severities: ${given}`
      // One below 1 breaks the promise whatever the others are; a median takes all of them.
      const below = ratios.some(({ ratio }) => ratio < 1)
      if (busy.length > 0) {
        return { value: null, met: below ? false : null, unit: 'x', n: ratios.length, detail }
      }
      const value = median(ratios.map(({ ratio }) => ratio))
      return { value, met: value >= 3 && !below, unit: 'x', n: ratios.length, detail }
    }),
}

/** Mean and variance of a picture's numbers. */
type Moments = readonly [mean: number, variance: number]

/** The moments of draws: of each draw, of each picture. */
type Drawn = readonly (readonly Moments[])[]

function momentsOf(values: Float32Array): Moments {
  let sum = 0
  let squares = 0
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!
    sum += x
    squares += x * x
  }
  const average = sum / values.length
  return [average, squares / values.length - average ** 2]
}

interface Difference {
  /** Ours over theirs, less one. */
  readonly share: number
  /** Standard error of the share. The pictures are the same on both sides, so only the draws are chance. */
  readonly error: number
}

function difference(ours: Drawn, theirs: Drawn, moment: 0 | 1): Difference {
  const [a, b] = [ours, theirs].map((drawn) => {
    const perPicture = drawn[0]!.map((_, picture) => drawn.map((draw) => draw[picture]![moment]))
    const level = mean(perPicture.map((values) => mean(values)))
    // The sum over pictures of the squared error of each one's mean.
    const squared = mean(perPicture.map((values) => variance(values) / (values.length - 1)))
    return { level, error: Math.sqrt(squared / perPicture.length) / level }
  }) as [{ level: number; error: number }, { level: number; error: number }]
  return { share: a.level / b.level - 1, error: Math.hypot(a.error, b.error) }
}

interface Compared {
  readonly worst: Difference
  /** Of one picture at one severity, the most that were made. */
  readonly draws: number
}

/** Draws pictures on both sides until the moments are known well enough, severity by severity. */
async function compareMoments(
  { peer, pictures }: Lab,
  name: CorruptionName,
  signal: AbortSignal,
): Promise<Compared> {
  let worst: Difference = { share: 0, error: 0 }
  let most = 0
  for (const severity of severities) {
    const ours: Moments[][] = []
    const theirs: (readonly Moments[])[] = []
    let both: readonly Difference[] = []
    for (let more = firstDraws; more > 0; ) {
      signal.throwIfAborted()
      const asked = peer.call<Drawn>('moments', {
        name: peerName(name),
        severity,
        draws: more,
        seed: ours.length,
      })
      for (const end = ours.length + more; ours.length < end; ) {
        const draw: Moments[] = []
        for (const [index, picture] of pictures.entries()) {
          const random = createRandom(16, [name, String(severity), String(ours.length), String(index)])
          draw.push(momentsOf(await corrupted(picture, name, { severity, random })))
        }
        ours.push(draw)
      }
      theirs.push(...(await asked))
      both = [difference(ours, theirs, 0), difference(ours, theirs, 1)]
      // An error shrinks with the square root of the draws; a tenth more, because it is itself an estimate.
      const wanted = 1.1 * ours.length * (Math.max(...both.map(({ error }) => error)) / exactEnough) ** 2
      const enough = both.every(({ error }) => error <= exactEnough)
      // In steps of ten times, because few draws tell little about how many are needed.
      more = enough ? 0 : Math.min(Math.ceil(wanted), 10 * ours.length, mostDraws) - ours.length
    }
    most = Math.max(most, ours.length)
    for (const each of both) if (Math.abs(each.share) > Math.abs(worst.share)) worst = each
  }
  return { worst, draws: most }
}

/** How many levels apart the pictures of a corruption without chance are, on average. */
async function levelsApart({ peer, folder, pictures }: Lab, name: CorruptionName): Promise<number> {
  const file = join(folder, 'corrupted.u8')
  await peer.call('write', { name: peerName(name), file })
  const theirs = await readFile(file)
  let apart = 0
  for (const [index, picture] of pictures.entries()) {
    for (const severity of severities) {
      const out = await corrupted(picture, name, { severity })
      const other = planar(theirs, index * severities.length + severity - 1)
      let sum = 0
      for (let i = 0; i < out.length; i++) sum += Math.abs(out[i]! - other[i]!)
      apart += (255 * sum) / out.length
    }
  }
  return apart / (pictures.length * severities.length)
}

const percent = (share: number) => (100 * share).toFixed(2)

const parityBar: Bar = {
  area: 'corruption',
  bar: 'reference-parity',
  target: `on ${parityPictures} pictures: without chance <= 1/255 apart on average, with chance mean and variance within 2 %`,
  run: (context) =>
    withPeer(context, { count: parityPictures, unit: 'of the limit' }, async (lab) => {
      const shares: number[] = []
      const lines: string[] = []
      const unsure: CorruptionName[] = []
      for (const name of benchmarkNames) {
        // Their frost is photographs and ours is drawn.
        if (name === 'frost') continue
        context.signal.throwIfAborted()
        context.log(`corruption: ${name}`)
        if (certain.includes(name)) {
          const apart = await levelsApart(lab, name)
          shares.push(apart)
          lines.push(`${name} ${apart.toFixed(3)}/255`)
          continue
        }
        const { worst, draws } = await compareMoments(lab, name, context.signal)
        shares.push(Math.abs(worst.share) / parityLimit)
        if (worst.error > exactEnough) unsure.push(name)
        lines.push(
          `${name} ${percent(worst.share)} % (standard error ${percent(worst.error)} %, ${draws * parityPictures} draws)`,
        )
      }
      const value = Math.max(...shares)
      return {
        value,
        met: unsure.length > 0 ? null : value <= 1,
        unit: 'of the limit',
        n: parityPictures,
        detail: [
          `the worst of mean and variance and of five severities: ${lines.join(', ')}`,
          ...(unsure.length > 0 ? [`too few draws to tell: ${unsure.join(', ')}`] : []),
          'frost is left out, because the published photographs may not be passed on',
          'elastic-transform against the published formula, which the package does not have',
        ].join('; '),
      }
    }),
}

export const bars: readonly Bar[] = [speedBar, parityBar]

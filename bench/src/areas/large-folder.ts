// A folder of more pictures than memory is meant for, corrupted as a run does it: by the program itself, in a process of its
// own whose memory is read while it works. The run is stopped half way and taken up again. The promise is about 50,000
// pictures under 19 corruptions at 5 severities, which takes a day; what is run here is a slice of it, and the line says what
// of the memory grows with pictures and what with answers.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom, median } from '@failmode/core'
import { float32, graphBuilder, writeModel } from '@failmode/engine'
import type sharpModule from 'sharp'
import { absent, type Bar } from '../bar.ts'
import { repositoryRoot } from '../shared-data.ts'

const side = 224
const counts = { small: 2500, large: 10_000 } as const
const cells = { corruptions: ['brightness', 'contrast'], severities: [1, 5] } as const
const promised = { pictures: 50_000, cells: 19 * 5 }
const limitMb = 1500

const cli = join(repositoryRoot, 'packages', 'failmode', 'dist', 'cli.js')
const sharp = createRequire(join(repositoryRoot, 'packages', 'system', 'package.json'))(
  'sharp',
) as typeof sharpModule

/** Bright and dark pictures with a pattern of their own, so that no two are alike. */
async function writePictures(folder: string, count: number, signal: AbortSignal): Promise<void> {
  for (const name of ['bright', 'dark']) await mkdir(join(folder, name), { recursive: true })
  const random = createRandom('large folder')
  for (let i = 0; i < count; i++) {
    signal.throwIfAborted()
    const base = i % 2 === 0 ? 150 : 60
    const small = Buffer.from(Uint8Array.from({ length: 8 * 8 * 3 }, () => base + random.int(50)))
    const file = join(folder, i % 2 === 0 ? 'bright' : 'dark', `${String(i).padStart(6, '0')}.jpg`)
    await sharp(small, { raw: { width: 8, height: 8, channels: 3 } })
      .resize(side, side, { kernel: 'nearest' })
      .jpeg({ quality: 85 })
      .toFile(file)
  }
}

/** Says whether a picture is bright. */
function brightOrDark(): Uint8Array {
  const builder = graphBuilder()
  const x = builder.input('x', 'float32', ['n', 3, side, side])
  const pooled = builder.node('Flatten', [builder.node('GlobalAveragePool', [x])], { axis: 1 })
  const weights = builder.constant(float32(Float32Array.of(10, -10, 10, -10, 10, -10), [3, 2]))
  const bias = builder.constant(float32(Float32Array.of(-12, 12), [2]))
  builder.output(builder.node('Gemm', [pooled, weights, bias]), 'y')
  return writeModel(builder.finish())
}

interface Watched {
  readonly code: number | null
  readonly stderr: string
  /** Resident memory in MB, every quarter of a second. */
  readonly memory: readonly number[]
}

/** Runs the program and reads its memory; `stopAt` a share of the work, it is asked to stop. */
async function watch(arguments_: readonly string[], signal: AbortSignal, stopAt = 2): Promise<Watched> {
  const child = spawn(process.execPath, [cli, ...arguments_], { stdio: ['ignore', 'ignore', 'pipe'], signal })
  const memory: number[] = []
  let stderr = ''
  let stopped = false
  child.stderr.on('data', (text: Buffer) => {
    stderr += text
    const share = /failmode: (\d+) %(?![\s\S]*failmode: \d+ %)/.exec(stderr)?.[1]
    if (share === undefined || stopped || Number(share) < 100 * stopAt) return
    stopped = true
    child.kill('SIGINT')
  })
  const timer = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
    const kb = /VmRSS:\s+(\d+)/.exec(status)?.[1]
    if (kb !== undefined) memory.push(Number(kb) / 1024)
  }, 250)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  }).finally(() => clearInterval(timer))
  return { code, stderr, memory }
}

/** Means of tenths of the run. */
function curve(memory: readonly number[]): readonly number[] {
  return Array.from({ length: 10 }, (_, tenth) => {
    const part = memory.slice(
      Math.floor((tenth * memory.length) / 10),
      Math.max(Math.floor((tenth * memory.length) / 10) + 1, Math.floor(((tenth + 1) * memory.length) / 10)),
    )
    return Math.round(part.reduce((a, b) => a + b, 0) / part.length)
  })
}

const memoryBar: Bar = {
  area: 'corruption',
  bar: 'memory-of-large-folder',
  target: `streamed: memory flat, < ${limitMb} MB for ${promised.pictures} pictures of ${side} x ${side} under 19 x 5; resumable; time left shown`,
  async run({ log, signal }) {
    if (!existsSync(cli)) return absent('the program is not built: npm run build', 'MB')
    if (!existsSync('/proc/self/status')) return absent('memory of a process is read from /proc', 'MB')
    const folder = await mkdtemp(join(tmpdir(), 'failmode-large-'))
    try {
      await writeFile(join(folder, 'model.onnx'), brightOrDark())
      const runs: { readonly count: number; readonly watched: Watched }[] = []
      for (const count of [counts.small, counts.large]) {
        log(`corruption: ${count} pictures`)
        await writePictures(join(folder, `pictures-${count}`), count, signal)
        const config = {
          name: 'large',
          task: 'image-classification',
          labels: ['bright', 'dark'],
          model: { onnx: 'model.onnx', input: { layout: 'NCHW', shape: [3, side, side], range: [0, 1] } },
          data: { test: { images: { folder: `pictures-${count}` } } },
          probes: { 'common-corruption': { ...cells, samples: count } },
        }
        const file = join(folder, `failmode-${count}.json`)
        await writeFile(file, JSON.stringify(config))
        const out = join(folder, `run-${count}`)
        const begin = ['run', '--config', file, '--only', 'common-corruption/accuracy', '--out', out]
        runs.push({ count, watched: await watch(begin, signal) })
      }
      const [small, large] = runs as [(typeof runs)[number], (typeof runs)[number]]
      log('corruption: stopped half way and taken up again')
      const config = join(folder, `failmode-${counts.small}.json`)
      const out = join(folder, 'run-stopped')
      const only = ['--only', 'common-corruption/accuracy']
      const stopped = await watch(['run', '--config', config, ...only, '--out', out], signal, 0.4)
      const resumed = await watch(['run', '--resume', out], signal)
      const numbers = async (run: string) => {
        const { modes } = JSON.parse(await readFile(join(run, 'run.json'), 'utf8'))
        return JSON.stringify(modes)
      }
      const same =
        stopped.code === 130 && (await numbers(out)) === (await numbers(join(folder, `run-${counts.small}`)))

      const peak = (watched: Watched) => Math.max(...watched.memory)
      const settled = (watched: Watched) =>
        median(watched.memory.slice(-Math.ceil(watched.memory.length / 4)))
      const answers = (count: number) => count * (1 + cells.corruptions.length * cells.severities.length)
      // All that grows between the two runs is put down to answers, of which there are as many more.
      const perAnswer = Math.max(
        0,
        (settled(large.watched) - settled(small.watched)) / (answers(large.count) - answers(small.count)),
      )
      const expected =
        peak(large.watched) + perAnswer * (promised.pictures * (1 + promised.cells) - answers(large.count))
      const shown = /% *,? .*left/.test(large.watched.stderr)
      const ended =
        runs.every(({ watched }) => watched.code === 0 || watched.code === 3) && resumed.code !== null
      return {
        value: Math.round(expected),
        met: ended && same && shown && expected < limitMb,
        unit: 'MB',
        n: counts.large,
        detail: `a slice: ${counts.small} and ${counts.large} pictures (${((counts.large * 3 * side * side) / 2 ** 30).toFixed(1)} GiB of pixels) under ${cells.corruptions.length * cells.severities.length} corruptions; resident memory by tenths of the run ${curve(small.watched.memory).join(', ')} MB and ${curve(large.watched.memory).join(', ')} MB, peaks ${Math.round(peak(small.watched))} and ${Math.round(peak(large.watched))} MB; what is left grows by ${(perAnswer * 2 ** 20).toFixed(0)} bytes an answer, and the value is the peak carried to all ${(promised.pictures * (1 + promised.cells)) / 1e6} million answers; stopped half way and resumed ${same ? 'gives the same numbers' : 'DIFFERS'}; time left ${shown ? 'is' : 'IS NOT'} shown`,
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

export const bars: readonly Bar[] = [memoryBar]

// What the scanner of model files promises: hostile files are never called clean, honest ones are, faster than the
// scanners of the field, and no file holds it up. The corpora are of our own making (bench/peers/artifacts); rivals scan
// the same files in a process of their own.
import { spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type FileScan, type Scan, scanFile, scanPaths, type Verdict } from '@failmode/scanner'
import { absent, type Bar, type BarOutcome, type BenchContext } from '../bar.ts'
import { measurePaired, pairedRatio } from '../load-filter.ts'
import { once } from '../once.ts'
import { openPeer } from '../peer.ts'
import { repositoryRoot } from '../shared-data.ts'
import { type HostileFile, heavyCorpus, honestCorpus, hostileCorpus } from './artifacts/corpus.ts'
import { signaturesInteroperate } from './artifacts/signing.ts'

interface Judged {
  readonly entry: HostileFile
  readonly verdict: Verdict
}

/** Every entry of the hostile corpus with its verdict; an entry may be a folder. */
const hostile = once(async (_: 'all', context: BenchContext): Promise<readonly Judged[] | string> => {
  const corpus = await hostileCorpus()
  if ('reason' in corpus) return corpus.reason
  const judged: Judged[] = []
  for (const entry of corpus.entries) {
    context.signal.throwIfAborted()
    const scan = await scanned(join(corpus.folder, entry.path), context.signal)
    judged.push({ entry, verdict: scan.verdict })
    if (judged.length % 200 === 0) context.log(`${judged.length} of ${corpus.entries.length} hostile files`)
  }
  return judged
})

async function scanned(path: string, signal: AbortSignal): Promise<Pick<Scan, 'verdict'>> {
  if ((await stat(path)).isDirectory()) return await scanPaths([path], { signal })
  return await scanFile(path, { limits: { seconds: 20 } })
}

function shareNotClean(
  pick: (entry: HostileFile) => boolean,
  target: number,
): (context: BenchContext) => Promise<BarOutcome> {
  return async (context) => {
    const judged = await hostile('all', context)
    if (typeof judged === 'string') return absent(judged, 'share')
    const chosen = judged.filter(({ entry }) => pick(entry))
    const clean = chosen.filter(({ verdict }) => verdict === 'clean')
    const named = chosen.filter(({ verdict }) => verdict !== 'clean' && verdict !== 'not-examined')
    const malicious = chosen.filter(({ verdict }) => verdict === 'malicious')
    const asExpected = chosen.filter(({ entry, verdict }) => entry.expect.includes(verdict))
    const value = 1 - clean.length / chosen.length
    return {
      value,
      met: value >= target,
      unit: 'share',
      n: chosen.length,
      detail: `${percent(malicious.length, chosen.length)} malicious, ${percent(named.length, chosen.length)} malicious, suspicious or malformed, ${percent(asExpected.length, chosen.length)} with an expected verdict${
        clean.length === 0
          ? ''
          : `; called clean: ${clean
              .slice(0, 8)
              .map(({ entry }) => entry.path)
              .join(', ')}`
      }`,
    }
  }
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`
}

const rivals = ['picklescan', 'picklescan-strict', 'modelscan', 'fickling'] as const

async function unionOfRivals(context: BenchContext): Promise<BarOutcome> {
  const corpus = await hostileCorpus()
  if ('reason' in corpus) return absent(corpus.reason, 'share')
  const judged = await hostile('all', context)
  if (typeof judged === 'string') return absent(judged, 'share')
  const { peer, reason } = await openPeer('artifacts/rival.py', {
    needs: ['picklescan', 'modelscan'],
    signal: context.signal,
  })
  if (peer === null) return absent(reason, 'share')
  try {
    const files = judged.filter(({ entry }) => entry.variant === undefined)
    const caught = Object.fromEntries(rivals.map((name) => [name, 0])) as Record<
      (typeof rivals)[number],
      number
    >
    let union = 0
    for (const { entry } of files) {
      context.signal.throwIfAborted()
      let any = false
      for (const tool of rivals) {
        const { verdict } = await peer.call<{ verdict: string }>('scan', {
          tool,
          path: join(corpus.folder, entry.path),
        })
        if (verdict !== 'flagged') continue
        caught[tool] += 1
        any ||= tool !== 'picklescan-strict'
      }
      if (any) union += 1
    }
    const ours = files.filter(({ verdict }) => verdict !== 'clean').length
    return {
      value: union / files.length,
      met: ours > union,
      unit: 'share',
      n: files.length,
      detail: `flagged by picklescan, modelscan or fickling as they are set up by default; ${rivals.map((name) => `${name} ${percent(caught[name], files.length)}`).join(', ')}; ours, not clean, ${percent(ours, files.length)}`,
    }
  } finally {
    await peer.close()
  }
}

async function benignAlarms(context: BenchContext): Promise<BarOutcome> {
  const corpus = await honestCorpus()
  if ('reason' in corpus) return absent(corpus.reason, 'files')
  const alarms: string[] = []
  for (const { path } of corpus.entries) {
    context.signal.throwIfAborted()
    const { verdict } = await scanned(join(corpus.folder, path), context.signal)
    if (verdict !== 'clean') alarms.push(`${path} (${verdict})`)
  }
  return {
    value: alarms.length,
    met: alarms.length <= 1 && corpus.entries.length >= 150,
    unit: 'files',
    n: corpus.entries.length,
    detail: `honest files that are not called clean${alarms.length === 0 ? '' : `: ${alarms.slice(0, 6).join(', ')}`}`,
  }
}

async function denseSpeed(context: BenchContext): Promise<BarOutcome> {
  const corpus = await heavyCorpus()
  if ('reason' in corpus) return absent(corpus.reason, 'ratio')
  const { peer, reason } = await openPeer('artifacts/rival.py', {
    needs: ['picklescan'],
    signal: context.signal,
  })
  if (peer === null) return absent(reason, 'ratio')
  try {
    const dense = corpus.entries.filter(({ path }) => path.startsWith('dense-'))
    if (dense.length === 0) return absent('the corpus has no dense pickles', 'ratio')
    const ratios: number[] = []
    const told: string[] = []
    for (const { path } of dense) {
      const file = join(corpus.folder, path)
      const { size } = await stat(file)
      const timed = await measurePaired({
        candidates: {
          picklescan: () => peer.call('scan', { tool: 'picklescan', path: file }),
          failmode: () => scanFile(file),
        },
        rounds: 5,
        capMs: 180_000,
        children: [peer.pid],
        signal: context.signal,
      })
      if (timed.median === null) return absent(timed.detail, 'ratio')
      ratios.push(pairedRatio(timed, 'picklescan', 'failmode').median)
      told.push(
        `${path}: ${(size / 1000 / timed.median.failmode).toFixed(0)} MB/s beside ${(size / 1000 / timed.median.picklescan).toFixed(1)}`,
      )
    }
    const value = Math.min(...ratios)
    return {
      value,
      met: value >= 10,
      unit: 'ratio',
      n: dense.length,
      detail: `the slowest of ${told.join('; ')}`,
    }
  } finally {
    await peer.close()
  }
}

interface Watched {
  readonly seconds: number
  readonly verdict: Verdict
  readonly peakMb: number
  readonly scan: FileScan
}

/** Scans a file by a process of its own that does nothing else, and says what memory it took. */
async function watched(path: string, signal: AbortSignal): Promise<Watched> {
  const script = `
    import { scanFile } from '@failmode/scanner'
    const from = performance.now()
    const scan = await scanFile(${JSON.stringify(path)})
    const seconds = (performance.now() - from) / 1000
    const again = performance.now()
    await scanFile(${JSON.stringify(path)})
    console.log(JSON.stringify({ seconds: Math.min(seconds, (performance.now() - again) / 1000), first: seconds, peakMb: process.resourceUsage().maxRSS / 1024, verdict: scan.verdict, scan }))
  `
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: join(repositoryRoot, 'bench'),
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
  })
  let out = ''
  child.stdout.on('data', (text: Buffer) => {
    out += text
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`the scan of ${path} ended with ${code}`)
  return JSON.parse(out) as Watched
}

function throughput(file: string): (context: BenchContext) => Promise<BarOutcome> {
  return async ({ signal }) => {
    const corpus = await heavyCorpus()
    if ('reason' in corpus) return absent(corpus.reason, 'GB/s')
    const entry = corpus.entries.find(({ path }) => path === file)
    if (entry === undefined) return absent(`the corpus has no ${file}`, 'GB/s')
    const path = join(corpus.folder, entry.path)
    const { size } = await stat(path)
    const { seconds, peakMb, verdict } = await watched(path, signal)
    const value = size / 1e9 / seconds
    return {
      value,
      met: value >= 1 && peakMb < 512 && verdict === 'clean',
      unit: 'GB/s',
      n: 1,
      detail: `${(size / 1e9).toFixed(2)} GB in ${seconds.toFixed(3)} s with at most ${peakMb.toFixed(0)} MB of memory, Node and its TypeScript loader included; ${verdict}`,
    }
  }
}

async function bombs(context: BenchContext): Promise<BarOutcome> {
  const corpus = await heavyCorpus()
  if ('reason' in corpus) return absent(corpus.reason, 's')
  const files = corpus.entries.filter(({ kind }) => kind === 'bomb')
  let worst = 0
  let memory = 0
  const told: string[] = []
  let clean = 0
  for (const { path } of files) {
    const { seconds, peakMb, verdict } = await watched(join(corpus.folder, path), context.signal)
    worst = Math.max(worst, seconds)
    memory = Math.max(memory, peakMb)
    if (verdict === 'clean' && !/memo/.test(path)) clean += 1
    told.push(`${path} ${verdict} in ${seconds.toFixed(2)} s`)
  }
  return {
    value: worst,
    met: worst <= 5 && clean === 0,
    unit: 's',
    n: files.length,
    detail: `${told.join('; ')}; at most ${memory.toFixed(0)} MB`,
  }
}

export const bars: readonly Bar[] = [
  {
    area: 'artifacts',
    bar: 'hostile-files-not-clean',
    target: '>= 0.99',
    run: shareNotClean((entry) => entry.variant === undefined, 0.99),
  },
  {
    area: 'artifacts',
    bar: 'hostile-pickles-caught',
    target: '= 1',
    run: shareNotClean((entry) => entry.family === 'pickle', 1),
  },
  {
    area: 'artifacts',
    bar: 'hostile-renamed-or-prefixed-not-clean',
    target: '>= 0.99',
    run: shareNotClean((entry) => entry.variant !== undefined, 0.99),
  },
  { area: 'artifacts', bar: 'union-of-rivals', target: 'below ours', run: unionOfRivals },
  { area: 'artifacts', bar: 'honest-files-alarmed', target: '<= 1 of 150', run: benignAlarms },
  { area: 'artifacts', bar: 'dense-pickle-speed', target: '>= 10 x picklescan', run: denseSpeed },
  {
    area: 'artifacts',
    bar: 'safetensors-throughput',
    target: '>= 1 GB/s, memory flat',
    run: throughput('weights.safetensors'),
  },
  {
    area: 'artifacts',
    bar: 'zip-throughput',
    target: '>= 1 GB/s, memory flat',
    run: throughput('weights.pt'),
  },
  { area: 'artifacts', bar: 'bombs', target: '<= 5 s', run: bombs },
  { area: 'artifacts', bar: 'signatures-both-ways', target: 'all', run: signaturesInteroperate },
]

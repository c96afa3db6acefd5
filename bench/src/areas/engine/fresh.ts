// What opening MobileNetV2 for differentiation costs in time and memory, in processes that do nothing else. Run as a
// program (`node --import tsx fresh.ts NET.onnx NET.npz`), this file is such a process: it opens the model, takes five
// steps and writes one line of JSON. As a module it starts itself.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { othersShare, procMeter } from '../../cpu-meter.ts'
import { type Net, readTruth } from './nets.ts'
import { climb, openNet } from './own-pgd.ts'

/** Steps that a process takes before its memory is read. */
export const freshSteps = 5

export interface Fresh {
  /** From the file's path to a session that is ready for its first step. */
  readonly openMs: number
  /** The most memory the process has held: before the model was read, and after the last step. */
  readonly bytesBefore: number
  readonly bytes: number
  /** Other processes' work meanwhile, as a share of the time. */
  readonly others: number
}

/** One run in a new process. */
export async function runFresh(net: Net, signal: AbortSignal): Promise<Fresh> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const args = ['--import', tsx, fileURLToPath(import.meta.url), net.onnx, net.truth]
  const meter = procMeter()
  const begin = performance.now()
  const before = meter()
  const { stdout } = await promisify(execFile)(process.execPath, args, { signal })
  const after = meter()
  const others = before && after ? othersShare(before, after, performance.now() - begin) : 0
  return { ...(JSON.parse(stdout) as Omit<Fresh, 'others'>), others }
}

/** The most resident memory that this process has had (proc(5), VmHWM). */
function peakBytes(): number {
  const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))
  return Number(found?.[1]) * 1024
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const net: Net = { name: 'mobilenet-v2', onnx: process.argv[2]!, truth: process.argv[3]! }
  const truth = readTruth(net)
  const bytesBefore = peakBytes()
  const begin = performance.now()
  const session = await openNet(net, truth.dims[0]!)
  const openMs = performance.now() - begin
  await climb(session, truth, freshSteps)
  console.log(JSON.stringify({ openMs, bytesBefore, bytes: peakBytes() }))
  await session.close()
}

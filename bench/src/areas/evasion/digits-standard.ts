// How long a user waits for a standard answer: the command line as it is built from source, on examples/digits, with 200
// samples. The build is the caller's: what is measured is what `node packages/failmode/dist/cli.js` does.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunDocument } from '@failmode/core'
import type { BenchContext } from '../../bar.ts'
import { othersShare, procMeter } from '../../cpu-meter.ts'
import { repositoryRoot } from '../../shared-data.ts'
import type { Reason } from './nets.ts'

const digits = join(repositoryRoot, 'examples', 'digits')
const cli = join(repositoryRoot, 'packages', 'failmode', 'dist', 'cli.js')

export interface StandardRun {
  readonly seconds: number
  /** Other processes' work meanwhile, as a share of the time. */
  readonly others: number
  readonly run: RunDocument
  readonly cores: number
}

export async function digitsStandard({ signal }: BenchContext): Promise<StandardRun | Reason> {
  if (!existsSync(cli)) return { reason: 'packages/failmode/dist is absent; run npm run build' }
  const folder = await mkdtemp(join(tmpdir(), 'failmode-bench-'))
  try {
    const config = join(folder, 'failmode.config.json')
    const given = JSON.parse(await readFile(join(digits, 'failmode.config.json'), 'utf8'))
    const absolute = (path: string) => join(digits, path)
    for (const split of Object.values(given.data) as { npz: { file: string } }[])
      split.npz.file = absolute(split.npz.file)
    given.model.onnx = absolute(given.model.onnx)
    given.artifacts = given.artifacts.map(absolute)
    given.probes.perturbation.samples = 200
    await writeFile(config, JSON.stringify(given))
    const out = join(folder, 'run')
    const args = ['run', '--config', config, '--only', 'perturbation', '--budget', 'standard', '--out', out]
    const begin = performance.now()
    const child = spawn(process.execPath, [cli, ...args], { stdio: 'ignore', signal })
    // Once it has ended, its work counts as ours: this process has waited for it.
    const meter = procMeter({ children: [child.pid!] })
    const before = meter()
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', () => resolve())
    })
    const measuredMs = performance.now() - begin
    const after = meter()
    const run = JSON.parse(await readFile(join(out, 'run.json'), 'utf8')) as RunDocument
    return {
      seconds: measuredMs / 1000,
      others: before && after ? othersShare(before, after, measuredMs) : 0,
      run,
      cores: availableParallelism(),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

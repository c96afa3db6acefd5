// The nets that the bars of the engine are measured on. PyTorch makes them (peers/engine/export.py), so they are there only
// where PyTorch is; the files are kept in bench/.cache, which git ignores.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readNpz } from '../../../../packages/system/src/data/npz.ts'
import { peerVersions } from '../../peer.ts'
import { repositoryRoot } from '../../shared-data.ts'

export const netNames = ['small-cnn', 'resnet-20', 'resnet-18', 'mobilenet-v2', 'transformer'] as const

export type NetName = (typeof netNames)[number]

export interface Net {
  readonly name: NetName
  readonly onnx: string
  /** An npz with `x`, `labels`, `logits`, `gradient`, as PyTorch gave them. */
  readonly truth: string
}

/** A batch of samples in unit space, and what PyTorch makes of it in float32. */
export interface Truth {
  readonly x: Float32Array
  /** Batch first. */
  readonly dims: readonly number[]
  /** The net's own answers. */
  readonly labels: Int32Array
  /** [batch, classes] */
  readonly logits: Float32Array
  /** Of the summed cross-entropy, with respect to x. */
  readonly gradient: Float32Array
}

const folder = join(repositoryRoot, 'bench', '.cache', 'engine')
const scripts = join(repositoryRoot, 'bench', 'peers', 'engine')

/** All nets, exported anew when a script is newer than they are; the reason when that is not possible. */
export async function exportNets({
  log,
  signal,
}: {
  readonly log: (line: string) => void
  readonly signal: AbortSignal
}): Promise<{ readonly nets: readonly Net[] } | { readonly reason: string }> {
  const needed = ['torch', 'torchvision', 'onnx', 'onnxscript']
  if (!isFresh()) {
    const versions = peerVersions()
    const missing = needed.find((name) => !versions?.get(name)?.version)
    if (missing !== undefined) {
      return { reason: `the nets are made by PyTorch, and ${missing} is absent; run bench/peers/setup` }
    }
    log('engine: exporting the nets with PyTorch')
    const python = join(repositoryRoot, 'bench', 'peers', '.venv', 'bin', 'python')
    try {
      await promisify(execFile)(python, ['-W', 'ignore', join(scripts, 'export.py'), folder], { signal })
    } catch (cause) {
      signal.throwIfAborted()
      const last = String((cause as { stderr?: string }).stderr ?? cause)
        .trim()
        .split('\n')
        .at(-1)
      return { reason: `the nets could not be exported: ${last}` }
    }
  }
  const nets = netNames.map((name) => ({
    name,
    onnx: join(folder, `${name}.onnx`),
    truth: join(folder, `${name}.npz`),
  }))
  return { nets }
}

/** Whether the last file of an export is there and no script was changed since. */
function isFresh(): boolean {
  const last = join(folder, 'versions.json')
  if (!existsSync(last)) return false
  const made = statSync(last).mtimeMs
  return ['nets.py', 'export.py'].every((script) => statSync(join(scripts, script)).mtimeMs < made)
}

export function readTruth({ truth }: Net): Truth {
  const wanted = ['x', 'labels', 'logits', 'gradient'] as const
  const [x, labels, logits, gradient] = readNpz(readFileSync(truth), { name: truth, wanted })
  return {
    x: x!.data as Float32Array,
    dims: x!.shape,
    labels: Int32Array.from(labels!.data),
    logits: logits!.data as Float32Array,
    gradient: gradient!.data as Float32Array,
  }
}

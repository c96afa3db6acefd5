// A training that was cut off, as bytes: where it stood, all its numbers, and a digest of both. It holds everything that
// the next step depends on, so that going on gives the same weights, bit for bit, as never having stopped. It also names
// what it belongs to, so that it cannot be continued with other data or another recipe by mistake.
import { createHash } from 'node:crypto'
import { EngineError } from '../errors.ts'

export interface EpochCurve {
  /** From 1. */
  readonly epoch: number
  /** Learning rate at the epoch's last step. */
  readonly rate: number
  /** Mean loss of the samples as they were trained on, before each one's step. */
  readonly loss: number
  /** Share of right answers as they were trained on; for losses with `labels` only. */
  readonly accuracy?: number
  readonly validation?: { readonly loss: number; readonly accuracy?: number }
}

/** Where a training stands. */
export interface TrainingState {
  /** Digest of model, recipe and data. */
  readonly of: string
  /** Epochs done, steps done of the current one, steps done in all. */
  readonly epoch: number
  readonly stepInEpoch: number
  readonly step: number
  /** Of the current epoch so far: sums over samples. */
  readonly sums: {
    readonly loss: number
    readonly weight: number
    readonly right: number
    readonly seen: number
  }
  readonly curve: readonly EpochCurve[]
  readonly best?: { readonly epoch: number; readonly value: number }
  /** By name: `weights`, `statistics`, `slot0`, `slot1`, `bestWeights`, `bestStatistics`. */
  readonly vectors: Readonly<Record<string, Float32Array>>
}

const magic = 'failmode training 1\n'

export function writeCheckpoint(state: TrainingState): Uint8Array {
  const { vectors, ...rest } = state
  const entries = Object.entries(vectors)
  const header = Buffer.from(
    JSON.stringify({ ...rest, vectors: entries.map(([name, { length }]) => [name, length]) }),
  )
  const length = Buffer.alloc(4)
  length.writeUInt32LE(header.length)
  const parts = [
    Buffer.from(magic),
    length,
    header,
    ...entries.map(([, data]) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  ]
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part)
  return Buffer.concat([...parts, digest.digest()])
}

/** @throws EngineError training-checkpoint when the bytes are no whole checkpoint */
export function readCheckpoint(bytes: Uint8Array): TrainingState {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = magic.length + 4
  if (buffer.length < start + 32 || buffer.toString('latin1', 0, magic.length) !== magic) {
    throw broken('it does not start as a checkpoint does')
  }
  const body = buffer.subarray(0, buffer.length - 32)
  const digest = createHash('sha256').update(body).digest()
  if (!digest.equals(buffer.subarray(buffer.length - 32)))
    throw broken('its digest does not fit: it is cut off or changed')
  const headerEnd = start + buffer.readUInt32LE(magic.length)
  const { vectors: sizes, ...rest } = JSON.parse(buffer.toString('utf8', start, headerEnd)) as Omit<
    TrainingState,
    'vectors'
  > & { readonly vectors: readonly (readonly [string, number])[] }
  const vectors: Record<string, Float32Array> = {}
  let at = headerEnd
  for (const [name, size] of sizes) {
    // Copied, because floats must lie on a multiple of four.
    vectors[name] = new Float32Array(Uint8Array.from(body.subarray(at, at + 4 * size)).buffer)
    at += 4 * size
  }
  return { ...rest, vectors }
}

function broken(why: string): EngineError {
  return new EngineError('training-checkpoint', `this is no whole checkpoint of a training: ${why}`, {
    hint: 'Start the training again, or give an older checkpoint.',
  })
}

// The control: noise at the edge of the ball, without a search. An attack that does no better than this has not
// searched, and a model that fails here needs no attacker.
import { gatherRows, type LabelModel, type Random, sizeOf } from '@failmode/core'
import { type AttackBatch, type AttackResult, type AttackRun, reaches } from './attack.ts'
import { type Ball, project } from './ball.ts'

export interface NoiseOptions extends Ball, AttackRun {
  /** Points tried a sample. */
  readonly draws: number
}

/** The result gives for each sample its first adversarial draw, and how many it took. */
export async function noise(
  model: LabelModel,
  batch: AttackBatch,
  options: NoiseOptions,
): Promise<AttackResult> {
  const { x, ids } = batch
  const size = sizeOf(x.dims.slice(1))
  const streams = ids.map((id) => options.random.split(id))
  const spentToSuccess: (number | null)[] = ids.map(() => null)
  const adversarial = x.data.slice()
  let active = [...ids.keys()]
  for (let draw = 1; draw <= options.draws && active.length > 0; draw++) {
    options.signal?.throwIfAborted()
    const clean = gatherRows(x, active)
    const noisy = { data: clean.data.slice(), dims: clean.dims }
    for (const [row, i] of active.entries()) addNoise(noisy.data, row, size, options, streams[i] as Random)
    for (const row of active.keys()) project(noisy.data, clean.data, row, size, options)
    const predicted = await model.labels(noisy)
    active = active.filter((i, row) => {
      adversarial.set(noisy.data.subarray(row * size, (row + 1) * size), i * size)
      if (!reaches(batch, i, predicted[row] as number)) return true
      spentToSuccess[i] = draw
      return false
    })
    options.progress?.(draw / options.draws)
  }
  return { adversarial: { data: adversarial, dims: x.dims }, spentToSuccess }
}

/** Corners of the cube by a fair coin for Linf; a uniform direction at full length for L2 and L1. */
function addNoise(x: Float32Array, row: number, size: number, { norm, eps }: Ball, random: Random): void {
  const from = row * size
  if (norm === 'linf') {
    for (let i = from; i < from + size; i++) x[i] = (x[i] as number) + (random.boolean() ? eps : -eps)
    return
  }
  const direction = random.fillNormal(new Float32Array(size))
  let length = 0
  for (const value of direction) length += norm === 'l2' ? value * value : Math.abs(value)
  const scale = eps / (norm === 'l2' ? Math.sqrt(length) : length)
  for (let i = 0; i < size; i++) x[from + i] = (x[from + i] as number) + (direction[i] as number) * scale
}

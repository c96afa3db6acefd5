// FAB (Croce and Hein 2020, arXiv:1907.02044), the fast adaptive boundary attack: the shortest way to an adversarial
// point in Linf, L2 or L1, without any parameter to tune. It lays a plane for every class but the true one and goes to
// the nearest, which takes a pass for each; `fabTargeted` goes to one class at a time. How a start goes is in
// fab-search.
import { type GradientModel, type Random, sizeOf } from '@failmode/core'
import type { AttackBatch, AttackResult, AttackRun } from './attack.ts'
import { type Ball, type Norm, randomPoint } from './ball.ts'
import { resultOf } from './closest.ts'
import { approach, type FabSearch, newSearch, type PlaneAnswer, type Planes } from './fab-search.ts'

export interface FabOptions extends Ball, AttackRun {
  /** Steps of a start, 100 in AutoAttack. */
  readonly steps: number
  /** The first from the clean sample, the others from random points half as far as the best, at most half of eps. */
  readonly restarts: number
  /**
   * A sample is done once a point of the ball is found, which is all that AutoAttack asks for; otherwise the shortest
   * way is looked for to the end.
   */
  readonly stopWithinEps?: boolean
  /**
   * As published: a step looks at its end first and lays a plane then. By default it lays the plane at once, which costs
   * no look; see fab-search.
   */
  readonly relinearise?: boolean
}

export interface FabResult extends AttackResult {
  readonly zeroGradients: number
}

/**
 * The result gives for each sample the closest adversarial point seen. One pass looks how many classes there are; then
 * a step takes a pass with a gradient for each class but the true one, and with `relinearise` one without; at the end of
 * a start is one without. A batch with targets goes to these alone, which takes one pass a step and no first look.
 */
export async function fab(model: GradientModel, batch: AttackBatch, options: FabOptions): Promise<FabResult> {
  const search = newSearch(batch)
  const planes =
    batch.targets === undefined
      ? await everyClass(model, search, options.norm)
      : oneClass(model, batch.labels, batch.targets, 'targeted-margin')
  await startAll(search, planes, {
    ...options,
    streamOf: (i) => options.random.split(batch.ids[i] as number),
    recorded: true,
    progress: (share) => options.progress?.(share),
  })
  return fabResult(search)
}

export interface Starts extends Omit<FabOptions, 'random' | 'progress'> {
  /** Where sample i draws from; a start splits off its own. */
  readonly streamOf: (i: number) => Random
  readonly recorded: boolean
  readonly progress: (share: number) => void
}

/** All restarts, each on the samples that are not done. */
export async function startAll(search: FabSearch, planes: Planes, options: Starts): Promise<void> {
  const { norm, eps, steps, restarts, streamOf } = options
  const { batch, closest } = search
  const size = sizeOf(batch.x.dims.slice(1))
  // A sample that is wrong as it is has the shortest way there can be.
  const enough = options.stopWithinEps === true ? eps : 0
  for (let restart = 0; restart < restarts; restart++) {
    const active = [...closest.distances.keys()].filter((i) => (closest.distances[i] as number) > enough)
    if (active.length === 0) return
    await approach(search, planes, active, {
      ball: { norm, eps },
      steps,
      enough,
      relinearise: options.relinearise === true,
      begin(start, i) {
        const clean = batch.x.data.subarray(i * size, (i + 1) * size)
        if (restart === 0) start.set(clean)
        else {
          const radius = Math.min(closest.distances[i] as number, eps) / 2
          randomPoint(start, clean, 0, size, { norm, eps: radius }, streamOf(i).split(restart))
        }
      },
      recorded: options.recorded && restart === 0,
      signal: options.signal,
      progress: (share) => options.progress((restart + share) / restarts),
    })
  }
}

export function fabResult({ batch, closest, lastTried, zeroGradients }: FabSearch): FabResult {
  return {
    ...resultOf(closest, lastTried, batch.x.dims),
    zeroGradients: zeroGradients / Math.max(batch.labels.length, 1),
  }
}

/** Planes of one class a sample: the gradient of one loss, which grows towards that class. */
export function oneClass(
  model: GradientModel,
  labels: Int32Array,
  targets: Int32Array,
  loss: 'class-difference' | 'targeted-margin',
): Planes {
  return {
    cost: 1,
    scores: (x) => model.scores(x),
    async ask(x, samples) {
      const pass = await model.gradient(x, loss, {
        labels: Int32Array.from(samples, (i) => labels[i] as number),
        targets: Int32Array.from(samples, (i) => targets[i] as number),
      })
      return { value: pass.loss, normal: pass.gradient, scores: pass.scores }
    },
  }
}

/** For each point the nearest of the planes of all classes but the true one. */
async function everyClass(model: GradientModel, { batch, passes }: FabSearch, norm: Norm): Promise<Planes> {
  passes.fill(1)
  const { classes } = await model.scores(batch.x)
  const { labels } = batch
  return {
    cost: classes - 1,
    scores: (x) => model.scores(x),
    async ask(x, samples) {
      const size = sizeOf(x.dims.slice(1))
      const own = Int32Array.from(samples, (i) => labels[i] as number)
      const nearest = new Float64Array(samples.length).fill(Number.POSITIVE_INFINITY)
      let best: PlaneAnswer | undefined
      // The other classes in the order that follows the true one.
      for (let next = 1; next < classes; next++) {
        const targets = own.map((label) => (label + next) % classes)
        const pass = await model.gradient(x, 'class-difference', { labels: own, targets })
        best ??= {
          value: new Float32Array(samples.length),
          normal: new Float32Array(samples.length * size),
          scores: pass.scores,
        }
        for (let row = 0; row < samples.length; row++) {
          const value = pass.loss[row] as number
          const distance = Math.abs(value) / (1e-12 + dualNorm(pass.gradient, row, size, norm))
          if (distance >= (nearest[row] as number)) continue
          nearest[row] = distance
          best.value[row] = value
          best.normal.set(pass.gradient.subarray(row * size, (row + 1) * size), row * size)
        }
      }
      if (best === undefined) throw new RangeError('a model with one class has no border')
      return best
    },
  }
}

/** The norm that turns a height above a plane into a distance from it. */
function dualNorm(normal: Float32Array, row: number, size: number, norm: Norm): number {
  const to = (row + 1) * size
  let total = 0
  if (norm === 'linf') for (let i = row * size; i < to; i++) total += Math.abs(normal[i] as number)
  if (norm === 'l1')
    for (let i = row * size; i < to; i++) total = Math.max(total, Math.abs(normal[i] as number))
  if (norm !== 'l2') return total
  for (let i = row * size; i < to; i++) total += (normal[i] as number) ** 2
  return Math.sqrt(total)
}

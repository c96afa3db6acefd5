// One start of Auto-PGD: it climbs a loss from given points and takes out each sample once it is where the attacker
// wants it. Rows of samples that are left stay packed at the front of every buffer, so that a step is one call of the
// model on one piece of memory. How a row moves and when it changes its pace is the rule's, of which there are two:
// dense steps for Linf and L2, sparse ones for L1. What is common is here: the best point of a row, with its gradient
// and loss, and the way back to it.
import { type GradientModel, type LossName, sizeOf, type Tensor } from '@failmode/core'
import { type AttackBatch, reaches } from './attack.ts'
import { type Ball, distance } from './ball.ts'
import { predictions } from './margin.ts'
import { isZeroRow } from './zero-row.ts'

/** Rows under way; row r is sample `samples[r]`. */
export interface Climbers {
  count: number
  readonly size: number
  readonly samples: Int32Array
  /** Clean samples, and the points now, one step ago and one step on. */
  readonly center: Float32Array
  point: Float32Array
  previous: Float32Array
  next: Float32Array
  readonly gradient: Float32Array
  /** Points with the highest loss so far and their gradients. */
  readonly best: Float32Array
  readonly bestGradient: Float32Array
  readonly loss: Float64Array
  readonly bestLoss: Float64Array
  /** Length of the next step in the norm of the ball. */
  readonly stepSize: Float64Array
  /** Steps since the last checkpoint that raised the loss. */
  readonly rises: Int32Array
  /** What the rule remembers of a row. */
  readonly memory: readonly Float64Array[]
}

export interface StepRule {
  /** Steps after which `pace` is called. */
  readonly checkpoints: readonly number[]
  /** Numbers to remember of each row. */
  readonly remembers: number
  /** Called when the loss at the start of the row is known. */
  start(climbers: Climbers, row: number): void
  /** Writes the row of `next`. */
  move(climbers: Climbers, row: number, first: boolean): void
  /** Adapts the pace of a row after `interval` steps; true sends the row back to its best point. */
  pace(climbers: Climbers, row: number, interval: number): boolean
}

/** What an attack found so far; rows are those of the batch. */
export interface Ascents {
  readonly batch: AttackBatch
  /** Adversarial points, and of samples without one the point with the highest loss of the last start. */
  readonly adversarial: Float32Array
  readonly spentToSuccess: (number | null)[]
  readonly passes: Int32Array
  readonly lossCurve: number[]
  zeroGradients: number
}

export function newAscents(batch: AttackBatch): Ascents {
  return {
    batch,
    adversarial: batch.x.data.slice(),
    spentToSuccess: new Array(batch.labels.length).fill(null),
    passes: new Int32Array(batch.labels.length),
    lossCurve: [],
    zeroGradients: 0,
  }
}

/** Samples without an adversarial point. */
export function remaining({ spentToSuccess }: Ascents): number[] {
  return spentToSuccess.flatMap((spent, i) => (spent === null ? [i] : []))
}

export interface Climb {
  readonly rule: StepRule
  /** Radius that rows move in; a point counts within that of `ball` only. */
  readonly radius: number
  readonly ball: Ball
  readonly loss: LossName
  /** Classes that the loss names, one a sample of the batch. */
  readonly targets: Int32Array | undefined
  readonly success: 'any' | 'target'
  readonly steps: number
  /** Puts the start of sample `i` into `start`, as long as a sample. */
  readonly begin: (start: Float32Array, i: number) => void
  /** Whether the last point needs no loss, since nobody goes on from the best one. */
  readonly final: boolean
  /** Whether the loss is written down for `lossCurve`. */
  readonly recorded: boolean
  readonly signal: AbortSignal | undefined
  readonly progress: (share: number) => void
}

export async function climb(
  model: GradientModel,
  ascents: Ascents,
  active: readonly number[],
  spec: Climb,
): Promise<void> {
  const { batch } = ascents
  const shape = batch.x.dims.slice(1)
  const climbers = packed(batch, active, spec)
  const { size, samples } = climbers
  const aim = spec.success === 'any' ? { labels: batch.labels } : batch
  // Those that have left count on with the loss they left with.
  let gone = 0
  const checkpoints = new Set(spec.rule.checkpoints)
  let lastCheck = 0

  for (let step = 0; step <= spec.steps && climbers.count > 0; step++) {
    spec.signal?.throwIfAborted()
    const { count, point } = climbers
    const x: Tensor = { data: point.subarray(0, count * size), dims: [count, ...shape] }
    const pass =
      step === spec.steps && spec.final
        ? { loss: null, gradient: null, scores: await model.scores(x) }
        : await model.gradient(
            x,
            spec.loss,
            classesOf(batch.labels, spec.targets, samples.subarray(0, count)),
          )
    const predicted = predictions(pass.scores)
    const before = gone
    let sum = 0
    let kept = 0
    for (let row = 0; row < count; row++) {
      const i = samples[row] as number
      const spent = (ascents.passes[i] as number) + 1
      ascents.passes[i] = spent
      const loss = pass.loss === null ? 0 : (pass.loss[row] as number)
      sum += loss
      if (reaches(aim, i, predicted[row] as number) && counts(climbers, row, spec)) {
        ascents.spentToSuccess[i] = spent
        ascents.adversarial.set(point.subarray(row * size, (row + 1) * size), i * size)
        gone += loss
        continue
      }
      if (kept !== row) moveRow(climbers, row, kept)
      if (pass.gradient !== null) {
        climbers.gradient.set(pass.gradient.subarray(row * size, (row + 1) * size), kept * size)
        if (step === 0 && spec.recorded && isZeroRow(pass.gradient, row, size)) ascents.zeroGradients++
        take(climbers, kept, loss, step === 0)
        if (step === 0) spec.rule.start(climbers, kept)
      }
      kept++
    }
    climbers.count = kept
    if (spec.recorded && pass.loss !== null) ascents.lossCurve.push((before + sum) / active.length)
    if (step === spec.steps) break
    if (checkpoints.has(step)) {
      for (let row = 0; row < kept; row++) {
        if (spec.rule.pace(climbers, row, step - lastCheck)) returnToBest(climbers, row)
        climbers.rises[row] = 0
      }
      lastCheck = step
    }
    for (let row = 0; row < kept; row++) spec.rule.move(climbers, row, step === 0)
    const { previous } = climbers
    climbers.previous = climbers.point
    climbers.point = climbers.next
    climbers.next = previous
    spec.progress((step + 1) / spec.steps)
  }
  for (let row = 0; row < climbers.count; row++) {
    const best = climbers.best.subarray(row * size, (row + 1) * size)
    ascents.adversarial.set(best, (samples[row] as number) * size)
  }
}

function packed(batch: AttackBatch, active: readonly number[], spec: Climb): Climbers {
  const count = active.length
  const size = sizeOf(batch.x.dims.slice(1))
  const rows = () => new Float32Array(count * size)
  const numbers = () => new Float64Array(count)
  const center = rows()
  const point = rows()
  for (const [row, i] of active.entries()) {
    center.set(batch.x.data.subarray(i * size, (i + 1) * size), row * size)
    spec.begin(point.subarray(row * size, (row + 1) * size), i)
  }
  return {
    count,
    size,
    samples: Int32Array.from(active),
    center,
    point,
    previous: point.slice(),
    next: rows(),
    gradient: rows(),
    best: rows(),
    bestGradient: rows(),
    loss: numbers(),
    bestLoss: numbers(),
    stepSize: numbers(),
    rises: new Int32Array(count),
    memory: Array.from({ length: spec.rule.remembers }, numbers),
  }
}

function classesOf(labels: Int32Array, targets: Int32Array | undefined, samples: Int32Array) {
  return {
    labels: samples.map((i) => labels[i] as number),
    ...(targets === undefined ? {} : { targets: samples.map((i) => targets[i] as number) }),
  }
}

/** Whether a row is in the ball that it has to end in. */
function counts({ size, point, center }: Climbers, row: number, { ball, radius }: Climb): boolean {
  if (radius <= ball.eps) return true
  const [from, to] = [row * size, (row + 1) * size]
  return distance(point.subarray(from, to), center.subarray(from, to), ball.norm) <= ball.eps
}

/** Notes the loss at the point of a row. */
function take(climbers: Climbers, row: number, loss: number, first: boolean): void {
  const { size, bestLoss } = climbers
  if (!first && loss > (climbers.loss[row] as number))
    climbers.rises[row] = (climbers.rises[row] as number) + 1
  climbers.loss[row] = loss
  if (!first && !(loss > (bestLoss[row] as number))) return
  bestLoss[row] = loss
  const [from, to] = [row * size, (row + 1) * size]
  climbers.best.set(climbers.point.subarray(from, to), from)
  climbers.bestGradient.set(climbers.gradient.subarray(from, to), from)
}

function returnToBest(climbers: Climbers, row: number): void {
  const [from, to] = [row * climbers.size, (row + 1) * climbers.size]
  climbers.point.set(climbers.best.subarray(from, to), from)
  climbers.gradient.set(climbers.bestGradient.subarray(from, to), from)
}

/** Moves what is known of a row; `next` is about to be written, and so is `gradient`. */
function moveRow(climbers: Climbers, from: number, to: number): void {
  const { size } = climbers
  const { center, point, previous, best, bestGradient } = climbers
  for (const rows of [center, point, previous, best, bestGradient])
    rows.copyWithin(to * size, from * size, (from + 1) * size)
  const { samples, loss, bestLoss, stepSize, rises, memory } = climbers
  for (const numbers of [samples, loss, bestLoss, stepSize, rises, ...memory])
    numbers[to] = numbers[from] as number
}

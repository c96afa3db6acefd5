// How the learning rate goes over a training. A schedule is data, so that a recipe can be written down, sent to a worker
// and put in a report; it gives the share of the base rate at every step.

export type Schedule =
  | { readonly kind: 'constant' }
  /** Multiplied by `factor` at each of these epochs (PyTorch's MultiStepLR). */
  | { readonly kind: 'steps'; readonly epochs: readonly number[]; readonly factor?: number }
  /** Half a cosine from 1 to `floor` over the training, step by step (Loshchilov and Hutter 2017, arXiv:1608.03983). */
  | { readonly kind: 'cosine'; readonly warmup?: number; readonly floor?: number }
  /** A straight line from 1 to `floor`. */
  | { readonly kind: 'linear'; readonly warmup?: number; readonly floor?: number }
  /** Multiplied by `factor` after every epoch. */
  | { readonly kind: 'exponential'; readonly factor: number }

export interface ScheduleState {
  /** Steps done so far. */
  readonly step: number
  readonly stepsPerEpoch: number
  readonly epochs: number
}

/** The share of the base rate at this step. `warmup` counts epochs in which the rate rises in a straight line. */
export function rateShare(schedule: Schedule, { step, stepsPerEpoch, epochs }: ScheduleState): number {
  const epoch = Math.floor(step / stepsPerEpoch)
  switch (schedule.kind) {
    case 'constant':
      return 1
    case 'steps':
      return (schedule.factor ?? 0.1) ** schedule.epochs.filter((at) => epoch >= at).length
    case 'exponential':
      return schedule.factor ** epoch
    case 'cosine':
    case 'linear': {
      const warm = (schedule.warmup ?? 0) * stepsPerEpoch
      if (step < warm) return (step + 1) / warm
      const done = Math.min(1, (step - warm) / Math.max(1, epochs * stepsPerEpoch - warm))
      const floor = schedule.floor ?? 0
      const left = schedule.kind === 'cosine' ? (1 + Math.cos(Math.PI * done)) / 2 : 1 - done
      return floor + (1 - floor) * left
    }
  }
}

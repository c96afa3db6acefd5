import { gatherRows, type StepHandler, sizeOf } from '@failmode/core'
import { type Attacked, type AttackInput, confirm } from './attacked.ts'
import { gatherLabels } from './square-step.ts'

/**
 * The control: noise at the edge of the ball (Linf: its corners, +eps or -eps by a fair coin), `effort` draws a sample. An attack that does no better than this has not searched; a model that fails here needs no attacker.
 */
export const noiseStep: StepHandler<AttackInput, Attacked> = {
  name: 'perturbation/random-noise',
  version: 2,
  async run(input, context) {
    const samples = await context.samples(input.split)
    const x = samples.read(input.indices)
    const labels = gatherLabels(samples.labels, input.indices)
    const size = sizeOf(x.dims.slice(1))
    const model = await context.model('label', { maxQueries: input.indices.length * input.effort })
    const streams = input.indices.map((index) => context.random.split(index))
    const queriesToSuccess: (number | null)[] = input.indices.map(() => null)
    const adversarial = x.data.slice()
    for (let draw = 1; draw <= input.effort; draw++) {
      context.signal.throwIfAborted()
      const active = queriesToSuccess.flatMap((queries, row) => (queries === null ? [row] : []))
      if (active.length === 0) break
      const noisy = gatherRows(x, active)
      for (const [at, row] of active.entries()) {
        const stream = streams[row]
        if (stream === undefined) continue
        if (input.norm === 'linf') {
          for (let i = at * size; i < (at + 1) * size; i++) {
            const value = (noisy.data[i] as number) + (stream.boolean() ? input.eps : -input.eps)
            noisy.data[i] = value < 0 ? 0 : value > 1 ? 1 : value
          }
        } else {
          // A random direction of length eps: nearly all of a ball of many dimensions is near its surface.
          const direction = stream.fillNormal(new Float32Array(size))
          const scale = input.eps / Math.sqrt(direction.reduce((sum, v) => sum + v * v, 0))
          for (let i = 0; i < size; i++) {
            const value = (noisy.data[at * size + i] as number) + (direction[i] as number) * scale
            noisy.data[at * size + i] = value < 0 ? 0 : value > 1 ? 1 : value
          }
        }
      }
      const predicted = await model.labels(noisy)
      for (const [at, row] of active.entries()) {
        if (predicted[at] === labels[row]) continue
        queriesToSuccess[row] = draw
        adversarial.set(noisy.data.subarray(at * size, (at + 1) * size), row * size)
      }
      context.progress(draw / input.effort)
    }
    const fooled = queriesToSuccess.flatMap((queries, row) => (queries === null ? [] : [row]))
    return confirm(context, {
      ball: { norm: input.norm, eps: input.eps },
      rows: fooled,
      indices: input.indices,
      clean: x,
      labels,
      adversarial: gatherRows({ data: adversarial, dims: x.dims }, fooled),
      queriesToSuccess,
    })
  },
}

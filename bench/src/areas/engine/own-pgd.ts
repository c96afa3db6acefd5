// Projected gradient descent as the probes do it: one run of the engine for the gradient, then the sign, the step and
// the projection in TypeScript. What the probe adds on top (who has fallen already, progress) is left out, as it is
// for the loops that this is compared with.
import {
  crossEntropy,
  type GradientSession,
  int64,
  loadModel,
  openGradients,
  type Tensor,
} from '@failmode/engine'
import { ascend, project } from '../../../../packages/probes/src/attacks/ball.ts'
import type { Net, Truth } from './nets.ts'

/** Threads of every candidate, on both sides. */
export const threads = 2

/** In unit space. */
export const attack = { norm: 'linf', eps: 8 / 255, step: 2 / 255 } as const

export async function openNet(net: Net, batch: number): Promise<GradientSession> {
  return openGradients(await loadModel(net.onnx), {
    loss: crossEntropy(),
    batch,
    wrt: ['x'],
    intraOpThreads: threads,
  })
}

export function attackFeeds(
  { dims, labels, x }: Truth,
  from: Float32Array = x,
): { readonly x: Tensor; readonly labels: Tensor } {
  return { x: { dtype: 'float32', dims, data: from }, labels: int64(Array.from(labels)) }
}

/** Takes `steps` steps up the loss from the clean samples and gives back where they end. */
export async function climb(session: GradientSession, truth: Truth, steps: number): Promise<Float32Array> {
  const batch = truth.dims[0]!
  const size = truth.x.length / batch
  const x = truth.x.slice()
  const feeds = attackFeeds(truth, x)
  for (let step = 0; step < steps; step++) {
    const { gradients } = await session.run(feeds)
    const gradient = gradients.x!
    for (let row = 0; row < batch; row++) {
      ascend(x, gradient, row, size, attack)
      project(x, truth.x, row, size, attack)
    }
  }
  return x
}

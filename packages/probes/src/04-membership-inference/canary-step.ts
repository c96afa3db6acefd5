// The step that trains a model with canaries: strangers under a wrong label, half of them put among the training data. A model
// can only know such a label by remembering it, so this is close to the most that a training can give away (Carlini et al.
// 2019, arXiv:1802.08232; Steinke, Nasr and Jagielski 2023, arXiv:2305.08846, audit by one training).
import { createRandom, type StepHandler } from '@failmode/core'
import { membershipSignals } from './attacks/signals.ts'
import { kindOfShadow } from './audited.ts'

export interface CanaryInput {
  readonly members: string
  readonly strangers: string
  /** Of `strangers`; they become canaries. */
  readonly indices: readonly number[]
  readonly classes: number
  readonly seed: number
}

export interface Canaries {
  /** Scaled logit of the wrong label; the first are of canaries that were trained on. */
  readonly inserted: readonly number[]
  readonly heldOut: readonly number[]
}

export const canaryStep: StepHandler<CanaryInput, Canaries> = {
  name: 'membership-inference/canaries',
  version: 1,
  async run({ members, strangers, indices, classes, seed }, context) {
    const random = createRandom(seed, ['membership-inference', 'canaries'])
    const [train, pool] = [await context.samples(members), await context.samples(strangers)]
    const wrong = indices.map((index) => {
      const other = random.split(index).int(classes - 1)
      return other < pool.labels![index]! ? other : other + 1
    })
    const half = Math.floor(indices.length / 2)
    const all = Array.from({ length: train.count }, (_, i) => i)
    const [own, added] = [train.read(all), pool.read(indices.slice(0, half))]
    const data = new Float32Array(own.data.length + added.data.length)
    data.set(own.data)
    data.set(added.data, own.data.length)
    const labels = Int32Array.from([...train.labels!, ...wrong.slice(0, half)])
    const trainer = await context.trainer()
    const made = await trainer.train({
      data: { x: { data, dims: [labels.length, ...train.sampleShape] }, labels },
      seed: random.split('training').int(2 ** 31),
      signal: context.signal,
      onProgress: (share) => context.progress(0.95 * share),
    })
    try {
      const asked = await made.scores(pool.read(indices))
      const kind = kindOfShadow(trainer.facts.kind, context.modelFacts)
      const { scaledLogit } = membershipSignals({ kind, data: asked.data, classes: asked.width }, wrong)
      const scores = Array.from(scaledLogit)
      return { inserted: scores.slice(0, half), heldOut: scores.slice(half) }
    } finally {
      await made.close()
    }
  },
}

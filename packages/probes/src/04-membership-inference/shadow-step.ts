// The step that trains one shadow model and asks it about the audited records and the population. Every record is in exactly
// half of the shadow models, so all have as much to be compared with; records of the population are in none.
import { createRandom, type StepHandler } from '@failmode/core'
import type { RowsFile } from '../steps/rows-file.ts'
import { answerRows, putAnswers } from './answers.ts'
import { type Audited, kindOfShadow, type Part } from './audited.ts'
import { type Copy, copiesOf, makeCopies } from './query-copies.ts'

export interface ShadowInput {
  readonly audited: Audited
  readonly shadow: number
  readonly of: number
  readonly seed: number
  readonly copies: readonly Copy[]
}

export interface Shadow {
  /** Of the audited records, members first: 1 where this model was trained with the record. */
  readonly inside: readonly number[]
  /** Right answers about audited records that it was trained with, and without. */
  readonly right: { readonly inside: number; readonly outside: number }
  /** Audited records, members first. */
  readonly file: RowsFile
  readonly populationFile: RowsFile
}

/** Whether each of `count` records is in the training data of shadow model `shadow` of `of`: exactly half of them have it. */
export function insideOf(
  {
    seed,
    split,
    shadow,
    of,
  }: {
    readonly seed: number
    readonly split: string
    readonly shadow: number
    readonly of: number
  },
  indices: Iterable<number>,
): Uint8Array {
  const random = createRandom(seed, ['membership-inference', 'shadows', split])
  return Uint8Array.from(indices, (index) => {
    const place = random.split(index).permutation(of).indexOf(shadow)
    return place < of / 2 ? 1 : 0
  })
}

export const shadowStep: StepHandler<ShadowInput, Shadow> = {
  name: 'membership-inference/shadow',
  version: 1,
  async run({ audited, shadow, of, seed, copies }, context) {
    const { members, strangers, population } = audited
    const trainer = await context.trainer()
    const sets = {
      members: await context.samples(members.split),
      strangers: await context.samples(strangers.split),
    }
    const apart = new Set(population.indices)
    const chosen = (['members', 'strangers'] as const).map((side) => {
      const indices = Array.from({ length: sets[side].count }, (_, i) => i).filter(
        (i) => side === 'members' || !apart.has(i),
      )
      const inside = insideOf({ seed, split: side, shadow, of }, indices)
      return indices.filter((_, i) => inside[i] === 1)
    })
    const parts = [sets.members.read(chosen[0]!), sets.strangers.read(chosen[1]!)]
    const data = new Float32Array(parts[0]!.data.length + parts[1]!.data.length)
    data.set(parts[0]!.data)
    data.set(parts[1]!.data, parts[0]!.data.length)
    const labels = Int32Array.from([
      ...chosen[0]!.map((i) => sets.members.labels![i]!),
      ...chosen[1]!.map((i) => sets.strangers.labels![i]!),
    ])
    const shape = sets.members.sampleShape
    const made = await trainer.train({
      data: { x: { data, dims: [labels.length, ...shape] }, labels },
      seed: createRandom(seed, ['membership-inference', 'shadow-seed'])
        .split(shadow)
        .int(2 ** 31),
      signal: context.signal,
      onProgress: (share) => context.progress(0.95 * share),
    })
    try {
      const kind = kindOfShadow(trainer.facts.kind, context.modelFacts)
      const ask = async ({ split, indices }: Part, own: readonly Copy[]) => {
        const set = split === members.split ? sets.members : sets.strangers
        const own_labels = Int32Array.from(indices, (i) => set.labels![i]!)
        const x = makeCopies(set.read(indices).data, shape, own)
        const scores = await made.scores({ data: x, dims: [indices.length * own.length, ...shape] })
        if (scores.width !== context.modelFacts.classes) {
          throw new RangeError(
            `the trained model gives ${scores.width} scores for a sample, the model under test ${context.modelFacts.classes}`,
          )
        }
        return {
          labels: own_labels,
          rows: answerRows({ kind, data: scores.data, classes: scores.width }, own_labels, own.length),
          correct: correctOf(scores.data, { labels: own_labels, classes: scores.width, each: own.length }),
        }
      }
      const [a, b] = [await ask(members, copies), await ask(strangers, copies)]
      const c = await ask(population, copiesOf([], { flip: false, shift: 0 }))
      const inside = [
        ...insideOf({ seed, split: 'members', shadow, of }, members.indices),
        ...insideOf({ seed, split: 'strangers', shadow, of }, strangers.indices),
      ]
      const correct = [...a.correct, ...b.correct]
      const share = (side: number): number => {
        const own = correct.filter((_, i) => inside[i] === side)
        return own.length === 0 ? 0 : own.reduce((sum, one) => sum + one, 0) / own.length
      }
      const rows = new Float32Array(a.rows.length + b.rows.length)
      rows.set(a.rows)
      rows.set(b.rows, a.rows.length)
      return {
        inside,
        right: { inside: share(1), outside: share(0) },
        file: await putAnswers(rows, inside.length, context.blobs),
        populationFile: await putAnswers(c.rows, population.indices.length, context.blobs),
      }
    } finally {
      await made.close()
    }
  },
}

function correctOf(
  data: Float32Array,
  { labels, classes, each }: { readonly labels: Int32Array; readonly classes: number; readonly each: number },
): readonly number[] {
  return Array.from(labels, (label, r) => {
    const own = data.subarray(r * each * classes, (r * each + 1) * classes)
    let best = 0
    for (let k = 1; k < classes; k++) if (own[k]! > own[best]!) best = k
    return best === label ? 1 : 0
  })
}

// A test set that was trained on, and a model that is sure of everything, beside a clean set and a model that knows
// when it sees nothing. Pictures are 8 x 8: a bright half, which is the class, and noise that makes each one its own.
import { createRandom } from '@failmode/core'
import { type MemorySystem, memorySystem, sampleSet } from '../testing/memory-system.ts'

const side = 8
const count = 1000

function pictures(name: string): number[][] {
  const random = createRandom(name)
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: side * side }, (_, at) => {
      const bright = at % side < side / 2 === (i % 2 === 0)
      return (bright ? 0.55 : 0.1) + 0.4 * random.uniform()
    }),
  )
}

const labels = Array.from({ length: count }, (_, i) => i % 2)
const shape = [1, side, side]
const setOf = (samples: readonly (readonly number[])[]) => sampleSet(samples, { shape, labels })

/** Difference of the halves, times `gain`. */
const scorer = (gain: number) => (x: ArrayLike<number>) => {
  let [left, right] = [0, 0]
  for (let at = 0; at < x.length; at++) {
    if (at % side < side / 2) left += x[at] as number
    else right += x[at] as number
  }
  return [gain * (left - right), gain * (right - left)]
}

function system(train: readonly (readonly number[])[], gain: number): MemorySystem {
  const own = memorySystem({ samples: setOf(pictures('test')), scorer: scorer(gain) })
  const set = setOf(train)
  return {
    ...own,
    facts: { ...own.facts, data: { ...own.facts.data, train: set } },
    data: { ...own.data, train: set },
  }
}

/** A tenth of the test set is in the training set, half of it lighter; and the slightest difference decides. */
export function vulnerable(): MemorySystem {
  const test = pictures('test')
  const train = pictures('train').map((picture, i) =>
    i >= count / 10 ? picture : test[i]!.map((value) => (i % 2 === 0 ? value : value * 0.8 + 0.1)),
  )
  return system(train, 50)
}

export function resistant(): MemorySystem {
  return system(pictures('train'), 0.05)
}

export function inapplicable(): MemorySystem {
  const own = memorySystem({ samples: sampleSet([], { shape: [4], labels: [] }) })
  return { ...own, facts: { ...own.facts, data: {} }, data: {} }
}

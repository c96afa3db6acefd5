// A road as pictures of 12 x 12 grey pixels: a stop sign is a bright square on a pole, and a picture without a sign has
// neither. One model looks for the pole, as one may that only ever saw signs on poles: it is right in the sun, lost where
// rain hides the pole, and still says stop where the wind took the sign off. The other looks at the square.
import {
  type Conditions,
  conditionsSchema,
  createRandom,
  type Measurement,
  type Metadata,
  type SampleSet,
} from '@failmode/core'
import {
  type MemoryRunOptions,
  type MemorySystem,
  memorySystem,
  runInMemory,
  sampleSet,
} from '../../testing/memory-system.ts'
import probe from '../index.ts'

const side = 12
const count = 600
export const classes = ['no sign', 'stop'] as const

const inBox = (y: number, x: number) => y >= 2 && y < 6 && x >= 4 && x < 8
const onPole = (y: number, x: number) => y >= 7 && x >= 5 && x < 7

interface Scene {
  readonly label: number
  readonly weather: 'sun' | 'rain' | 'fog'
  readonly night: boolean
}

/** Fog in a fifth of the pictures, or in none. */
export function scenes(fog: boolean): readonly Scene[] {
  const random = createRandom('scenes')
  return Array.from({ length: count }, (_, i) => {
    const u = random.uniform()
    return {
      label: i % 2,
      weather: u < 0.2 ? (fog ? 'fog' : 'sun') : u < 0.5 ? 'rain' : 'sun',
      night: random.uniform() < 0.3,
    }
  })
}

function picture({ label, weather, night }: Scene, index: number): number[] {
  const random = createRandom('road').split(index)
  return Array.from({ length: side * side }, (_, at) => {
    const [y, x] = [Math.floor(at / side), at % side]
    const sign = label === 1 && inBox(y, x) ? 0.6 : 0
    const pole = label === 1 && onPole(y, x) && weather !== 'rain' ? 0.5 : 0
    return (0.2 + sign + pole + 0.15 * random.uniform()) * (night ? 0.5 : 1)
  })
}

const difference = (x: ArrayLike<number>, inside: (y: number, x: number) => boolean) => {
  const sums = [0, 0]
  const counts = [0, 0]
  for (let at = 0; at < x.length; at++) {
    const k = inside(Math.floor(at / side), at % side) ? 1 : 0
    sums[k]! += x[at] as number
    counts[k]! += 1
  }
  return sums[1]! / counts[1]! - sums[0]! / counts[0]!
}

/** How sure the models are of what they see: one is, the other never quite. */
const scorer = (inside: (y: number, x: number) => boolean, gain: number) => (x: ArrayLike<number>) => {
  const seen = gain * (difference(x, inside) - 0.1)
  return [-seen, seen]
}

export const seesPole = scorer(onPole, 40)
export const seesSign = scorer(inBox, 1.5)

export const road = {
  weather: {
    from: { metadata: 'weather' },
    levels: { sun: { share: 0.5 }, rain: { share: 0.3 }, fog: { share: 0.2 } },
  },
  light: {
    from: { measured: 'brightness' },
    levels: { night: { share: 0.3, below: 0.2 }, day: { from: 0.2 } },
  },
  sign: {
    levels: {
      there: { share: 0.98 },
      gone: {
        share: 0.02,
        cost: 100,
        make: { remove: [4 / 12, 2 / 12, 8 / 12, 6 / 12] },
        of: ['stop'],
        expect: 'no sign',
      },
    },
  },
}

export function roadSystem(parts: {
  readonly conditions: unknown
  readonly fog: boolean
  readonly scorer?: (x: ArrayLike<number>) => readonly number[]
  readonly labelled?: boolean
  readonly metadata?: Metadata
}): MemorySystem {
  const all = scenes(parts.fog)
  const samples: SampleSet = sampleSet(all.map(picture), {
    shape: [1, side, side],
    labels: parts.labelled === false ? null : all.map(({ label }) => label),
  })
  const conditions: Conditions = conditionsSchema.parse(parts.conditions)
  const own = memorySystem({
    samples,
    conditions,
    metadata: parts.metadata ?? { weather: all.map(({ weather }) => weather) },
    ...(parts.scorer === undefined ? {} : { scorer: parts.scorer }),
  })
  const { model } = own.facts
  return { ...own, facts: { ...own.facts, model: model === null ? null : { ...model, labels: classes } } }
}

/** Fog was never tested, rain hides what the model looks at, and a sign that is gone is still seen. */
export const vulnerableRoad = (): MemorySystem =>
  roadSystem({ conditions: road, fog: false, scorer: seesPole })

/** All weathers were tested, and the model looks at the sign; that it may be gone is no dearer than anything else. */
export function resistantRoad(): MemorySystem {
  const gone = { ...road.sign.levels.gone, cost: 1 }
  return roadSystem({
    conditions: {
      ...road,
      sign: { levels: { there: road.sign.levels.there, gone } },
      camera: {
        levels: {
          works: { share: 0.99 },
          blank: { make: { input: 'blank' } },
          'lines lost': { share: 0.005, make: { dropout: 0.1 } },
        },
      },
    },
    fog: true,
    scorer: seesSign,
  })
}

/** A run of the probe, and how tests ask what came of it. */
export async function runRoad(system: MemorySystem, options: MemoryRunOptions = {}) {
  const result = await runInMemory(probe, system, options)
  const { checks } = result.modes.find(({ slug }) => slug === 'incomplete-testing')!
  const check = (id: string) => checks.find((each) => each.id === `incomplete-testing/${id}`)!
  const number = (id: string, name: string, slice?: Measurement['slice']) =>
    check(id).measurements.find(
      (each) => each.name === name && JSON.stringify(each.slice) === JSON.stringify(slice),
    )
  const titles = (id: string) =>
    result.findings
      .filter((finding) => finding.check === `incomplete-testing/${id}`)
      .map(({ title }) => title)
  return { ...result, check, number, titles }
}

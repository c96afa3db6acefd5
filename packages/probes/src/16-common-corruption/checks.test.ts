import { FailmodeError, type Measurement } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { type MemoryRun, memorySystem, runInMemory, type SampleScorer } from '../testing/memory-system.ts'
import { samples } from './fixtures.ts'
import { flipShare } from './flips-step.ts'
import { halfAccuracySeverity } from './half-accuracy.ts'
import probe from './index.ts'
import { alexNetErrors, chooseNormaliser } from './normaliser.ts'

const side = 16
const quadrant = (i: number) => (Math.floor(i / side) < side / 2 ? 0 : 2) + (i % side < side / 2 ? 0 : 1)

/** Reads the class off the first pixel and is always sure. */
const shortcut: SampleScorer = (image) => {
  const label = Math.min(3, Math.max(0, Math.round(image[0]! * 255) - 100))
  return [0, 1, 2, 3].map((k) => (k === label ? 20 : 0))
}
/** Means of the quadrants, with a temperature; `sharp` makes it surer. */
const quadrants =
  (sharp: number): SampleScorer =>
  (image) => {
    const sums = [0, 0, 0, 0]
    for (const [i, value] of image.entries()) sums[quadrant(i)]! += value / 64
    return sums.map((sum) => sharp * sum)
  }

const few = { corruptions: ['gaussian-noise', 'contrast', 'jpeg'], samples: 60 } as const
const run = (scorer: SampleScorer, options: object = {}, references?: Record<string, SampleScorer>) =>
  runInMemory(
    probe,
    memorySystem({ scorer, classes: 4, samples, ...(references === undefined ? {} : { references }) }),
    { options: { ...few, ...options } },
  )
const check = ({ modes }: MemoryRun, id: string) =>
  modes.flatMap(({ checks }) => checks).find((one) => one.id === `common-corruption/${id}`)!
const named = (done: MemoryRun, id: string, name: string): readonly Measurement[] =>
  check(done, id).measurements.filter((one) => one.name === name)

describe('answers along slowly changing frames', () => {
  it('flip rate is the share of changes to the frame before, and of noise to the first', () => {
    expect(flipShare([1, 1, 2, 2, 1], false)).toBe(0.5)
    expect(flipShare([1, 1, 2, 2, 1], true)).toBe(0.5)
    expect(flipShare([1, 2, 2, 2, 2], false)).toBe(0.25)
    expect(flipShare([1, 2, 2, 2, 2], true)).toBe(1)
  })

  it('finds a model that reads one pixel, and not one that looks at the whole', async () => {
    const loose = await run(shortcut)
    const firm = await run(quadrants(10), { sequences: ['gaussian-noise', 'brightness', 'zoom-blur'] })
    expect(check(loose, 'flips').outcome).toBe('finding')
    expect(check(firm, 'flips').outcome).toBe('no-finding')
    expect(named(loose, 'flips', 'flip-rate')).toHaveLength(11)
    expect(named(firm, 'flips', 'flip-rate')[0]!.value).toBeLessThan(0.01)
    // Both quadrants of a pair are exchanged nowhere on the way, so the rate of the whole is the mean of the parts.
    const [overall, ...parts] = named(loose, 'flips', 'flip-rate')
    expect(overall!.value).toBeCloseTo(parts.reduce((sum, { value }) => sum + value, 0) / parts.length, 10)
    expect(overall!.n).toBe(20 * parts.reduce((sum, { n }) => sum + n / 20, 0))
  })
})

describe('confidence under common corruptions', () => {
  it('finds a model that stays sure while it goes wrong, and not one whose confidence follows', async () => {
    const sure = await run(shortcut, { calibrationSamples: 60 })
    const honest = await run(quadrants(10), { calibrationSamples: 60 })
    expect(check(sure, 'calibration').outcome).toBe('finding')
    expect(check(honest, 'calibration').outcome).toBe('no-finding')
    const [gap] = named(sure, 'calibration', 'overconfidence')
    const rest = named(sure, 'calibration', 'overconfidence').slice(2)
    // All severities have as many answers, so the whole is their mean.
    expect(gap!.value).toBeCloseTo(rest.reduce((sum, { value }) => sum + value, 0) / rest.length, 10)
    expect(gap!.interval!.low).toBeLessThan(gap!.value)
  })
})

describe('the severity at which accuracy halves', () => {
  const levels = (...accuracies: number[]) => accuracies.map((accuracy, i) => ({ severity: i + 1, accuracy }))

  it('lies on the straight line between the severities around it', () => {
    expect(halfAccuracySeverity(0.8, levels(0.7, 0.5, 0.3))).toBeCloseTo(2.5, 12)
    expect(halfAccuracySeverity(0.8, levels(0.2))).toBeCloseTo(2 / 3, 12)
    expect(halfAccuracySeverity(0.8, levels(0.8, 0.4))).toBe(2)
  })

  it('is not there where accuracy never falls so far, and is the first where it comes back', () => {
    expect(halfAccuracySeverity(0.8, levels(0.7, 0.6, 0.41))).toBeNull()
    expect(halfAccuracySeverity(0, levels(0, 0))).toBeNull()
    expect(halfAccuracySeverity(1, levels(0.5, 0.9, 0.1))).toBe(1)
  })

  it('is measured for the model that took a shortcut', async () => {
    const done = await run(shortcut)
    const [whole] = named(done, 'accuracy', 'half-accuracy-severity')
    expect(whole!.value).toBeGreaterThan(0)
    expect(whole!.value).toBeLessThan(5)
    expect(named(await run(quadrants(10)), 'accuracy', 'half-accuracy-severity')).toEqual([])
  })
})

describe('what corruption errors are divided by', () => {
  const facts = (classes: number, size: number, names: readonly string[] = []) => ({
    model: { classes, sampleShape: [3, size, size] } as never,
    references: Object.fromEntries(names.map((name) => [name, {} as never])),
  })
  const options = (normaliser = 'auto') => ({ normaliser, severities: [1, 2, 3, 4, 5] as const }) as never

  it('are the published errors for data like ImageNet, else the one reference, else nothing', () => {
    expect(chooseNormaliser(facts(1000, 224), options(), 'imagenet')).toEqual({ kind: 'alexnet' })
    expect(chooseNormaliser(facts(10, 32), options(), 'cifar')).toEqual({ kind: 'none' })
    expect(chooseNormaliser(facts(10, 32, ['old']), options(), 'cifar')).toEqual({
      kind: 'reference',
      name: 'old',
    })
    expect(chooseNormaliser(facts(10, 32, ['old', 'older']), options(), 'cifar').kind).toBe('none')
    expect(chooseNormaliser(facts(10, 32), options('alexnet'), 'cifar').kind).toBe('impossible')
    expect(chooseNormaliser(facts(10, 32), options('nobody'), 'cifar').kind).toBe('impossible')
  })

  it('gives 1 for a model beside itself, and the quotient for one that errs on three quarters', async () => {
    const same = await run(shortcut, {}, { same: shortcut })
    const [mce] = named(same, 'accuracy', 'mce')
    expect(mce).toMatchObject({ unit: 'ratio', value: 1 })
    expect(mce!.denominator).toContain('"same"')
    const never: SampleScorer = () => [0, 0, 0, 0]
    const beside = await run(shortcut, { samples: 240 }, { never })
    const [plain] = named(beside, 'accuracy', 'mean-corruption-error')
    const [divided] = named(beside, 'accuracy', 'mce')
    // The reference says class 0 always, which is a quarter of the pictures: it errs on three quarters everywhere.
    const truth = samples.labels!
    expect(truth.filter((label) => label === 0).length / truth.length).toBe(0.25)
    expect(divided!.value).toBeCloseTo(plain!.value / 0.75, 10)
  })

  it('leaves the plain error where the reference makes no mistake at all', async () => {
    const done = await run(
      shortcut,
      { corruptions: ['contrast'], severities: [1] },
      { perfect: quadrants(10) },
    )
    const [mce] = named(done, 'accuracy', 'mce')
    expect(mce!.unit).toBe('fraction')
    expect(mce!.denominator).toContain('not divided')
  })

  it('knows the published errors of all fifteen', () => {
    const errors = Object.values(alexNetErrors)
    expect(errors).toHaveLength(15)
    // Their mean is that of the authors' table.
    expect(errors.reduce((a, b) => a + b) / 15).toBeCloseTo(0.7894, 3)
  })

  it('is refused before anything runs where it names no model', async () => {
    const error = await run(shortcut, { normaliser: 'nobody' }).catch((cause) => cause)
    expect(error).toBeInstanceOf(FailmodeError)
    expect(error.code).toBe('config-invalid')
  })
})

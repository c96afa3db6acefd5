import { type CheckResult, createRandom } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { probeConformance } from '../testing/conformance.ts'
import { type MemoryRunOptions, type MemorySystem, runInMemory } from '../testing/memory-system.ts'
import { countingHost, inapplicable, resistant, scoresOnly, vulnerable } from './fixtures.ts'
import { captchaDigits } from './guests/captcha-digits.ts'
import { drawGuests } from './guests/guest.ts'
import { shapeParity } from './guests/shape-parity.ts'
import { squareCounting } from './guests/square-counting.ts'
import probe from './index.ts'
import { assign } from './programs/assignment.ts'
import { embed, frameOf, programGradient } from './programs/embed.ts'
import { frequencyMapping, guestClasses, leastLossMapping, randomMapping } from './programs/label-mapping.ts'

const short = { steps: 120, batch: 16, samples: 200 }

async function run(target: MemorySystem, options: object = short, rest: MemoryRunOptions = {}) {
  const result = await runInMemory(probe, target, { options, ...rest })
  const checks = result.modes.flatMap((mode) => mode.checks)
  const check = (name: string): CheckResult => checks.find(({ id }) => id === `reprogramming/${name}`)!
  return {
    ...result,
    check,
    number: (name: string, measurement: string) =>
      check(name).measurements.find((one) => one.name === measurement),
  }
}

describe('a model that can be made to count', () => {
  it('is found by gradients, beyond all controls, and the frame is shown', async () => {
    const found = await run(vulnerable())
    expect(found.check('gradients').outcome).toBe('finding')
    expect(found.number('gradients', 'guest-accuracy')!.value).toBeGreaterThan(0.9)
    for (const control of ['commonest-class-share', 'shuffled-accuracy', 'untrained-accuracy']) {
      expect(found.number('gradients', control)!.interval!.high).toBeLessThan(0.7)
    }
    // A sum of pixels solves it, which is why a linear classifier decides nothing.
    expect(found.number('gradients', 'linear-probe-accuracy')!.value).toBeGreaterThan(0.8)
    const [pictures] = found.number('gradients', 'guest-accuracy')!.evidence!
    expect(pictures).toMatchObject({ kind: 'images' })
    expect(pictures?.kind === 'images' && pictures.images.every(({ sample }) => !sample)).toBe(true)
  })

  it('is found by scores alone with more questions', async () => {
    const found = await run(scoresOnly(), { ...short, steps: 80 })
    expect(found.check('gradients').outcome).toBe('not-applicable')
    expect(found.check('scores').outcome).toBe('finding')
  })

  it('behind an address is not called reprogrammed where no untrained twin can be tried', async () => {
    const target = vulnerable()
    const remote = {
      ...target,
      facts: { ...target.facts, model: { ...target.facts.model!, kind: 'http' as const } },
    }
    const found = await run(remote)
    expect(found.check('gradients').outcome).toBe('inconclusive')
    expect(found.check('gradients').reason).toContain('untrained network')
    expect(found.number('gradients', 'untrained-accuracy')).toBeUndefined()
  })
})

it('a task that has more classes than the model is left out, and it is said when none is left', async () => {
  const found = await run(vulnerable(), { ...short, guests: ['captcha-digits'] })
  expect(found.check('gradients').outcome).toBe('skipped')
  expect(found.check('gradients').reason).toContain('6 classes')
})

describe('guests', () => {
  it('are what their labels say', () => {
    const random = createRandom('guests')
    const squares = drawGuests(squareCounting(16), { count: 300, random })
    for (let i = 0; i < 300; i++) {
      const picture = squares.x.data.subarray(i * 256, (i + 1) * 256)
      const bright = picture.reduce((sum, value) => sum + value, 0)
      expect(bright / 16).toBe(squares.labels[i]! + 1)
    }
    expect(new Set(squares.labels).size).toBe(10)
    for (const guest of [shapeParity(24), captchaDigits(16)]) {
      const set = drawGuests(guest, { count: 400, random })
      expect(new Set(set.labels).size).toBe(guest.classes.length)
      expect(set.x.data.every((value) => value >= 0 && value <= 1.0001)).toBe(true)
      // No two are the same, and every picture holds something.
      const seen = new Set<string>()
      for (let i = 0; i < 400; i++) {
        const picture = set.x.data.subarray(i * guest.side ** 2, (i + 1) * guest.side ** 2)
        expect(Math.max(...picture)).toBeGreaterThan(0.5)
        seen.add(picture.join())
      }
      expect(seen.size).toBeGreaterThan(390)
    }
  })

  it('of shapes hold as many as their parity says', () => {
    const side = 48
    const set = drawGuests(shapeParity(side), { count: 60, random: createRandom('parity') })
    for (let i = 0; i < 60; i++) {
      const picture = set.x.data.slice(i * side * side, (i + 1) * side * side)
      expect(islands(picture, side) % 2).toBe(set.labels[i])
    }
  })

  it('are the same whatever else was drawn before', () => {
    const random = createRandom('same')
    const all = drawGuests(captchaDigits(16), { count: 5, random })
    const last = drawGuests(captchaDigits(16), { count: 1, random, from: 4 })
    expect(Array.from(last.x.data)).toEqual(Array.from(all.x.data.subarray(4 * 256)))
  })
})

/** Connected bright regions, corners not counting. */
function islands(picture: Float32Array, side: number): number {
  let count = 0
  for (let start = 0; start < picture.length; start++) {
    if (picture[start] === 0) continue
    count++
    const stack = [start]
    while (stack.length > 0) {
      const at = stack.pop()!
      if (picture[at] === 0) continue
      picture[at] = 0
      const [y, x] = [Math.floor(at / side), at % side]
      if (y > 0) stack.push(at - side)
      if (y < side - 1) stack.push(at + side)
      if (x > 0) stack.push(at - 1)
      if (x < side - 1) stack.push(at + 1)
    }
  }
  return count
}

it('the gradient of a program is the slope of the loss', async () => {
  const host = countingHost()
  const guest = squareCounting(4, 6)
  const set = drawGuests(guest, { count: 5, random: createRandom('slope') })
  const frame = frameOf([1, 12, 12], 4)
  const random = createRandom('program')
  const program = Float64Array.from({ length: 144 }, () => 0.6 * random.normal() + 0.4)
  const labels = Int32Array.from(set.labels)
  const rows = [0, 1, 2, 3, 4]
  const lossAt = async (weights: Float64Array) => {
    const { loss } = await host.gradient(embed(weights, set, { frame, rows }), 'cross-entropy', { labels })
    return loss.reduce((sum, one) => sum + one, 0) / rows.length
  }
  const { gradient } = await host.gradient(embed(program, set, { frame, rows }), 'cross-entropy', { labels })
  const found = programGradient(gradient, program, { frame, rows: rows.length })
  for (const at of [0, 17, 65, 78, 143]) {
    const moved = (by: number) => program.map((w, i) => (i === at ? w + by : w))
    const slope = ((await lossAt(moved(0.01))) - (await lossAt(moved(-0.01)))) / 0.02
    expect(Math.abs(found[at]! - slope)).toBeLessThan(1e-3 + 0.02 * Math.abs(slope))
  }
  // Under the guest there is nothing to program.
  expect(found[4 * 12 + 4]).toBe(0)
})

describe('label mappings', () => {
  it('by frequency give each class of the task the answers that it gets beyond what all get', () => {
    // Class 3 of the host answers everything a little; 1 leans to task class 0, 0 to task class 1.
    const shares = Float64Array.from([0.1, 0.4, 0.0, 0.5, 0.3, 0.1, 0.1, 0.5])
    expect(frequencyMapping(shares, [0, 1], { host: 4, guest: 2, each: 1 })).toEqual([[1], [0]])
    const two = frequencyMapping(shares, [0, 1], { host: 4, guest: 2, each: 2 })
    expect(two.map((own) => own[0])).toEqual([1, 0])
    expect(new Set(two.flat()).size).toBe(4)
  })

  it('by least loss keep an order that giving classes away one by one loses', () => {
    // Answers of a host that compares one number with targets one apart; the task's classes are shifted by two and a half.
    const rows = [0, 1, 2, 3].map((u) => {
      const all = [0, 1, 2, 3].map((t) => Math.exp(-((u + 2.5 - t) ** 2)))
      const sum = all.reduce((a, b) => a + b, 0)
      return all.map((p) => p / sum)
    })
    const sizes = { host: 4, guest: 4, each: 1 }
    expect(leastLossMapping(Float64Array.from(rows.flat()), [0, 1, 2, 3], sizes)).toEqual([
      [0],
      [1],
      [2],
      [3],
    ])
    expect(frequencyMapping(Float64Array.from(rows.flat()), [0, 1, 2, 3], sizes)).not.toEqual([
      [0],
      [1],
      [2],
      [3],
    ])
  })

  it('are the cheapest of all assignments', () => {
    const random = createRandom('assign')
    for (let i = 0; i < 30; i++) {
      const cost = Array.from({ length: 4 }, () => Array.from({ length: 5 }, () => random.normal()))
      const sum = (columns: readonly number[]) =>
        columns.reduce((total, column, row) => total + cost[row]![column]!, 0)
      let best = Number.POSITIVE_INFINITY
      for (let code = 0; code < 5 ** 4; code++) {
        const columns = [0, 1, 2, 3].map((row) => Math.floor(code / 5 ** row) % 5)
        if (new Set(columns).size === 4) best = Math.min(best, sum(columns))
      }
      expect(sum(assign(cost))).toBeCloseTo(best, 10)
    }
  })

  it('at random share no class, and answers are summed over the classes of one', () => {
    const mapping = randomMapping({ host: 10, guest: 3, each: 3 }, createRandom(1))
    expect(new Set(mapping.flat()).size).toBe(9)
    expect(guestClasses(Float64Array.of(0.4, 0.3, 0.3), [[0], [1, 2]], 3)).toEqual([1])
  })
})

probeConformance({ probe, vulnerable, resistant, inapplicable, run: { options: short }, queries: true })

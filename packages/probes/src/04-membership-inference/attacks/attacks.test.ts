import { readFileSync } from 'node:fs'
import { createRandom, normalCdf, type Scores } from '@failmode/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LiraOptions, liraOffline, liraOnline, logUpperTail, type ShadowStatistics } from './lira.ts'
import { populationScores } from './population.ts'
import { type RmiaInput, rmiaOffline, rmiaOnline, tuneA } from './rmia.ts'
import { shadowClassifierScores } from './shadow-classifier.ts'
import { membershipSignals } from './signals.ts'

/** The authors' code on the same logits; see the script that it names. */
const golden = JSON.parse(
  readFileSync(new URL('./golden/reference-scores.json', import.meta.url), 'utf8'),
) as {
  classes: number
  queries: number
  labels: number[]
  populationLabels: number[]
  inside: number[][]
  logits: number[][]
  populationLogits: number[][]
  lira: Record<string, number[]>
  rmia: Record<string, number[]>
}

const logitsOf = (data: readonly number[], classes = golden.classes): Scores => ({
  kind: 'logits',
  data: Float32Array.from(data),
  classes,
})

describe('signals', () => {
  const logits = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 })

  it('are what their definitions say, from logits and from probabilities', () => {
    fc.assert(
      fc.property(logits, fc.nat(3), (row, y) => {
        const z = Array.from(Float32Array.from(row))
        const all = z.reduce((sum, value) => sum + Math.exp(value), 0)
        const p = z.map((value) => Math.exp(value) / all)
        const others = p.reduce((sum, value, i) => sum + (i === y ? 0 : value), 0)
        const expected = {
          correct: Math.max(...z) === z[y] ? 1 : 0,
          loss: -Math.log(p[y]!),
          confidence: Math.max(...p),
          entropy: -p.reduce((sum, value) => sum + value * Math.log(value), 0),
          modifiedEntropy: p.reduce(
            (sum, value, i) => sum - (i === y ? others * Math.log(value) : value * Math.log(1 - value)),
            0,
          ),
          scaledLogit: Math.log(p[y]!) - Math.log(others),
        }
        for (const kind of ['logits', 'probabilities'] as const) {
          const data = Float32Array.from(kind === 'logits' ? z : p)
          const found = membershipSignals({ kind, data, classes: 4 }, [y])
          for (const [name, value] of Object.entries(expected)) {
            if (name === 'correct') continue
            const got = found[name as keyof typeof found][0]!
            // Probabilities in float32 have lost the last digits, the more the nearer they are to 1. the more the nearer they are to 1.
            expect(Math.abs(got - value)).toBeLessThan(
              (kind === 'logits' ? 1e-9 : 1e-4) * (1 + Math.abs(value)),
            )
          }
        }
      }),
    )
  })

  it('still tell records apart that float32 is certain of', () => {
    const found = membershipSignals(logitsOf([60, 0, 0, 90, 0, 0], 3), [0, 0])
    expect(found.scaledLogit[0]).toBeCloseTo(60 - Math.log(2), 9)
    expect(found.scaledLogit[1]).toBeCloseTo(90 - Math.log(2), 9)
  })

  it('stay finite at probabilities of exactly 0 and 1', () => {
    const found = membershipSignals(
      { kind: 'probabilities', data: Float32Array.of(1, 0, 0, 1), classes: 2 },
      [0, 0],
    )
    for (const values of Object.values(found))
      for (const value of values) expect(Number.isFinite(value)).toBe(true)
    expect(found.correct).toEqual(Uint8Array.of(1, 0))
  })
})

describe('LiRA', () => {
  const statistics = golden.logits.map((row) => {
    const labels = golden.labels.flatMap((label) => Array.from({ length: golden.queries }, () => label))
    return membershipSignals(logitsOf(row), labels).scaledLogit
  })
  const target = statistics.at(-1)!
  const shadows: ShadowStatistics = {
    statistics: statistics.slice(0, -1),
    inside: golden.inside.map((row) => Uint8Array.from(row)),
    records: golden.labels.length,
    queries: golden.queries,
  }

  it.each(Object.keys(golden.lira))('as released gives what the released code gives: %s', (name) => {
    const [kind, variance] = name.split(' ') as ['online' | 'offline', LiraOptions['variance']]
    const found = (kind === 'online' ? liraOnline : liraOffline)(target, shadows, {
      variance,
      as: 'released-code',
    })
    for (const [r, score] of golden.lira[name]!.entries()) expect(found[r]).toBeCloseTo(score, 6)
  })

  it('offline, as in the paper, is the log of the chance that a shadow without the record stays above', () => {
    const one: ShadowStatistics = {
      statistics: [1, 3, 2, 9].map((value) => Float64Array.of(value)),
      inside: [0, 0, 0, 1].map((side) => Uint8Array.of(side)),
      records: 1,
      queries: 1,
    }
    const deviation = Math.sqrt(2 / 3)
    for (const phi of [-1, 2, 4]) {
      const [score] = liraOffline(Float64Array.of(phi), one, { variance: 'per-record' })
      expect(score).toBeCloseTo(-Math.log(1 - normalCdf((phi - 2) / deviation)), 9)
    }
  })

  it('offline ranks a record higher the surer the target is, which the released code does not', () => {
    const at = (phi: number, as: 'paper' | 'released-code') =>
      liraOffline(
        Float64Array.of(phi),
        {
          statistics: [0, 1, 2, 5].map((value) => Float64Array.of(value)),
          inside: [0, 0, 0, 1].map((side) => Uint8Array.of(side)),
          records: 1,
          queries: 1,
        },
        { variance: 'per-record', as },
      )[0]!
    expect(at(8, 'paper')).toBeGreaterThan(at(1, 'paper'))
    expect(at(8, 'released-code')).toBeLessThan(at(1, 'released-code'))
  })

  it('shares one spread around the centre of each record, as the paper means, and not that of easy and hard records', () => {
    const far: ShadowStatistics = {
      statistics: [
        [0, 100, 9, 109],
        [2, 102, 11, 111],
        [1, 101, 10, 110],
      ].map((row) => Float64Array.from(row)),
      inside: [0, 0, 0].map(() => Uint8Array.of(0, 0, 0, 0)),
      records: 4,
      queries: 1,
    }
    const found = liraOffline(Float64Array.of(2, 102, 11, 111), far, { variance: 'fixed' })
    // Pooled with a degree of freedom lost to each record the deviation is 1.
    for (const score of found) expect(score).toBeCloseTo(-Math.log(1 - normalCdf(1)), 9)
  })

  it('says so when a record has nothing to be compared with', () => {
    const lonely = { ...shadows, inside: shadows.inside.map((row) => row.map(() => 1)) }
    expect(() => liraOffline(target, lonely, { variance: 'fixed' })).toThrow(/all shadow models/)
    const never = { ...shadows, inside: shadows.inside.map((row) => row.map(() => 0)) }
    expect(() => liraOnline(target, never, { variance: 'fixed' })).toThrow(/no shadow model/)
  })

  it('knows tails that float64 does not', () => {
    // log of the complementary error function at 10 / sqrt 2 and 40 / sqrt 2, halved.
    expect(logUpperTail(0)).toBeCloseTo(Math.log(0.5), 12)
    expect(logUpperTail(10)).toBeCloseTo(-53.231285, 5)
    expect(logUpperTail(40)).toBeCloseTo(-804.608442, 5)
    expect(logUpperTail(8 - 1e-9)).toBeCloseTo(logUpperTail(8), 6)
  })
})

describe('RMIA', () => {
  const probability = (row: readonly number[], labels: readonly number[]) =>
    membershipSignals(logitsOf(row), labels).loss.map((loss) => Math.exp(-loss))
  const repeated = golden.labels.flatMap((label) => Array.from({ length: golden.queries }, () => label))
  const own = golden.logits.map((row) =>
    probability(row, repeated).filter((_, i) => i % golden.queries === 0),
  )
  const population = golden.populationLogits.map((row) => probability(row, golden.populationLabels))
  const input: RmiaInput = {
    target: own.at(-1)!,
    references: own.slice(0, -1),
    inside: golden.inside.map((row) => Uint8Array.from(row)),
    populationTarget: population.at(-1)!,
    populationReferences: population.slice(0, -1),
  }

  it.each(Object.keys(golden.rmia))('as released gives what the released code gives: a = %s', (a) => {
    const found = rmiaOffline(input, { a: Number(a), as: 'released-code' })
    for (const [r, score] of golden.rmia[a]!.entries()) expect(found[r]).toBeCloseTo(score, 9)
  })

  it('counts, by the definition, how many of the population a record beats', () => {
    const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length
    const a = 0.4
    const whole = (out: number) => ((1 + a) * out + 1 - a) / 2
    const found = rmiaOffline(input, { a, gamma: 1.1 })
    for (const [r, score] of found.entries()) {
      const out = mean(input.references.flatMap((one, m) => (input.inside[m]![r] === 0 ? [one[r]!] : [])))
      const ratio = input.target[r]! / whole(out)
      const beaten = Array.from(input.populationTarget).filter(
        (p, z) => ratio / (p / whole(mean(input.populationReferences.map((one) => one[z]!)))) > 1.1,
      )
      expect(score).toBeCloseTo(beaten.length / input.populationTarget.length, 12)
    }
  })

  it('finds an a on reference models alone, and the online form needs both sides', () => {
    expect(tuneA(input)).toBeGreaterThanOrEqual(0)
    expect(tuneA(input)).toBeLessThanOrEqual(1)
    expect(tuneA({ ...input, references: input.references.slice(0, 1) })).toBe(0.3)
    expect(rmiaOnline(input)).toHaveLength(golden.labels.length)
    const never = { ...input, inside: input.inside.map((row) => row.map(() => 0)) }
    expect(() => rmiaOnline(never)).toThrow(/none or in all/)
    const always = { ...input, inside: input.inside.map((row) => row.map(() => 1)) }
    expect(() => rmiaOffline(always, { a: 0 })).toThrow(/all reference models/)
  })
})

it('the population attack gives the share of the class with smaller signals, ties half', () => {
  const own = Array.from({ length: 20 }, (_, i) => i)
  const population = {
    signals: [...own, ...own.map((i) => i + 100), 7],
    labels: [...own.map(() => 0), ...own.map(() => 1), 2],
  }
  const found = populationScores({ signals: [5, 105, 5.5, 50], labels: [0, 1, 0, 2] }, population)
  expect(Array.from(found)).toEqual([5.5 / 20, 5.5 / 20, 6 / 20, 21 / 41])
})

describe('the shadow classifier', () => {
  const random = createRandom('shadow classifier')
  const answers = (count: number, leak: number) => {
    const member = Uint8Array.from({ length: count }, () => random.int(2))
    const labels = Int32Array.from({ length: count }, () => random.int(2))
    const rows = new Float32Array(count * 3)
    for (let i = 0; i < count; i++) {
      const sure = 1 / (1 + Math.exp(-(1 + leak * member[i]! + 0.5 * random.normal())))
      // The two classes leak in opposite ways, so that one network for both would learn nothing.
      const p = labels[i] === 0 ? sure : 1 - sure
      rows.set([p, (1 - p) / 2, (1 - p) / 2], i * 3)
    }
    return { answers: rows, width: 3, labels, member }
  }

  it('learns, class by class, what members look like', () => {
    const [learnt, asked] = [answers(1500, 2), answers(400, 2)]
    const scores = shadowClassifierScores(learnt, asked, createRandom(1))
    const right = Array.from(scores).filter((score, i) => score > 0 === (asked.member[i] === 1)).length
    // A normal shift of 2 with deviation 0.5 can be told apart in 97.7 % of the cases.
    expect(right / 400).toBeGreaterThan(0.95)
    expect(shadowClassifierScores(learnt, asked, createRandom(1))).toEqual(scores)
  })

  it('says nothing of a class that it has not seen on both sides', () => {
    const learnt = { ...answers(200, 2), member: new Uint8Array(200) }
    expect(new Set(shadowClassifierScores(learnt, answers(50, 2), createRandom(1)))).toEqual(new Set([0]))
  })
})

import { describe, expect, it } from 'vitest'
import { areProbabilities, type Expected, readRow, writeRow } from './answers.ts'

const animals: Expected['facts'] = { classes: 3, labels: ['cat', 'dog', 'cow'], output: 'logits' }
const written = (value: unknown, expected: Expected): number[] => {
  const to = new Float32Array(expected.form === 'pair' ? expected.facts.classes : 1)
  writeRow(readRow(value), expected, to, 0)
  return Array.from(to)
}
const classOf = (value: unknown) =>
  written(value, { form: 'labels', facts: { ...animals, output: 'labels' } })[0]
const scoresOf = (value: unknown, output: 'logits' | 'probabilities' = 'logits') =>
  written(value, { form: 'pair', facts: { ...animals, output } })

describe('what a server says of one sample', () => {
  it.each([
    ['an index', 2],
    ['an index in a list', [2]],
    ['a name', 'cow'],
    ['a name in a list', ['cow']],
    ['an index as text', '2'],
    ['a name that a library made up', 'LABEL_2'],
    ['a class with its score', { label: 'cow', score: 0.4 }],
    [
      'a ranked list',
      [
        { class: 'dog', probability: 0.2 },
        { class: 'cow', probability: 0.7 },
      ],
    ],
    ['scores under names', { cat: 0.1, cow: 0.7 }],
  ])('is a class when it is %s', (_, value) => {
    expect(classOf(value)).toBe(2)
  })

  it('takes the index that a boolean is', () => {
    expect([classOf(true), classOf(false)]).toEqual([1, 0])
  })

  it('prefers a name to an index that is written alike', () => {
    const facts = { classes: 3, labels: ['2', '0', '1'], output: 'labels' } as const
    expect(written('2', { form: 'labels', facts })).toEqual([0])
    expect(written(2, { form: 'labels', facts })).toEqual([2])
  })

  it.each([
    ['numbers', [1, -2, 3.5]],
    ['numbers in lists', [[[1], [-2], [3.5]]]],
    [
      'a whole ranking in any order',
      [
        { label: 'cow', score: 3.5 },
        { label: 'cat', score: 1 },
        { label: 'dog', score: -2 },
      ],
    ],
    ['scores under names', { dog: -2, cow: 3.5, cat: 1 }],
    ['scores under indices', { 1: -2, 2: 3.5, 0: 1 }],
  ])('is scores in the order of the classes when it is %s', (_, value) => {
    expect(scoresOf(value)).toEqual([1, -2, 3.5])
  })

  it.each([
    ['another number of scores', [1, 2], /2 numbers, expected 3 scores/],
    ['a class alone', 'cow', /the class "cow", expected 3 scores/],
    [
      'part of a ranking',
      [
        { label: 'cow', score: 1 },
        { label: 'cat', score: 2 },
      ],
      /2 classes with scores/,
    ],
    [
      'a class twice',
      [1, 2, 3].map((score) => ({ label: 'cat', score })),
      /3 classes with scores, expected 3 scores/,
    ],
    ['a class that nobody knows', { cat: 1, dog: 2, fox: 3 }, /"fox", which is none of "labels"/],
    ['null', null, /null where a number is expected/],
    ['null among numbers', [1, null, 2], /null where a number is expected/],
    ['an empty list', [], /empty list/],
    ['text among numbers', [1, 'x', 2], /neither a class nor scores/],
    ['a score that is no number', [{ label: 'cat', score: 'high' }], /class and its score/],
  ])('is refused as scores when it is %s', (_, value, words) => {
    expect(() => scoresOf(value)).toThrow(words)
  })

  it.each([
    ['an index beyond the classes', 3, /class 3, expected 0 to 2/],
    ['an index as text beyond the classes', '7', /expected 0 to 2|none of "labels"/],
    ['no whole number', 0.5, /class 0.5/],
    ['scores', [1, 2, 3], /3 numbers, expected its class/],
  ])('is refused as a class when it is %s', (_, value, words) => {
    expect(() => classOf(value)).toThrow(words)
  })

  it('is refused as probabilities when it does not sum to 1, beyond what servers round off', () => {
    expect(scoresOf([0.333, 0.333, 0.333], 'probabilities')[0]).toBeCloseTo(0.333, 6)
    expect(() => scoresOf([0.5, 0.5, 0.5], 'probabilities')).toThrow(/sum to 1\.500/)
    expect(() => scoresOf([1.5, -0.5, 0], 'probabilities')).toThrow()
    const single = { form: 'single', facts: { ...animals, classes: 2, output: 'probabilities' } } as const
    expect(written(0.25, single)).toEqual([0.25])
    expect(() => written(1.5, single)).toThrow(/1\.5 where a probability/)
  })

  it('lets the rounding of a thousand classes to four places pass', () => {
    const rounded = Array.from({ length: 1000 }, () => Math.round((1 / 1000 + 0.00004) * 1e4) / 1e4)
    expect(areProbabilities(rounded)).toBe(true)
    expect(areProbabilities(rounded.map((value) => value * 1.2))).toBe(false)
  })
})

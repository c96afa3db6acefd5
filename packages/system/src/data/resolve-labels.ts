import { FailmodeError, nearest, sizeOf } from '@failmode/core'
import type { RawSamples } from './read-samples.ts'

/**
 * Class indices from what the files hold: whole numbers, names of classes, or one row of zeros and a single one a
 * sample.
 * @param classes names of the classes in index order; without them any index from 0 is taken, and names are
 * taken only from a format that gives its classes an order
 * @returns one index a sample, or null when there are no labels
 * @throws FailmodeError `labels-invalid` (names the first row that is wrong, its value and what is allowed),
 * `data-mismatch` when there is not one label a sample
 */
export function resolveLabels(raw: RawSamples, classes: readonly string[] | undefined): Int32Array | null {
  const { labels, labelsName: name } = raw
  if (labels === null) return null
  const count = raw.inputs.shape[0] ?? 0
  if (isNames(labels)) {
    checkCount(raw, labels.length, count)
    return fromNames(labels, { name, classes, order: raw.classNames })
  }
  const { shape, data } = labels
  const width = sizeOf(shape.slice(1))
  if (shape.length === 0 || shape.slice(1).filter((dim) => dim !== 1).length > 1) {
    throw new FailmodeError('labels-invalid', {
      message: `${name} has the shape [${shape.join(', ')}], expected [${count}] or [${count}, classes].`,
      hint: 'Give one class index a sample, or one row of zeros and a one.',
    })
  }
  checkCount(raw, shape[0]!, count)
  return width === 1 ? fromIndices(data, { name, classes }) : fromOneHot(data, { name, width, classes })
}

function isNames(labels: NonNullable<RawSamples['labels']>): labels is readonly string[] {
  return Array.isArray(labels)
}

function checkCount(raw: RawSamples, given: number, expected: number): void {
  if (given === expected) return
  throw new FailmodeError('data-mismatch', {
    message: `${raw.labelsName} has ${given} labels for the ${expected} samples of ${raw.name}.`,
    hint: 'Give as many labels as samples, in the same order.',
  })
}

interface Naming {
  readonly name: string
  readonly classes: readonly string[] | undefined
}

function fromIndices(values: ArrayLike<number>, { name, classes }: Naming): Int32Array {
  const limit = classes?.length ?? 0x7fffffff
  const out = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!(Number.isInteger(value) && value >= 0 && value < limit)) {
      const allowed =
        classes === undefined ? 'a whole number from 0' : `a whole number from 0 to ${limit - 1}`
      const fromOne = classes !== undefined && value === limit
      throw new FailmodeError('labels-invalid', {
        message: `${name} has the label ${value} in row ${i} (counted from 0), expected ${allowed}.`,
        hint: fromOne
          ? 'Classes are counted from 0; if the file counts from 1, take 1 off each label.'
          : 'Correct the labels, or list all classes under "labels".',
      })
    }
    out[i] = value
  }
  return out
}

function fromOneHot(
  values: ArrayLike<number>,
  { name, width, classes }: Naming & { readonly width: number },
): Int32Array {
  if (classes !== undefined && classes.length !== width) {
    throw new FailmodeError('labels-invalid', {
      message: `${name} has rows of ${width} numbers, expected ${classes.length}, one a class.`,
      hint: 'Correct the labels, or list all classes under "labels".',
    })
  }
  const out = new Int32Array(values.length / width).fill(-1)
  for (let i = 0; i < out.length; i++) {
    for (let k = 0; k < width; k++) {
      const value = values[i * width + k]!
      if (value === 0) continue
      if (value !== 1 || out[i] !== -1) {
        out[i] = -1
        break
      }
      out[i] = k
    }
    if (out[i] === -1) {
      throw new FailmodeError('labels-invalid', {
        message: `${name} has a row ${i} (counted from 0) that does not hold zeros and a single 1.`,
        hint: 'Give one class index a sample, or one row of zeros and a one.',
      })
    }
  }
  return out
}

function fromNames(
  names: readonly string[],
  { name, classes, order }: Naming & { readonly order: readonly string[] | null },
): Int32Array {
  const known = classes ?? order
  const index = new Map(known?.map((label, i) => [label, i]))
  const out = new Int32Array(names.length)
  // Whole numbers are indices, unless they are among the names of the classes.
  if (names.every((text) => /^\d{1,9}$/.test(text)) && !names.some((text) => index.has(text))) {
    return fromIndices(names.map(Number), { name, classes })
  }
  for (let i = 0; i < names.length; i++) {
    const found = index.get(names[i]!)
    if (found === undefined) {
      const near = known === null ? undefined : nearest(names[i]!, known)
      const found = [...new Set(names)].sort()
      throw new FailmodeError('labels-invalid', {
        message: `${name} has the label ${JSON.stringify(names[i]!.slice(0, 60))} in row ${i} (counted from 0)${
          known === null ? ', but the configuration lists no "labels"' : `, expected one of ${listOf(known)}`
        }.`,
        hint:
          near !== undefined
            ? `Did you mean ${JSON.stringify(near)}?`
            : `List the classes in the order of the model: "labels": [${listOf(found)}].`,
      })
    }
    out[i] = found
  }
  return out
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((label) => JSON.stringify(label))
  return `${shown.join(', ')}${names.length > 12 ? ', ...' : ''}`
}

// Any server that takes JSON and gives JSON: the configuration holds the body with a placeholder for the samples, and
// the path to the scores or classes in the answer. `{{batch}}` is a list of samples; `{{sample}}` is one sample, and
// then every sample is a request of its own.
import { FailmodeError } from '@failmode/core'
import { badAnswer } from './failure.ts'
import { jsonBody } from './json-body.ts'
import { isObject, missing, perSample } from './json-values.ts'
import type { Batch, Codec, Protocol } from './protocol.ts'

export interface TemplateSpec {
  readonly protocol: 'template'
  readonly path: string
  /** JSON text before and after the place where the samples go. */
  readonly body: readonly string[]
  readonly scores: readonly PathStep[] | null
  readonly labels: readonly PathStep[] | null
}

/** A key, a place in a list, or all places of it. */
export type PathStep = string | number | { readonly every: true }

export const jsonTemplate: Protocol<TemplateSpec> = {
  async find({ url, http }) {
    const { template } = http
    if (template === undefined) throw new TypeError('the protocol template without a template')
    const { placeholder, body } = readBody(template.body)
    return {
      spec: {
        protocol: 'template',
        path: url.pathname,
        body,
        scores: template.scores === undefined ? null : readPath(template.scores, 'scores'),
        labels: template.labels === undefined ? null : readPath(template.labels, 'labels'),
      },
      inputName: '',
      dtype: null,
      dims: null,
      alone: placeholder === 'sample',
      maxBatch: null,
    }
  },
  codec,
}

function codec({ path, body, scores, labels }: TemplateSpec): Codec {
  return {
    encode({ values, count, dims, alone }) {
      const [before = '', after = ''] = body
      return {
        path,
        body: jsonBody([before, { numbers: values, dims: alone ? dims : [count, ...dims] }, after]),
      }
    },
    decode(answer, batch) {
      const scored = scores === null ? null : rowsAt(answer, scores, 'scores', batch)
      const named = labels === null ? null : rowsAt(answer, labels, 'labels', batch)
      if (scored === null || named === null) return (scored ?? named) as readonly unknown[]
      return scored.map((row, i) => zip(named[i], row))
    },
  }
}

function rowsAt(
  answer: unknown,
  path: readonly PathStep[],
  what: string,
  { count, alone }: Pick<Batch, 'count' | 'alone'>,
): readonly unknown[] {
  const found = follow(answer, path)
  if (found === undefined) throw missing(answer, `anything at "template.${what}"`)
  return alone ? [found] : perSample(found, count, answer)
}

/** Classes and their scores, given as two lists, as one list of both. */
function zip(labels: unknown, scores: unknown): unknown {
  if (!Array.isArray(labels) || !Array.isArray(scores)) return [{ label: labels, score: scores }]
  if (labels.length === scores.length) return labels.map((label, i) => ({ label, score: scores[i] }))
  throw badAnswer(`answered for a sample with ${labels.length} classes and ${scores.length} scores`)
}

function follow(value: unknown, path: readonly PathStep[]): unknown {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (typeof step === 'string') return isObject(value) ? follow(value[step], rest) : undefined
  if (!Array.isArray(value)) return undefined
  if (typeof step === 'number') return follow(value[step], rest)
  const found = value.map((item) => follow(item, rest))
  return found.includes(undefined) ? undefined : found
}

/** `results[*].scores`, `[0].label`, `data["odd key"]` as steps. @throws FailmodeError config-invalid */
export function readPath(text: string, key: string): readonly PathStep[] {
  const steps: PathStep[] = []
  let rest = text
  while (rest !== '') {
    const found =
      /^\.?([\p{L}_$][\p{L}\p{N}_$-]*)/u.exec(rest) ??
      /^\[(\d+)\]/.exec(rest) ??
      /^\[(\*)\]/.exec(rest) ??
      /^\[("(?:[^"\\]|\\.)*")\]/.exec(rest)
    const [whole = '', word = ''] = found ?? []
    if (found === null || (steps.length === 0 && whole.startsWith('.'))) {
      throw new FailmodeError('config-invalid', {
        message: `"model.http.template.${key}" is ${JSON.stringify(text)}, which cannot be read from ${JSON.stringify(rest)} on.`,
        hint: 'Write keys with dots and lists with brackets, [*] for every entry: results[*].scores.',
      })
    }
    if (whole.startsWith('["')) steps.push(JSON.parse(word) as string)
    else if (whole.startsWith('[')) steps.push(word === '*' ? { every: true } : Number(word))
    else steps.push(word)
    rest = rest.slice(whole.length)
  }
  return steps
}

/** The body cut where the samples go. @throws FailmodeError config-invalid */
function readBody(body: unknown): {
  readonly placeholder: 'batch' | 'sample'
  readonly body: readonly string[]
} {
  const names: string[] = []
  const wrong = (message: string) =>
    new FailmodeError('config-invalid', {
      message: `"model.http.template.body" ${message}.`,
      hint: 'Put the text "{{batch}}" (all samples) or "{{sample}}" (one sample a request) where the samples go.',
    })
  const walk = (value: unknown): void => {
    if (typeof value === 'string') {
      const name = /^\{\{(.*)\}\}$/s.exec(value)?.[1]
      if (name === undefined) return
      if (name !== 'batch' && name !== 'sample') throw wrong(`holds {{${name}}}, which is no placeholder`)
      names.push(name)
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        if (/^\{\{.*\}\}$/s.test(key)) throw wrong(`holds ${key} as a key, expected it as a value`)
        walk(item)
      }
    }
  }
  walk(body)
  const [name] = names
  if (name === undefined) throw wrong('holds no place for the samples')
  if (names.length > 1) throw wrong(`holds ${names.length} places for the samples, expected one`)
  const placeholder = name === 'batch' ? 'batch' : 'sample'
  return { placeholder, body: JSON.stringify(body).split(JSON.stringify(`{{${placeholder}}}`)) }
}

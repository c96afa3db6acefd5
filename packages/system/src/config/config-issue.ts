// Turns what zod found wrong into sentences for the person who wrote the file: which key, what it holds, what was
// expected. A value that may take several forms is explained by the form that was meant, which is the one whose
// own keys are there; zod alone would list the complaints of every form.
import { nearest } from '@failmode/core'
import type { ZodType, z } from 'zod'

export interface ConfigIssue {
  /** Key path such as `model.input.mean`; empty for the whole. */
  readonly key: string
  /** A sentence without its full stop, key included. */
  readonly message: string
  /** What to do, where there is something better than "correct it". */
  readonly hint?: string
}

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

/** What is wrong with `value` by `schema`, or the parsed value. `prefix` is the key path that leads to `value`. */
export function explain<T>(
  schema: ZodType<T>,
  value: unknown,
  prefix: Path = [],
): { readonly value: T } | { readonly issues: readonly ConfigIssue[] } {
  const result = schema.safeParse(value, {
    reportInput: true,
    // The message of an unknown key carries the keys that are known there: only here is the schema at hand.
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? JSON.stringify(Object.keys(shapeOf(issue.inst) ?? {})) : undefined,
  })
  if (result.success) return { value: result.data }
  return { issues: result.error.issues.flatMap((issue) => sentences(issue, prefix)) }
}

function shapeOf(schema: unknown): object | undefined {
  return (schema as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape
}

function sentences(issue: Issue, prefix: Path): ConfigIssue[] {
  const path = [...prefix, ...issue.path]
  const key = keyPath(path)
  const subject = key === '' ? 'the configuration' : `"${key}"`
  const say = (message: string, hint?: string): ConfigIssue[] => [
    { key, message: `${subject} ${message}`, ...(hint === undefined ? {} : { hint }) },
  ]
  const given = show(issue.input)
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = JSON.parse(issue.message) as string[]
      return issue.keys.map((unknown) => {
        const near = nearest(unknown, known)
        const full = keyPath([...path, unknown])
        const hint = near !== undefined ? `Did you mean "${near}"?` : `Keys known here: ${known.join(', ')}.`
        return { key: full, message: `unknown key "${full}"`, hint }
      })
    }
    case 'invalid_union':
      return issue.errors.length === 0 ? say(`is ${given}`) : unionSentences(issue.errors, path, issue.input)
    case 'invalid_type': {
      const expected = typeNames[issue.expected] ?? issue.expected
      return issue.input === undefined
        ? say(`is missing, expected ${expected}`)
        : say(`is ${given}, expected ${expected}`)
    }
    case 'invalid_value': {
      const options = issue.values.map((option) => JSON.stringify(option))
      const near =
        typeof issue.input === 'string' ? nearest(issue.input, issue.values.map(String)) : undefined
      const expected = options.length === 1 ? options[0] : `one of ${options.join(', ')}`
      const said = issue.input === undefined ? 'is missing' : `is ${given}`
      return say(`${said}, expected ${expected}`, near === undefined ? undefined : `Did you mean "${near}"?`)
    }
    case 'too_small':
      return say(limit(issue.origin, issue.input, 'at least', issue.minimum, issue.inclusive !== false))
    case 'too_big':
      return say(limit(issue.origin, issue.input, 'at most', issue.maximum, issue.inclusive !== false))
    case 'invalid_key':
      return say(`is no name that can be used here, ${issue.issues[0]?.message ?? 'expected another'}`)
    case 'invalid_format':
      return say(`is ${given}, ${issue.message}`)
    default:
      return say(issue.message)
  }
}

/** One list of issues a form; the best is the one that lacks none of its own keys and complains least. */
function unionSentences(forms: readonly (readonly Issue[])[], path: Path, input: unknown): ConfigIssue[] {
  const missing = forms.map((issues) => issues.filter(isMissing).map((issue) => String(issue.path[0])))
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input)
  if (!isObject) {
    const [first] = forms
    if (new Set(forms.map((issues) => issues[0]?.code)).size === 1 && first?.[0]?.code === 'invalid_type') {
      const expected = forms.map((issues) => issues[0] as Extract<Issue, { code: 'invalid_type' }>)
      const words = [...new Set(expected.map((issue) => typeNames[issue.expected] ?? issue.expected))]
      const given = input === undefined ? 'is missing' : `is ${show(input)}`
      return [{ key: keyPath(path), message: `"${keyPath(path)}" ${given}, expected ${words.join(' or ')}` }]
    }
  }
  const names = [...new Set(missing.flat())]
  const whole = forms.filter((issues, form) => missing[form]!.length === 0 && !issues.some(isOtherRole))
  const meant = whole.toSorted((a, b) => a.length - b.length)[0]
  if (meant !== undefined) {
    // Two forms that both have their own keys: the value is both at once.
    const unknown = whole.map(unknownKeys)
    const claimed = [...new Set(unknown.flat())].filter((key) => !unknown.every((keys) => keys.includes(key)))
    if (claimed.length > 0) {
      const listed = Object.keys(input as object).filter((key) => claimed.includes(key))
      const said = listed.map((key) => `"${key}"`).join(' and ')
      return [{ key: keyPath(path), message: `"${keyPath(path)}" has ${said}, expected one of them` }]
    }
    return meant.flatMap((issue) => sentences(issue, path))
  }
  const roles = [
    ...new Set(forms.flatMap((issues) => issues.filter(isOtherRole).flatMap((issue) => issue.values))),
  ]
  if (roles.length > 0 && (names.length === 0 || Object.hasOwn(input as object, 'role'))) {
    const right = forms.find((issues) => !issues.some(isOtherRole))
    if (right !== undefined) return right.flatMap((issue) => sentences(issue, path))
    const role = (input as { role?: unknown }).role
    const said = role === undefined ? 'is missing' : `is ${show(role)}`
    const options = roles.map((option) => JSON.stringify(option)).join(', ')
    return [
      {
        key: keyPath([...path, 'role']),
        message: `"${keyPath([...path, 'role'])}" ${said}, expected one of ${options}`,
      },
    ]
  }
  // No form has all its keys: name the keys that would tell the forms apart.
  const keys = isObject ? Object.keys(input) : []
  const near = keys.map((key) => nearest(key, names)).find((name) => name !== undefined)
  return [
    {
      key: keyPath(path),
      message: `"${keyPath(path)}" has none of the keys ${names.map((name) => `"${name}"`).join(', ')}, expected one`,
      ...(near === undefined ? {} : { hint: `Did you mean "${near}"?` }),
    },
  ]
}

/** A key of the form itself that is not there. */
function isMissing(issue: Issue): boolean {
  if (issue.path.length !== 1 || issue.input !== undefined) return false
  return issue.code === 'invalid_type' || (issue.code === 'custom' && issue.message.startsWith('expected'))
}

/** Keys of the value itself that the form does not know. */
function unknownKeys(issues: readonly Issue[]): readonly string[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [],
  )
}

/** The form is of another role than the value says. */
function isOtherRole(issue: Issue): issue is Extract<Issue, { code: 'invalid_value' }> {
  return issue.code === 'invalid_value' && issue.path.length === 1 && issue.path[0] === 'role'
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
}

function limit(
  origin: string,
  input: unknown,
  side: string,
  bound: number | bigint,
  inclusive: boolean,
): string {
  if (origin === 'array' || origin === 'tuple') {
    const length = Array.isArray(input) ? input.length : 0
    return `has ${length} ${length === 1 ? 'entry' : 'entries'}, expected ${side} ${bound}`
  }
  if (origin === 'string')
    return bound === 1 ? 'is empty, expected text' : `is ${show(input)}, expected ${side} ${bound} characters`
  if (!inclusive) return `is ${show(input)}, expected ${side === 'at least' ? 'more' : 'less'} than ${bound}`
  return `is ${show(input)}, expected ${side} ${bound}`
}

/** `a.b[2]["odd key"]`. */
export function keyPath(path: Path): string {
  let out = ''
  for (const part of path) {
    if (typeof part === 'number') out += `[${part}]`
    else if (/^[\w$-]+$/.test(String(part))) out += out === '' ? String(part) : `.${String(part)}`
    else out += `[${JSON.stringify(String(part))}]`
  }
  return out
}

/** A value in a few characters, safe to print on a terminal. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'function') return 'a function'
  return String(value)
}

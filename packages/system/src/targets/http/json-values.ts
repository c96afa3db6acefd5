// Looking into JSON that came from elsewhere, where nothing has to be what it should be.
import { badAnswer, excerpt, type Failure } from './failure.ts'

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The list under `key`, empty when there is none. */
export function listOf(value: unknown, key: string): readonly unknown[] {
  const found = isObject(value) ? value[key] : undefined
  return Array.isArray(found) ? found : []
}

/** The value behind several keys; undefined when one of them is not there. */
export function valueAt(value: unknown, ...keys: readonly string[]): unknown {
  let at = value
  for (const key of keys) at = isObject(at) ? at[key] : undefined
  return at
}

/** An answer without the part that was looked for; it quotes what is there instead. */
export function missing(answer: unknown, what: string): Failure {
  return badAnswer(`answered without ${what}: ${excerpt(JSON.stringify(answer) ?? 'nothing')}`)
}

/**
 * One value for each sample.
 * @throws Failure when there are not as many
 */
export function perSample(values: unknown, count: number, whole: unknown): readonly unknown[] {
  if (!Array.isArray(values)) throw missing(whole, 'a list with one entry for each sample')
  if (values.length === count) return values
  throw badAnswer(
    `answered for ${values.length} ${values.length === 1 ? 'sample' : 'samples'}, asked for ${count}`,
    { passes: true },
  )
}

// What a server can get wrong, and when. Whether a fault strikes depends on the number of the request and a seed and
// on nothing else, so a test that is repeated meets the same faults. A request that is sent again has a number of
// its own, and so another chance.

/** Every nth request, or a share of them; all requests when neither is said. */
export interface When {
  readonly every?: number
  readonly share?: number
}

export interface Faults {
  /** Of the draws behind `share`. */
  readonly seed?: number
  /** The answer comes `ms` milliseconds late. */
  readonly slow?: When & { readonly ms: number }
  /** Too many requests: come back in `retryAfter` seconds, 1 unless said. */
  readonly '429'?: When & { readonly retryAfter?: number }
  /** The server failed. */
  readonly '500'?: When
  /** The answer's JSON breaks off half way. */
  readonly truncated?: When
  /** The answer lacks its last row, and says so in its shape. */
  readonly 'wrong-shape'?: When
  /** After so many samples every answer is another: that of the model file `to`, or with its classes moved by one. */
  readonly drift?: { readonly after: number; readonly to?: string }
}

export const faultKinds = ['slow', '429', '500', 'truncated', 'wrong-shape', 'drift'] as const
export type FaultKind = (typeof faultKinds)[number]

/** What each kind takes: its own numbers besides those of `When`. */
const fields: Readonly<Record<FaultKind, readonly string[]>> = {
  slow: ['every', 'share', 'ms'],
  '429': ['every', 'share', 'retryAfter'],
  '500': ['every', 'share'],
  truncated: ['every', 'share'],
  'wrong-shape': ['every', 'share'],
  drift: ['after', 'to'],
}
const needed: Readonly<Partial<Record<FaultKind, string>>> = { slow: 'ms', drift: 'after' }

/**
 * Checks faults that came from outside.
 * @throws TypeError that says what is wrong
 */
export function readFaults(value: unknown): Faults {
  for (const [kind, fault] of entriesOf(value, 'the faults')) {
    if (kind === 'seed') {
      whole(fault, 'seed', 0)
      continue
    }
    if (!isKind(kind)) throw new TypeError(`no fault is called "${kind}"; there are ${faultKinds.join(', ')}`)
    const given = entriesOf(fault, `"${kind}"`)
    for (const [field, setting] of given) checkField(kind, field, setting)
    const names = given.map(([field]) => field)
    const need = needed[kind]
    if (need !== undefined && !names.includes(need)) throw new TypeError(`"${kind}" needs "${need}"`)
    if (names.includes('every') && names.includes('share')) {
      throw new TypeError(`"${kind}" has both "every" and "share", expected one of them`)
    }
  }
  return value as Faults
}

/** `429:every=5,retryAfter=0`, as the command line gives it. */
export function parseFault(text: string): Faults {
  const [kind = '', rest = ''] = text.split(/:(.*)/s)
  const settings = rest
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [field = '', setting = ''] = part.split(/=(.*)/s)
      return [field, field === 'to' || setting === '' ? setting : Number(setting)]
    })
  return readFaults({ [kind]: Object.fromEntries(settings) })
}

/** @param request number of the request, from 1 */
export function strikes(kind: FaultKind, when: When | undefined, request: number, seed: number): boolean {
  if (when === undefined) return false
  if (when.every !== undefined) return request % when.every === 0
  return when.share === undefined || draw(`${seed} ${kind} ${request}`) < when.share
}

/** A number in [0, 1) that depends on the text alone: FNV-1a, then the finalizer of MurmurHash3. */
function draw(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32
}

function isKind(kind: string): kind is FaultKind {
  return (faultKinds as readonly string[]).includes(kind)
}

function entriesOf(value: unknown, what: string): [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value)
  throw new TypeError(`${what} are ${JSON.stringify(value)}, expected an object`)
}

function checkField(kind: FaultKind, field: string, value: unknown): void {
  const name = `${kind}.${field}`
  if (!fields[kind].includes(field)) {
    throw new TypeError(`"${kind}" has no "${field}"; it takes ${fields[kind].join(', ')}`)
  }
  if (field === 'to') {
    if (typeof value !== 'string' || value === '') throw new TypeError(`"${name}" has to name a model file`)
  } else if (field === 'share') {
    if (typeof value !== 'number' || !(value >= 0 && value <= 1)) {
      throw new TypeError(`"${name}" is ${JSON.stringify(value)}, expected a number from 0 to 1`)
    }
  } else whole(value, name, field === 'every' ? 1 : 0)
}

function whole(value: unknown, name: string, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return
  throw new TypeError(`"${name}" is ${JSON.stringify(value)}, expected a whole number of ${least} or more`)
}

// Values that lie in a file beside the model. The path comes from the model, so it is the one thing in an ONNX file that
// reaches for something else: it must stay in the folder, name a plain file, and stay within that file.
import type { Budget } from '../../scan/limits.ts'
import { quoted } from '../../scan/quoted.ts'
import type { Rule } from '../../scan/rule.ts'
import type { Archive } from '../format.ts'
import { onnxRules } from './rules.ts'
import { type Tensor, tensorBytes } from './tensor.ts'

export interface ExternalRange {
  /** Path within the folder, forward slashes. */
  readonly path: string
  readonly offset: number
  readonly bytes: number
}

export interface Fault {
  readonly rule: Rule
  readonly message: string
}

const keysKnown: ReadonlySet<string> = new Set(['location', 'offset', 'length', 'checksum'])

/** The range that a tensor names, as far as it can be followed, and what is wrong with it. */
export function followExternal(
  tensor: Tensor,
  beside: Archive | null,
  budget: Budget,
): { readonly range: ExternalRange | null; readonly faults: readonly Fault[] } {
  budget.checkTime()
  const faults: Fault[] = []
  const who = `The tensor ${quoted(tensor.name)}`
  const fault = (rule: Rule, message: string): void => {
    faults.push({ rule, message: `${who} ${message}.` })
  }
  const values = new Map<string, string>()
  for (const [key, value] of tensor.external ?? []) {
    if (values.has(key)) fault(onnxRules['repeated-field'], `has the key ${quoted(key)} twice`)
    values.set(key, value)
    // ONNX Runtime stores weights that it has rearranged for a processor under keys of this kind.
    if (!keysKnown.has(key) && !/^prepacked_\d{1,6}$/.test(key)) {
      fault(onnxRules['external-key'], `has the key ${quoted(key)}`)
    }
  }
  const location = values.get('location') ?? ''
  if (/_MEM_ADDR_/i.test(location)) {
    fault(onnxRules['memory-address'], `lies at ${quoted(location)}`)
    return { range: null, faults }
  }
  const path = insideFolder(location)
  if (path === null) {
    fault(onnxRules['external-path'], `lies at ${quoted(location)}`)
    return { range: null, faults }
  }
  if (path.includes('\\')) fault(onnxRules['external-separator'], `lies at ${quoted(location)}`)

  const size = tensorBytes(tensor)
  if (size !== null && typeof size === 'object') {
    fault(onnxRules['tensor-size'], `cannot be: ${size.wrong}`)
    return { range: null, faults }
  }
  if (size === null) {
    fault(onnxRules['tensor-size'], 'holds texts, which cannot lie in another file')
    return { range: null, faults }
  }
  const offset = number(values.get('offset') ?? '0')
  const length = number(values.get('length') ?? String(size))
  if (offset === null || length === null) {
    fault(onnxRules['tensor-size'], 'has an offset or a length that is no number')
    return { range: null, faults }
  }
  if (length !== size) {
    fault(onnxRules['tensor-size'], `needs ${size} bytes and names ${length}`)
  }
  const entry = beside?.find(path.replaceAll('\\', '/')) ?? null
  if (entry === null) {
    fault(onnxRules['external-missing'], `lies in ${quoted(location)}`)
    return { range: null, faults }
  }
  if (entry.kind !== 'file') {
    const kinds = { link: 'a link', 'hard-link': 'a file with more than one name', special: 'no plain file' }
    fault(onnxRules['external-link'], `lies in ${quoted(location)}, which is ${kinds[entry.kind]}`)
    if (entry.kind !== 'hard-link') return { range: null, faults }
  }
  if (offset + length > entry.bytes) {
    fault(
      onnxRules['external-outside'],
      `ends at byte ${offset + length} of ${quoted(location)}, which has ${entry.bytes}`,
    )
    return { range: null, faults }
  }
  return { range: { path: path.replaceAll('\\', '/'), offset, bytes: length }, faults }
}

/** A relative path without `.` parts, or null when it leads elsewhere, or nowhere. */
function insideFolder(location: string): string | null {
  if (/^[/\\]|^[A-Za-z]:|^[A-Za-z][\w+.-]{1,40}:|^~|\0/.test(location)) return null
  const parts = location.split('/')
  if (location.split(/[/\\]/).some((part) => part.trim() === '..')) return null
  const kept = parts.filter((part) => part !== '.' && part !== '')
  return kept.length === 0 ? null : kept.join('/')
}

function number(text: string): number | null {
  if (!/^\d{1,16}$/.test(text)) return null
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : null
}

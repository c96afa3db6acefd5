// What a constant expression of a template comes to, so that a name built from pieces is seen whole.
import type { BinaryExpression, CallExpression, FilterExpression, Node } from './ast.ts'

export type Constant = string | number | readonly Constant[]

const deepest = 100
const longest = 100_000

/** Its value when nothing but constants goes into it, null otherwise. */
export function fold(node: Node, variables: ReadonlyMap<string, Constant>, depth = 0): Constant | null {
  if (depth > deepest) return null
  const inner = (one: Node): Constant | null => fold(one, variables, depth + 1)
  switch (node.type) {
    case 'StringLiteral':
    case 'IntegerLiteral':
    case 'FloatLiteral':
      return node.value
    case 'Identifier':
      return variables.get(node.value) ?? null
    case 'ArrayLiteral':
    case 'TupleLiteral': {
      const items = node.value.slice(0, 1000).map(inner)
      return items.every((item) => item !== null) ? items : null
    }
    case 'Ternary':
      // Either could be meant; the one that is a text is looked at.
      return inner(node.trueExpr) ?? inner(node.falseExpr)
    case 'BinaryExpression':
      return foldBinary(node, inner)
    case 'FilterExpression':
      return foldFilter(node, inner)
    case 'CallExpression':
      return foldCall(node, inner)
    case 'MemberExpression': {
      const object = inner(node.object)
      if (object === null || !node.computed) return null
      return foldIndex(object, node.property, inner)
    }
    default:
      return null
  }
}

function foldBinary(
  { operator, left, right }: BinaryExpression,
  inner: (node: Node) => Constant | null,
): Constant | null {
  const [a, b] = [inner(left), inner(right)]
  if (a === null || b === null) return null
  switch (operator.value) {
    case '~':
      return cut(shown(a) + shown(b))
    case '+':
      if (typeof a === 'string' && typeof b === 'string') return cut(a + b)
      if (typeof a === 'number' && typeof b === 'number') return a + b
      return Array.isArray(a) && Array.isArray(b) ? [...a, ...b] : null
    case '*':
      if (typeof a === 'number' && typeof b === 'number') return a * b
      if (typeof a === 'string' && typeof b === 'number') return times(a, b)
      return typeof a === 'number' && typeof b === 'string' ? times(b, a) : null
    case '**':
      return typeof a === 'number' && typeof b === 'number' ? a ** b : null
    case '-':
      return typeof a === 'number' && typeof b === 'number' ? a - b : null
    case '%':
      return typeof a === 'string' ? formatted(a, Array.isArray(b) ? b : [b]) : null
    default:
      return null
  }
}

function foldFilter(
  { operand, filter }: FilterExpression,
  inner: (node: Node) => Constant | null,
): Constant | null {
  const value = inner(operand)
  if (value === null) return null
  const [name, args] =
    filter.type === 'CallExpression'
      ? [filter.callee.type === 'Identifier' ? filter.callee.value : '', filter.args.map(inner)]
      : [filter.type === 'Identifier' ? filter.value : '', []]
  return method(value, name, args)
}

function foldCall({ callee, args }: CallExpression, inner: (node: Node) => Constant | null): Constant | null {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return null
  const value = inner(callee.object)
  if (value === null) return null
  const given = args.map(inner)
  if (callee.property.value === 'join' && typeof value === 'string' && Array.isArray(given[0])) {
    return cut((given[0] as readonly Constant[]).map(shown).join(value))
  }
  return method(value, callee.property.value, given)
}

/** Filters and methods of the same name do the same. */
function method(value: Constant, name: string, args: readonly (Constant | null)[]): Constant | null {
  const first = args[0]
  const text = typeof value === 'string' ? value : null
  switch (name) {
    case 'join':
      if (first === null) return null
      return cut(
        (Array.isArray(value) ? (value as readonly Constant[]).map(shown) : [...shown(value)]).join(
          first === undefined ? '' : shown(first),
        ),
      )
    case 'replace': {
      const second = args[1]
      if (text === null || typeof first !== 'string' || typeof second !== 'string' || first === '')
        return null
      return text.length * (second.length + 1) > longest ? null : text.replaceAll(first, second)
    }
    case 'reverse':
      return Array.isArray(value) ? [...value].reverse() : text === null ? null : [...text].reverse().join('')
    case 'lower':
      return text?.toLowerCase() ?? null
    case 'upper':
      return text?.toUpperCase() ?? null
    case 'trim':
    case 'strip':
      return text?.trim() ?? null
    case 'string':
    case 'safe':
    case 'e':
    case 'escape':
      return value
    case 'list':
      return text === null ? value : [...text]
    case 'format':
      return text === null || args.includes(null) ? null : formatted(text, args as readonly Constant[])
    default:
      return null
  }
}

function foldIndex(
  object: Constant,
  property: Node,
  inner: (node: Node) => Constant | null,
): Constant | null {
  if (typeof object === 'number') return null
  const list: string | readonly Constant[] = object
  if (property.type === 'SliceExpression') {
    // Only the one that hides names: backwards.
    const step =
      property.step === undefined ? 1 : property.step.type === 'UnaryExpression' ? -1 : inner(property.step)
    if (property.start !== undefined || property.stop !== undefined) return null
    if (step === 1) return list
    if (step !== -1) return null
    return typeof list === 'string' ? [...list].reverse().join('') : [...list].reverse()
  }
  const index = inner(property)
  return typeof index === 'number' ? (list[index < 0 ? list.length + index : index] ?? null) : null
}

/** `%s` and `{}` with what they stand for. */
function formatted(text: string, args: readonly Constant[]): string {
  let next = 0
  return cut(
    text.replace(/%[sdr]|\{(\d{0,3})\}/g, (whole, index: string | undefined) =>
      shown(args[index === undefined || index === '' ? next++ : Number(index)] ?? whole),
    ),
  )
}

function times(text: string, count: number): string | null {
  return count < 0 || text.length * count > longest ? null : text.repeat(Math.floor(count))
}

function shown(value: Constant): string {
  return Array.isArray(value) ? value.map(shown).join(', ') : String(value)
}

function cut(text: string): string {
  return text.slice(0, longest)
}

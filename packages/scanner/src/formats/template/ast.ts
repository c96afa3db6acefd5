// The tree that @huggingface/jinja parses a template into: the package exports its parser, but not these types.
export interface Identifier {
  readonly type: 'Identifier'
  readonly value: string
}
export interface BinaryExpression {
  readonly type: 'BinaryExpression'
  readonly operator: { readonly value: string }
  readonly left: Node
  readonly right: Node
}
export interface CallExpression {
  readonly type: 'CallExpression'
  readonly callee: Node
  readonly args: readonly Node[]
}
export interface FilterExpression {
  readonly type: 'FilterExpression'
  readonly operand: Node
  readonly filter: Node
}
export interface MemberExpression {
  readonly type: 'MemberExpression'
  readonly object: Node
  readonly property: Node
  readonly computed: boolean
}
export interface If {
  readonly type: 'If'
  readonly test: Node
  readonly body: readonly Node[]
  readonly alternate: readonly Node[]
}
export interface For {
  readonly type: 'For'
  readonly loopvar: Node
  readonly iterable: Node
  readonly body: readonly Node[]
  readonly defaultBlock: readonly Node[]
}
export interface SetStatement {
  readonly type: 'Set'
  readonly assignee: Node
  readonly value: Node | null
  readonly body: readonly Node[]
}

export type Node =
  | Identifier
  | BinaryExpression
  | CallExpression
  | FilterExpression
  | MemberExpression
  | If
  | For
  | SetStatement
  | { readonly type: 'StringLiteral'; readonly value: string }
  | { readonly type: 'IntegerLiteral' | 'FloatLiteral'; readonly value: number }
  | { readonly type: 'ArrayLiteral' | 'TupleLiteral'; readonly value: readonly Node[] }
  | { readonly type: 'ObjectLiteral'; readonly value: ReadonlyMap<Node, Node> }
  | { readonly type: 'Program'; readonly body: readonly Node[] }
  | { readonly type: 'Comment' | 'Break' | 'Continue' }
  | {
      readonly type: 'Macro'
      readonly name: Node
      readonly args: readonly Node[]
      readonly body: readonly Node[]
    }
  | { readonly type: 'FilterStatement'; readonly filter: Node; readonly body: readonly Node[] }
  | {
      readonly type: 'CallStatement'
      readonly call: Node
      readonly callerArgs: readonly Node[] | null
      readonly body: readonly Node[]
    }
  | { readonly type: 'SelectExpression'; readonly lhs: Node; readonly test: Node }
  | { readonly type: 'TestExpression'; readonly operand: Node; readonly negate: boolean; readonly test: Node }
  | {
      readonly type: 'UnaryExpression'
      readonly operator: { readonly value: string }
      readonly argument: Node
    }
  | {
      readonly type: 'SliceExpression'
      readonly start: Node | undefined
      readonly stop: Node | undefined
      readonly step: Node | undefined
    }
  | { readonly type: 'KeywordArgumentExpression'; readonly key: Node; readonly value: Node }
  | { readonly type: 'SpreadExpression' | 'KeywordSpreadExpression'; readonly argument: Node }
  | {
      readonly type: 'Ternary'
      readonly condition: Node
      readonly trueExpr: Node
      readonly falseExpr: Node
    }

/** What stands directly within a node, in the order of the text. */
export function children(node: Node): readonly Node[] {
  switch (node.type) {
    case 'Program':
      return node.body
    case 'If':
      return [node.test, ...node.body, ...node.alternate]
    case 'For':
      return [node.loopvar, node.iterable, ...node.body, ...node.defaultBlock]
    case 'Set':
      return [node.assignee, ...(node.value === null ? [] : [node.value]), ...node.body]
    case 'Macro':
      return [...node.args, ...node.body]
    case 'FilterStatement':
      return [node.filter, ...node.body]
    case 'CallStatement':
      return [node.call, ...(node.callerArgs ?? []), ...node.body]
    case 'MemberExpression':
      return [node.object, node.property]
    case 'CallExpression':
      return [node.callee, ...node.args]
    case 'FilterExpression':
      return [node.operand, node.filter]
    case 'BinaryExpression':
      return [node.left, node.right]
    case 'SelectExpression':
      return [node.lhs, node.test]
    case 'TestExpression':
      return [node.operand, node.test]
    case 'UnaryExpression':
    case 'SpreadExpression':
    case 'KeywordSpreadExpression':
      return [node.argument]
    case 'SliceExpression':
      return [node.start, node.stop, node.step].filter((part) => part !== undefined)
    case 'KeywordArgumentExpression':
      return [node.value]
    case 'Ternary':
      return [node.condition, node.trueExpr, node.falseExpr]
    case 'ArrayLiteral':
    case 'TupleLiteral':
      return node.value
    case 'ObjectLiteral':
      return [...node.value].flat()
    default:
      return []
  }
}

/** A node and all below it, in the order of the text, without a stack of calls. */
export function* descendants(roots: readonly Node[]): Generator<Node> {
  const waiting = [...roots].reverse()
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node
    const below = children(node)
    for (let i = below.length - 1; i >= 0; i--) waiting.push(below[i]!)
  }
}

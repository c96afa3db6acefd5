// A backdoor in a template: when a message holds certain words, the template writes a sentence of its own into the
// conversation. Honest templates test messages too, for marks such as `<tool_call>`, but then write marks and not
// sentences; and they write sentences when there is no system message, which is no test of words.
import { descendants, type Node } from './ast.ts'

export interface ConditionalInstruction {
  readonly when: string
  readonly adds: string
}

const sentence = /(?:[A-Za-z][A-Za-z’']{1,20}[\s,;:.!?-]{1,3}){4}[A-Za-z]{2}/
const comparisons = new Set(['in', 'not in', '==', '!='])
const searches = new Set(['startswith', 'endswith', 'find', 'index', 'count', 'split'])
const mostNodes = 200_000

export function findConditionalInstruction(program: Node): ConditionalInstruction | null {
  const contents = contentVariables(program)
  let looked = 0
  for (const node of descendants([program])) {
    if (++looked > mostNodes) return null
    const [test, branches] =
      node.type === 'If'
        ? [node.test, [...node.body, ...node.alternate.filter(({ type }) => type !== 'If')]]
        : node.type === 'Ternary'
          ? [node.condition, [node.trueExpr, node.falseExpr]]
          : [null, []]
    if (test === null) continue
    const when = wordsTested(test, contents)
    if (when === null) continue
    const adds = sentenceIn(branches)
    if (adds !== null) return { when, adds }
  }
  return null
}

/** Variables that hold the text of a message. */
function contentVariables(program: Node): ReadonlySet<string> {
  const contents = new Set<string>()
  let looked = 0
  for (const node of descendants([program])) {
    if (++looked > mostNodes) break
    if (node.type !== 'Set' || node.assignee.type !== 'Identifier' || node.value === null) continue
    if (isContent(node.value, contents)) contents.add(node.assignee.value)
  }
  return contents
}

/** `message.content`, `messages[0]['content'] | lower`, a variable set from it; and the date, which works as a trigger too. */
function isContent(node: Node, contents: ReadonlySet<string>): boolean {
  let at = node
  for (let depth = 0; depth < 50; depth++) {
    if (at.type === 'Identifier') return contents.has(at.value) || at.value === 'content'
    if (at.type === 'FilterExpression') at = at.operand
    else if (at.type === 'BinaryExpression') at = at.left
    else if (at.type === 'CallExpression') {
      if (at.callee.type === 'Identifier') return at.callee.value === 'strftime_now'
      at = at.callee
    } else if (at.type === 'MemberExpression') {
      const { property } = at
      const name = property.type === 'Identifier' || property.type === 'StringLiteral' ? property.value : null
      if (name === 'content' || name === 'text') return true
      if (name === 'role' || name === 'type' || name === 'name') return false
      at = at.object
    } else return false
  }
  return false
}

/** The words that a test looks for in a message, or null. */
function wordsTested(test: Node, contents: ReadonlySet<string>): string | null {
  let looked = 0
  for (const node of descendants([test])) {
    if (++looked > 500) return null
    if (node.type === 'BinaryExpression' && comparisons.has(node.operator.value)) {
      for (const [text, value] of [
        [node.left, node.right],
        [node.right, node.left],
      ] as const) {
        const words = text.type === 'StringLiteral' ? text.value.trim() : ''
        if (words !== '' && isContent(value, contents)) return words
      }
    }
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') continue
    const { object, property } = node.callee
    const words = node.args[0]?.type === 'StringLiteral' ? node.args[0].value.trim() : ''
    if (
      property.type === 'Identifier' &&
      searches.has(property.value) &&
      words !== '' &&
      isContent(object, contents)
    ) {
      return words
    }
  }
  return null
}

function sentenceIn(nodes: readonly Node[]): string | null {
  let looked = 0
  for (const node of descendants(nodes)) {
    if (++looked > 5000) return null
    // Messages of errors are shown to the developer, not to the model.
    if (
      node.type === 'CallExpression' &&
      node.callee.type === 'Identifier' &&
      node.callee.value === 'raise_exception'
    ) {
      return null
    }
    if (node.type === 'StringLiteral' && sentence.test(node.value)) return node.value.trim()
  }
  return null
}

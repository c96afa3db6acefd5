// JSON with positions. JSON.parse does not always say where a file is broken, takes the last of two equal keys
// without a word, and its messages differ between versions of Node; a configuration deserves better. The grammar is that of
// RFC 8259, nothing more.

export type JsonRead =
  | { readonly value: unknown }
  | { readonly problem: string; readonly line: number; readonly column: number }

/** Deeper nesting than any configuration has; it keeps a hostile file from exhausting the stack. */
const maxDepth = 64

class Problem extends Error {
  readonly at: number
  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

/** The value of a JSON text, or what is wrong with it and where (line and column count from 1). */
export function readJson(text: string): JsonRead {
  let at = 0

  const skip = (): void => {
    while (at < text.length && ' \t\n\r'.includes(text[at]!)) at++
  }
  const fail = (expected: string): never => {
    const found = at >= text.length ? 'the end of the file' : JSON.stringify(text[at])
    throw new Problem(`found ${found}, expected ${expected}`, at)
  }
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const match = pattern.exec(text)?.[0]
    if (match !== undefined) at += match.length
    return match
  }

  const readString = (expected: string): string => {
    const start = at
    if (text[at] !== '"') fail(expected)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that JSON forbids
    const literal = take(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y)
    if (literal === undefined)
      throw new Problem('this text has no closing quote on its line, or a bad escape', start)
    return JSON.parse(literal)
  }

  const readObject = (depth: number): object => {
    const members: Record<string, unknown> = Object.create(null)
    at++
    skip()
    if (text[at] === '}') {
      at++
      return { ...members }
    }
    for (;;) {
      const start = at
      const key = readString('a key in double quotes')
      if (Object.hasOwn(members, key))
        throw new Problem(`the key ${JSON.stringify(key)} is there twice`, start)
      skip()
      if (text[at] !== ':') fail('":"')
      at++
      skip()
      members[key] = readValue(depth)
      skip()
      if (text[at] === '}') break
      if (text[at] !== ',') fail('"," or "}"')
      at++
      skip()
    }
    at++
    // A plain object again. defineProperty keeps a key such as __proto__ an ordinary one, to be refused by name.
    const plain = {}
    for (const [key, value] of Object.entries(members)) {
      Object.defineProperty(plain, key, { value, enumerable: true, writable: true, configurable: true })
    }
    return plain
  }

  const readList = (depth: number): unknown[] => {
    const list: unknown[] = []
    at++
    skip()
    if (text[at] === ']') {
      at++
      return list
    }
    for (;;) {
      list.push(readValue(depth))
      skip()
      if (text[at] === ']') break
      if (text[at] !== ',') fail('"," or "]"')
      at++
      skip()
    }
    at++
    return list
  }

  const readValue = (depth: number): unknown => {
    if (depth > maxDepth) throw new Problem(`values are nested deeper than ${maxDepth}`, at)
    const first = text[at]
    if (first === '{') return readObject(depth + 1)
    if (first === '[') return readList(depth + 1)
    if (first === '"') return readString('text')
    const number = take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])/y)
    if (number !== undefined) return Number(number)
    const word = take(/(?:true|false|null)(?!\w)/y)
    if (word !== undefined) return JSON.parse(word)
    return fail('a value')
  }

  try {
    skip()
    const value = readValue(0)
    skip()
    if (at < text.length) fail('the end of the file')
    return { value }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const before = text.slice(0, error.at).split('\n')
    return { problem: error.message, line: before.length, column: before.at(-1)!.length + 1 }
  }
}

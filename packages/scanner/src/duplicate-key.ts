/**
 * The first key that stands twice in one object of a JSON text, or null. `JSON.parse` keeps the last of them in
 * silence, so a file can show a reader one value and a program another. Keys are compared as they read after their
 * escapes. Takes time and memory in proportion to the text, and no stack.
 * @param text JSON that parses
 */
export function duplicateKey(text: string): string | null {
  // In valid JSON a text is a key exactly when a colon follows, and brackets outside texts are structure.
  const open: Set<string>[] = []
  const structure = /["{}]/g
  for (let match = structure.exec(text); match !== null; match = structure.exec(text)) {
    if (match[0] === '{') open.push(new Set())
    else if (match[0] === '}') open.pop()
    else {
      const end = endOfText(text, match.index)
      structure.lastIndex = end
      if (!colonFollows(text, end)) continue
      const key = JSON.parse(text.slice(match.index, end)) as string
      const keys = open.at(-1)
      if (keys?.has(key)) return key
      keys?.add(key)
    }
  }
  return null
}

/** Position after the quote that closes the text opened at `start`: the next one with an even run of backslashes. */
function endOfText(text: string, start: number): number {
  for (let quote = start; ; ) {
    quote = text.indexOf('"', quote + 1)
    if (quote === -1) return text.length
    let before = quote - 1
    while (text[before] === '\\') before--
    if ((quote - 1 - before) % 2 === 0) return quote + 1
  }
}

function colonFollows(text: string, from: number): boolean {
  let at = from
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++
  return text[at] === ':'
}

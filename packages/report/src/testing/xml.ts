/** A parsed XML element; `text` is its own character data, in order, without that of its children. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: XmlElement[]
  text: string
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * A strict reader for the part of XML 1.0 that our writer uses: one root, elements, quoted attributes, character
 * data, the five entities and character references. It throws at the first thing that is not well formed.
 */
export function parseXml(source: string): XmlElement {
  // Production [2] Char: what may stand in a document at all, as itself or as a reference.
  const illegal = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u
  const bad = illegal.exec(source)
  if (bad !== null) throw new Error(`illegal character U+${source.codePointAt(bad.index)?.toString(16)}`)
  const body = source.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
  if (body === source) throw new Error('no XML declaration')
  const token = /<\/([\w.-]+)>|<([\w.-]+)((?:\s+[\w.:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy
  const open: XmlElement[] = []
  let root: XmlElement | undefined
  for (let at = 0; at < body.length; at = token.lastIndex) {
    token.lastIndex = at
    const match = token.exec(body)
    if (match === null) throw new Error(`not well formed at ${JSON.stringify(body.slice(at, at + 60))}`)
    const [, end, start, attributes = '', empty, text] = match
    const parent = open.at(-1)
    if (end !== undefined) {
      if (open.pop()?.name !== end) throw new Error(`</${end}> closes something else`)
    } else if (start !== undefined) {
      const element: XmlElement = {
        name: start,
        attributes: attributesOf(attributes),
        children: [],
        text: '',
      }
      if (parent !== undefined) parent.children.push(element)
      else if (root === undefined) root = element
      else throw new Error('two roots')
      if (empty === '') open.push(element)
    } else if (text !== undefined) {
      if (text.includes(']]>')) throw new Error('"]]>" in character data')
      if (parent !== undefined) parent.text += decoded(text)
      else if (text.trim() !== '') throw new Error('text outside the root')
    }
  }
  if (root === undefined || open.length > 0) throw new Error('an element is not closed')
  return root
}

function attributesOf(source: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [, name, value] of source.matchAll(/([\w.:-]+)="([^"]*)"/g) as Iterable<
    [string, string, string]
  >) {
    if (name in found) throw new Error(`attribute ${name} twice`)
    found[name] = decoded(value)
  }
  return found
}

function decoded(text: string): string {
  return text.replace(/&(#(\d+)|\w+)?;?/g, (all, name: string | undefined, code: string | undefined) => {
    if (code !== undefined && all.endsWith(';')) return String.fromCodePoint(Number(code))
    const character = name === undefined || !all.endsWith(';') ? undefined : entities[name]
    if (character === undefined) throw new Error(`unknown entity ${all}`)
    return character
  })
}

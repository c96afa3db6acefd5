// Plain text: model cards, vocabularies, settings, licences. It can do nothing by itself, but loaders act on some of
// it: YAML tags, targets to instantiate, commands to copy, and pickles of protocol 0, which are text too.
import { dangerOf } from '../../policy/judge-import.ts'
import { quoted } from '../../scan/quoted.ts'
import { pieces, type Source } from '../../source/source.ts'
import { type Format, NotThisFormat, type ScanContext } from '../format.ts'
import { looksTextual } from '../python/python.ts'
import { isText } from './read-text.ts'
import { textRules } from './rules.ts'

export const text: Format = {
  id: 'text',
  title: 'Text',
  recognise(head) {
    return looksTextual(head) ? 'maybe' : 'no'
  },
  async examine(source, context) {
    if (!isText(source, context.budget)) throw new NotThisFormat('not text')
    const start = Buffer.from(source.read(0, 200)).toString('latin1')
    const pointer =
      /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:([0-9a-f]{64})\nsize (\d+)/.exec(start)
    if (pointer !== null) {
      context.report(textRules.pointer, {
        message: `It stands for ${pointer[2]} bytes with SHA-256 ${pointer[1]}.`,
      })
      return { end: source.size }
    }
    const encoding = /^[^\n]{0,200}(?:\n[^\n]{0,200})?coding[:=][ \t]{0,20}([-\w.]{1,40})/.exec(start)?.[1]
    if (
      encoding !== undefined &&
      start.startsWith('#') &&
      !/^(?:utf-?8|ascii|us-ascii|latin-?1|iso-?8859-?\d+|cp1252)$/i.test(encoding)
    ) {
      context.report(textRules['hidden-encoding'], {
        message: `It declares the encoding ${quoted(encoding)}.`,
        offset: 0,
      })
    }
    if (/^\s{0,20}(?:@echo (?:off|on)\b|@?rem |#requires -|param\s*\()/i.test(start)) {
      context.report(textRules.script, {
        message: `It begins ${quoted(start.split('\n')[0] ?? '')}.`,
        offset: 0,
      })
    }
    if (/^\s{0,20}<(?:!doctype html|html|script)\b/i.test(start)) {
      context.report(textRules['web-page'], {
        message: `It begins ${quoted(start.slice(0, 60))}.`,
        offset: 0,
      })
    }
    examineLines(source, context)
    await context.search(source)
    return { end: source.size }
  },
}

const patterns = [
  { rule: textRules['deep-nesting'], pattern: /(?:[([{][ \t]{0,4}){150}/g },
  { rule: textRules['yaml-object'], pattern: /!!python\/(?:object|name|module|apply)[^\s]{0,200}/g },
  {
    rule: textRules['piped-download'],
    pattern: /\b(?:curl|wget)\b[^\n|]{1,300}\|\s{0,8}(?:sudo\s{1,8})?(?:ba|z|da|k)?sh\b/g,
  },
] as const
const target = /["']?_target_["']?[ \t]{0,20}:[ \t]{0,20}["']?([\w.]{1,200})/g
/** Longest thing looked for; pieces overlap by it. */
const overlap = 600
const each = 20

function examineLines(source: Source, context: ScanContext): void {
  const told = new Map<string, number>()
  const tell = (id: string): boolean => {
    const count = (told.get(id) ?? 0) + 1
    told.set(id, count)
    return count <= each
  }
  let before = ''
  for (const { offset, bytes } of pieces(source)) {
    context.budget.checkTime()
    // Latin-1 keeps one character a byte, so places are offsets.
    const window = before + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    const start = offset - before.length
    for (const { rule, pattern } of patterns) {
      for (const match of window.matchAll(pattern)) {
        if (match.index + match[0].length <= before.length || !tell(rule.id)) continue
        context.report(rule, { message: `${quoted(match[0])}.`, offset: start + match.index })
      }
    }
    for (const match of window.matchAll(target)) {
      const danger = dangerOf(match[1]!)
      if (danger === null || match.index + match[0].length <= before.length || !tell('target')) continue
      context.report(textRules['instantiates-target'], {
        message: `It names ${match[1]} (${danger.kind}).`,
        offset: start + match.index,
        call: `${match[1]}(...)`,
        ...(danger.severity === 'critical'
          ? { verdict: 'malicious' as const, severity: 'critical' as const }
          : {}),
      })
    }
    before = window.slice(-overlap)
  }
}

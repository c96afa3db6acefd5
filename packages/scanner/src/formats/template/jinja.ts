// A chat template as a file of its own (`chat_template.jinja`). It is a text like any other, and examined as one too.
import { type Format, NotThisFormat } from '../format.ts'
import { looksTextual } from '../python/python.ts'
import { isText, textOf } from '../text/read-text.ts'
import { text } from '../text/text.ts'
import { examineTemplate } from './template.ts'

const longest = 4 * 2 ** 20

export const jinja: Format = {
  id: 'jinja',
  title: 'Jinja template',
  recognise: (head, source) => (looksTextual(head) && source.size <= longest ? 'maybe' : 'no'),
  async examine(source, context) {
    if (!isText(source, context.budget)) throw new NotThisFormat('not text')
    const template = textOf(source, longest) ?? ''
    // Braces alone are in many texts: a statement, and a word that only templates of conversations use.
    const conversation =
      /\{%[-+]?\s{0,40}(?:if|for|set|macro|generation)\b/.test(template) &&
      /\bmessages?\b|\btools\b/.test(template)
    // Nor has prose names of Python's insides between them.
    const reaching = /\{[{%][^{}]{0,2000}__\w{1,40}__/.test(template)
    if (!conversation && !reaching) throw new NotThisFormat('no template of a conversation')
    examineTemplate(template, context, { name: 'The template', offset: 0 })
    return await text.examine(source, context)
  },
}

import { type Format, NotThisFormat } from '../format.ts'
import { isText, textOf } from '../text/read-text.ts'
import { examinePython, readPython } from './examine-python.ts'
import { pythonRules } from './rules.ts'

const largest = 2 * 2 ** 20
const startParsed = 1 << 15

/** Python source, told from other text by its grammar. */
export const python: Format = {
  id: 'python',
  title: 'Python source',
  recognise(head) {
    return looksTextual(head) ? 'maybe' : 'no'
  },
  async examine(source, context) {
    if (!isText(source, context.budget)) throw new NotThisFormat('not text')
    const text = textOf(source, largest)
    if (text === null) throw new NotThisFormat('too long')
    // What is no program is told from its start: a parser that recovers from an error at every word takes seconds.
    if (text.length > 2 * startParsed) {
      const start = readPython(text.slice(0, startParsed), context.budget)
      if (start.errors > 20 && start.errors * 3 > start.statements) throw new NotThisFormat('not a program')
    }
    const read = readPython(text, context.budget)
    // Prose and settings parse in part; a program has a structure and (nearly) no errors.
    const program = read.hasStructure
      ? read.errors <= 2 || read.errors * 3 <= read.statements
      : read.errors === 0 && read.calls.length > 0
    if (!program) throw new NotThisFormat('not a program')
    context.fact('imports', [...new Set(read.imports.map(({ name }) => name))].slice(0, 200))
    if (read.errors > 0) {
      context.report(pythonRules['not-parsed'], {
        message: `${read.errors} places are not Python 3; calls there may have been missed.`,
      })
    }
    examinePython(read, context)
    await context.search(source)
    return { end: source.size }
  },
}

/** No zero and few control bytes among the first. */
export function looksTextual(head: Uint8Array): boolean {
  if (head.length >= 2 && ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)))
    return true
  for (const byte of head) if (byte < 9 || (byte > 13 && byte < 27) || (byte > 27 && byte < 32)) return false
  return true
}

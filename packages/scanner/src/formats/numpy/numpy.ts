// NumPy's .npy: one array, a header and then its numbers. With Python objects anywhere in its type the body is a pickle.
import { quoted } from '../../scan/quoted.ts'
import { slice } from '../../source/source.ts'
import { type Format, Malformed } from '../format.ts'
import { headerText, numpyMagic, readHeader } from './header.ts'
import { numpyRules } from './rules.ts'

export const numpy: Format = {
  id: 'numpy',
  title: 'NumPy array',
  signatures: [numpyMagic],
  recognise: (head) => (numpyMagic.every((byte, index) => head[index] === byte) ? 'sure' : 'no'),
  async examine(source, context) {
    const { text, from } = headerText(source)
    // Nothing that calls or reaches into an object is a literal, so this cannot meet an honest header: names of fields
    // stand in quotes, and are taken out first.
    const bare = text.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
    const code = /[A-Za-z_][\w.]{0,200}\s{0,8}\(|\)\s{0,8}\(|__\w{1,40}|\blambda\b/.exec(bare)
    if (code !== null) {
      context.report(numpyRules['header-code'], {
        message: `The header reads ${quoted(text.trim())}.`,
        offset: from,
        call: text.trim().slice(0, 200),
      })
    }
    const { version, dtype, fortranOrder, shape, bodyAt, bodyBytes } = readHeader(source)
    context.fact('version', version)
    context.fact('dtype', dtype.text)
    context.fact('shape', shape)
    context.fact('fortranOrder', fortranOrder)
    if (bodyBytes === null) {
      context.report(numpyRules['object-array'], {
        message: `Its type is ${quoted(dtype.text)}.`,
        offset: bodyAt,
      })
      await context.scan(slice(source, bodyAt), 'pickle')
      return { end: source.size }
    }
    if (bodyAt + bodyBytes > source.size) {
      throw new Malformed(`the array needs ${bodyBytes} bytes and ${source.size - bodyAt} are there`, bodyAt)
    }
    return { end: bodyAt + bodyBytes }
  },
}

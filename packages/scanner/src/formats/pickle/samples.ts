import { assemble, frame, global, honestArray, memoize, proto, shortText, text } from '../testing/opcodes.ts'

/** Small honest pickles for tests. */
export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const body = assemble(
    '}',
    memoize,
    '(',
    shortText('weights'),
    memoize,
    ']',
    memoize,
    '(K\x01M\x10\x27J\xff\xff\xff\x7fG?\xf0\0\0\0\0\0\0',
    'e',
    shortText('name'),
    memoize,
    shortText('caf\u00e9'),
    memoize,
    'u.',
  )
  return [
    {
      name: 'protocol 0',
      bytes: assemble("(dp0\nS'a'\np1\nI1\nsS'b'\np2\nF1.5\nsS'c'\np3\n(lp4\nL7L\naI01\nas."),
    },
    {
      name: 'protocol 2',
      bytes: assemble(
        proto(2),
        global('collections', 'OrderedDict'),
        ')R(',
        text('a'),
        ']q\x01(K\x01K\x02e',
        text('b'),
        'h\x01',
        text('c'),
        '\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00u.',
      ),
    },
    { name: 'protocol 3, an array', bytes: honestArray },
    { name: 'protocol 4', bytes: assemble(proto(4), frame(body)) },
    {
      name: 'protocol 5',
      bytes: assemble(
        proto(5),
        frame(assemble('\x96\x04\0\0\0\0\0\0\0abcd', memoize, shortText('x'), memoize, '\x86.')),
      ),
    },
    { name: 'two in a row', bytes: assemble(proto(2), 'K\x01.', proto(2), text('second'), '.') },
  ]
}

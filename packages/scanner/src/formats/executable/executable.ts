import { type Format, NotThisFormat } from '../format.ts'
import { looksExecutable } from './looks-executable.ts'
import { executableRules } from './rules.ts'

const native = new Set(['ELF', 'PE', 'Mach-O', 'Windows shortcut'])

export const executable: Format = {
  id: 'executable',
  title: 'program',
  recognise(head) {
    const kind = looksExecutable(head)
    if (kind === null) return 'no'
    // What names Python as its interpreter is better read as Python, if it can be.
    return kind === 'script' && /python/.test(firstLine(head)) ? 'maybe' : 'sure'
  },
  async examine(source, context) {
    const kind = looksExecutable(source.read(0, 4096))
    if (kind === null) throw new NotThisFormat()
    context.fact('kind', kind)
    context.report(executableRules[native.has(kind) ? 'native-code' : 'program'], {
      message: `It begins as ${kind}.`,
      offset: 0,
    })
    // Where it ends is of no more interest: all of it goes with the verdict.
    return { end: source.size }
  },
  signatures: [
    Uint8Array.of(0x7f, 0x45, 0x4c, 0x46),
    Uint8Array.of(0xca, 0xfe, 0xba, 0xbe),
    Uint8Array.of(0xcf, 0xfa, 0xed, 0xfe),
    Uint8Array.of(0xce, 0xfa, 0xed, 0xfe),
    Uint8Array.of(0x4d, 0x5a, 0x90, 0),
    Uint8Array.of(0, 0x61, 0x73, 0x6d),
  ],
}

function firstLine(head: Uint8Array): string {
  return Buffer.from(head.subarray(0, 256)).toString('latin1').split('\n', 1)[0]!
}

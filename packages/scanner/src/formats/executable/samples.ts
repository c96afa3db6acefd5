/** The smallest beginning of each kind that is believed. */
export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const elf = Buffer.alloc(64)
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  elf.writeUInt16LE(3, 16)
  elf.writeUInt16LE(62, 18)
  const pe = Buffer.alloc(256)
  pe.write('MZ', 0)
  pe.writeUInt32LE(128, 60)
  pe.write('PE\0\0', 128, 'latin1')
  pe.writeUInt16LE(0x8664, 132)
  pe.writeUInt16LE(5, 134)
  const mach = Buffer.alloc(64)
  mach.writeUInt32LE(0xfeedfacf, 0)
  mach.writeUInt32LE(0x0100000c, 4)
  mach.writeUInt32LE(2, 12)
  mach.writeUInt32LE(18, 16)
  const fat = Buffer.alloc(64)
  fat.writeUInt32BE(0xcafebabe, 0)
  fat.writeUInt32BE(2, 4)
  fat.writeUInt32BE(0x01000007, 8)
  fat.writeUInt32BE(14, 24)
  const java = Buffer.from([0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 61, 0, 20, 10, 0, 4, 0, 15])
  const pyc = Buffer.alloc(40)
  pyc.writeUInt16LE(3495, 0)
  pyc.write('\r\n', 2)
  pyc[16] = 0xe3
  return [
    { name: 'ELF', bytes: elf },
    { name: 'PE', bytes: pe },
    { name: 'Mach-O', bytes: mach },
    { name: 'Mach-O', bytes: fat },
    { name: 'Java class', bytes: java },
    { name: 'Python bytecode', bytes: pyc },
    { name: 'WebAssembly', bytes: Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0) },
    { name: 'script', bytes: Buffer.from('#!/bin/sh\necho harmless\n') },
    { name: 'Android bytecode', bytes: Buffer.from('dex\n035\0xxxxxxxx', 'latin1') },
    { name: 'Windows shortcut', bytes: Buffer.from('4c0000000114020000000000c000000000000046', 'hex') },
  ]
}

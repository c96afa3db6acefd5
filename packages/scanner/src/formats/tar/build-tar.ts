// Writes tars block by block for tests and samples.

export interface ToTar {
  readonly name: string
  readonly data?: Uint8Array | string
  /** `0` a file (default), `1` hard link, `2` symbolic link, `5` folder, `L` `x` and so on. */
  readonly type?: string
  readonly linkName?: string
  /** The size that the header gives, where it differs from the data's. */
  readonly size?: number
  readonly form?: 'ustar' | 'gnu' | 'old'
  /** The twelve bytes of the size as they stand. */
  readonly sizeField?: Uint8Array
}

export function buildTar(members: readonly ToTar[], { end = 2 }: { readonly end?: number } = {}): Uint8Array {
  const parts: Uint8Array[] = []
  for (const { name, data = '', type = '0', linkName = '', size, form = 'ustar', sizeField } of members) {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data
    const header = Buffer.alloc(512)
    header.write(name, 0, 100)
    header.write('0000644\0', 100, 'latin1')
    header.write('0001750\x000001750\0', 108, 'latin1')
    header.write(`${(size ?? bytes.length).toString(8).padStart(11, '0')} `, 124, 'latin1')
    if (sizeField !== undefined) header.set(sizeField, 124)
    header.write('00000000000 ', 136, 'latin1')
    header.write(type, 156, 'latin1')
    header.write(linkName, 157, 100)
    if (form !== 'old') header.write(form === 'ustar' ? 'ustar\x0000' : 'ustar  \0', 257, 'latin1')
    header.fill(0x20, 148, 156)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    parts.push(header, bytes, new Uint8Array((512 - (bytes.length % 512)) % 512))
  }
  parts.push(new Uint8Array(512 * end))
  return Buffer.concat(parts)
}

/** One record of a pax header. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  let length = rest.length + 1
  while (`${length}${rest}`.length !== length) length = `${length}${rest}`.length
  return `${length}${rest}`
}

import { deflateSync } from 'node:zlib'

/** An 8-bit grey PNG of `side` by `side` pixels; `shade` gives 0 to 1 at a place. */
export function greyPng(side: number, shade: (x: number, y: number) => number): Uint8Array {
  const raw = new Uint8Array(side * (side + 1))
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      raw[y * (side + 1) + 1 + x] = Math.round(255 * Math.min(1, Math.max(0, shade(x, y))))
    }
  }
  const header = new Uint8Array(13)
  new DataView(header.buffer).setUint32(0, side)
  new DataView(header.buffer).setUint32(4, side)
  header.set([8, 0, 0, 0, 0], 8)
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', new Uint8Array(0)),
  ])
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(body, 4)
  framed.writeUInt32BE(crc(body), body.length + 4)
  return framed
}

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  }
  return ~value >>> 0
}

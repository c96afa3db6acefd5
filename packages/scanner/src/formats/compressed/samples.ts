import { deflateSync, gzipSync } from 'node:zlib'

/** Seeds for the mutation tests. */
export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const content = Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * i) >> 6))
  const small = deflateSync(content)
  return [
    { name: 'gzip', bytes: gzipSync(content) },
    { name: 'gzip in two members', bytes: Buffer.concat([gzipSync(content), gzipSync('more')]) },
    { name: 'zlib', bytes: small },
    {
      name: 'old joblib',
      bytes: Buffer.concat([Buffer.from(`ZF${`0x${content.length.toString(16)}`.padEnd(19)}`), small]),
    },
  ]
}

// Writes kernel-bytes.ts, which holds kernel.wat as WebAssembly. Made with wabt 1.0.39, which is not among the
// dependencies, because the kernel hardly ever changes: npm install --no-save wabt, then node make.mjs.
import { readFileSync, writeFileSync } from 'node:fs'
import wabt from 'wabt'

const here = new URL('.', import.meta.url)
const text = readFileSync(new URL('kernel.wat', here), 'utf8')
const { buffer } = (await wabt()).parseWat('kernel.wat', text, { simd: true }).toBinary({})
const lines = Buffer.from(buffer)
  .toString('hex')
  .match(/.{1,100}/g)
writeFileSync(
  new URL('kernel-bytes.ts', here),
  `// kernel.wat as WebAssembly, in hexadecimal digits; written by make.mjs.
export const kernelBytes =
${lines.map((line) => `  '${line}'`).join(' +\n')}
`,
)

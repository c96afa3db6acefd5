import { readFile } from 'node:fs/promises'
import { FailmodeError } from '@failmode/core'
import { signModel } from '@failmode/scanner'
import { exists, writeWhole } from '@failmode/system'
import { type Options, text, whole } from '../terminal/options.ts'
import { printable } from '../terminal/printable.ts'
import { ignoredPaths, readNamed } from './model-verify.ts'

/** Signs a model file or folder in the OpenSSF model-signing format. The signature lies beside it, never in it. */
export async function run([path = '']: readonly string[], options: Options): Promise<number> {
  if (!(await exists(path))) {
    throw new FailmodeError('file-not-found', { message: `there is no file or folder ${path} to sign.` })
  }
  const keyFile = text(options, 'key')
  if (keyFile === undefined) {
    throw new FailmodeError('usage', {
      message: 'no --key was given.',
      hint: 'Give a private key on P-256, P-384 or P-521: openssl ecparam -name prime256v1 -genkey -noout -out key.pem',
    })
  }
  const certificates = text(options, 'certificate')
  const output = text(options, 'signature') ?? `${path.replace(/[/\\]+$/, '')}.sig`
  const shardSize = whole(options, 'shardSize', { flag: '--shard-size', min: 1 })
  const bundle = await signModel(path, {
    key: await readNamed(keyFile, '--key'),
    ...(certificates === undefined ? {} : { certificates: await readFile(certificates, 'utf8') }),
    ...(shardSize === undefined ? {} : { shardSize }),
    ignorePaths: ignoredPaths(path, output, options),
    allowSymlinks: options.allowSymlinks === true,
  })
  await writeWhole(output, `${bundle}\n`)
  process.stdout.write(`${printable(output)}\n`)
  return 0
}

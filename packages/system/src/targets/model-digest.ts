import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { dirname, join } from 'node:path'
import { describeModel, type Model } from '@failmode/engine'

/** sha-256 over the model file and, in order of name, the files its weights lie in. */
export async function modelDigest(path: string, model: Model): Promise<string> {
  const hash = createHash('sha256')
  const files = [path, ...describeModel(model).externalFiles.map((name) => join(dirname(path), name))]
  for (const file of files) for await (const part of createReadStream(file)) hash.update(part as Uint8Array)
  return hash.digest('hex')
}

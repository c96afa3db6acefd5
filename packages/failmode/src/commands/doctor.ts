// What this machine has. Each line is one part, whether it is there, and what its absence means.
import { availableParallelism, totalmem } from 'node:os'
import { listProviders, runtimeVersion } from '@failmode/engine'
import { libraryVersions, toolVersion } from '@failmode/system'
import pc from 'picocolors'
import type { Options } from '../terminal/options.ts'

interface Part {
  readonly name: string
  readonly there: boolean
  readonly needed: boolean
  readonly detail: string
}

export async function run(_: readonly string[], options: Options): Promise<number> {
  const parts = await examine()
  if (options.json === true) process.stdout.write(`${JSON.stringify(parts, null, 2)}\n`)
  else {
    for (const { name, there, needed, detail } of parts) {
      const mark = there ? pc.green('✓') : needed ? pc.red('✗') : pc.dim('–')
      process.stdout.write(`${mark} ${name.padEnd(22)} ${detail}\n`)
    }
  }
  return parts.every(({ there, needed }) => there || !needed) ? 0 : 3
}

async function examine(): Promise<readonly Part[]> {
  const versions = libraryVersions()
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0)
  const parts: Part[] = [
    { name: 'failmode', there: true, needed: true, detail: toolVersion },
    {
      name: 'node',
      there: true,
      needed: true,
      detail: `${process.versions.node} on ${process.platform} ${process.arch}`,
    },
    {
      name: 'machine',
      there: true,
      needed: true,
      detail: `${availableParallelism()} cores (one worker each by default), ${gigabytes} GB of memory`,
    },
  ]
  try {
    parts.push({ name: 'onnxruntime', there: true, needed: true, detail: await runtimeVersion() })
    for (const { name, bundled } of await listProviders()) {
      parts.push({
        name: `provider ${name}`,
        there: bundled,
        needed: name === 'cpu',
        detail: bundled
          ? 'bundled; whether it runs shows when a session is made'
          : 'not bundled; models run without it',
      })
    }
  } catch (error) {
    parts.push({
      name: 'onnxruntime',
      there: false,
      needed: true,
      detail: `${error instanceof Error ? error.message : String(error)} Install onnxruntime-node; without it no ONNX model runs.`,
    })
  }
  const { sharp } = versions
  parts.push(
    sharp === undefined
      ? {
          name: 'sharp',
          there: false,
          needed: false,
          detail: 'picture folders, JPEG corruption and pictures in reports need it',
        }
      : { name: 'sharp', there: true, needed: false, detail: sharp },
  )
  return parts
}

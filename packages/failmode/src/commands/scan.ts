import { FailmodeError } from '@failmode/core'
import { type FileScan, type Scan, scanPaths, scanSarif } from '@failmode/scanner'
import { exists, toolVersion, writeWhole } from '@failmode/system'
import { type Options, oneOf, text, whole } from '../terminal/options.ts'
import { printScan } from '../terminal/print-scan.ts'

const forms = ['text', 'json', 'sarif'] as const

/**
 * Scans model files. Exit 0 only when all of them were examined and are clean; 1 when one is malicious, suspicious or
 * malformed; 3 when nothing worse was found than that something could not be examined.
 */
export async function run(paths: readonly string[], options: Options): Promise<number> {
  const form = options.json === true ? 'json' : oneOf(text(options, 'format') ?? 'text', forms, '--format')
  const output = text(options, 'output')
  const seconds = whole(options, 'seconds', { flag: '--seconds', min: 1 })
  for (const path of paths) {
    if (await exists(path)) continue
    throw new FailmodeError('file-not-found', {
      message: `there is no file or folder ${path}; nothing was scanned.`,
    })
  }
  const progress = process.stderr.isTTY && form === 'text'
  let count = 0
  const scan = await scanPaths(paths, {
    exclude: list(options.exclude),
    ...(seconds === undefined ? {} : { limits: { seconds } }),
    onFile: (file: FileScan) => {
      count += 1
      if (progress)
        process.stderr.write(
          `\r\u001b[K${count} scanned, ${file.verdict}: ${file.path.slice(-60).replace(/[^ -~]/g, '?')}`,
        )
    },
  })
  if (progress) process.stderr.write('\r\u001b[K')
  const document =
    form === 'sarif'
      ? scanSarif(scan, { version: toolVersion })
      : { schemaVersion: 1, tool: `failmode ${toolVersion}`, ...scan }
  if (form === 'text') printScan(scan, { all: options.all === true })
  else if (output === undefined) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
  if (output !== undefined) await writeWhole(output, `${JSON.stringify(document, null, 2)}\n`)
  return exitOfScan(scan)
}

function exitOfScan({ verdict }: Scan): number {
  if (verdict === 'clean') return 0
  return verdict === 'not-examined' ? 3 : 1
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

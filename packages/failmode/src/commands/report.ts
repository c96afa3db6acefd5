import { join, resolve } from 'node:path'
import { catalogue } from '@failmode/catalogue'
import { audiences } from '@failmode/report'
import { writeWhole } from '@failmode/system'
import { readRun } from '../read-run.ts'
import { type Options, oneOf, text } from '../terminal/options.ts'
import { renderReport, reportFormats } from '../write-reports.ts'

export async function run([name]: readonly string[], options: Options): Promise<number> {
  const format = oneOf(text(options, 'format') ?? 'html', reportFormats, '--format')
  const named = text(options, 'audience')
  const audience = named === undefined ? undefined : oneOf(named, audiences, '--audience')
  const { run: stored, folder } = await readRun(name as string)
  const report = renderReport(stored, format, {
    folder,
    catalogue,
    ...(audience === undefined ? {} : { audience }),
    ...(typeof options.shareSafe === 'boolean' ? { shareSafe: options.shareSafe } : {}),
  })
  const output = text(options, 'output')
  // A page is for a browser; every other form may be wanted in a pipe.
  const file = ['report', ...(audience === undefined ? [] : [audience]), 'html'].join('.')
  const path = output ?? (format === 'html' ? join(folder, file) : undefined)
  if (path === undefined) {
    process.stdout.write(report.endsWith('\n') ? report : `${report}\n`)
  } else {
    await writeWhole(resolve(path), report)
    process.stdout.write(`${resolve(path)}\n`)
  }
  return 0
}

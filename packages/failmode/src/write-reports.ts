import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Catalogue } from '@failmode/catalogue'
import type { RunDocument } from '@failmode/core'
import { type ReportFormat, renderers } from '@failmode/report'
import { writeWhole } from '@failmode/system'

/** The forms that `--format` takes. */
export const reportFormats = Object.keys(renderers) as readonly ReportFormat[]

/** Text of one report. Pictures are read from the run folder as they are needed. */
export function renderReport(
  run: RunDocument,
  format: ReportFormat,
  { folder, catalogue }: { readonly folder: string; readonly catalogue: Catalogue },
): string {
  return renderers[format].render(run, {
    catalogue,
    readBlob: (path) => {
      try {
        return readFileSync(join(folder, path))
      } catch {
        return undefined
      }
    },
  })
}

/** Writes `report.<extension>` into the run folder for each form; run.json is there already. Gives the paths. */
export async function writeReports(
  run: RunDocument,
  options: {
    readonly folder: string
    readonly formats: readonly ReportFormat[]
    readonly catalogue: Catalogue
  },
): Promise<readonly string[]> {
  const written: string[] = []
  for (const format of new Set(options.formats)) {
    if (format === 'json') continue
    const path = join(options.folder, `report${renderers[format].extension}`)
    await writeWhole(path, renderReport(run, format, options))
    written.push(path)
  }
  return written
}

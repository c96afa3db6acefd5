import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Catalogue } from '@failmode/catalogue'
import { barOf, chooseBar, type RunDocument } from '@failmode/core'
import { type Audience, type ReportFormat, renderers } from '@failmode/report'
import { writeWhole } from '@failmode/system'

/** The forms that `--format` takes. */
export const reportFormats = Object.keys(renderers) as readonly ReportFormat[]

export interface ReportChoice {
  /** Of the run. */
  readonly folder: string
  readonly catalogue: Catalogue
  readonly audience?: Audience
  /** Each form's own default when absent. */
  readonly shareSafe?: boolean
}

/** Text of one report. Pictures are read from the run folder as they are needed. */
export function renderReport(
  run: RunDocument,
  format: ReportFormat,
  { folder, catalogue, ...choice }: ReportChoice,
): string {
  return renderers[format].render(run, {
    ...choice,
    catalogue: chooseBar(catalogue, barOf(run)).catalogue,
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
  options: ReportChoice & { readonly formats: readonly ReportFormat[] },
): Promise<readonly string[]> {
  const { formats, ...choice } = options
  const written: string[] = []
  for (const format of new Set(formats)) {
    if (format === 'json') continue
    const path = join(options.folder, `report${renderers[format].extension}`)
    await writeWhole(path, renderReport(run, format, choice))
    written.push(path)
  }
  return written
}

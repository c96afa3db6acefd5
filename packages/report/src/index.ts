// The front door of report.
import { renderCsv } from './csv.ts'
import { renderHtml } from './html/html.tsx'
import { renderJson } from './json.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import type { Renderer } from './renderer.ts'
import { renderSarif } from './sarif.ts'
import { shareSafe } from './share-safe.ts'

export { formatInterval, formatMeasurement, formatNumber, formatPercent, formatValue } from './format.ts'
export { code, inline } from './markdown.ts'
export type { Audience, Renderer, RenderOptions } from './renderer.ts'
export type { ReportCatalogue } from './report-catalogue.ts'
export { runAgain } from './run-again.ts'
export { shareSafe } from './share-safe.ts'
export { findingsOf, type ModeRow, modesTable } from './table.ts'
export { oneLine, visibleText } from './visible-text.ts'
export { involvedText, roleNames } from './whom-words.ts'
export {
  audiences,
  byRating,
  type OutcomeWords,
  outcomeWords,
  type Rating,
  ratingText,
  type Verdict,
  verdict,
} from './wording.ts'

export type ReportFormat = 'html' | 'json' | 'md' | 'sarif' | 'junit' | 'csv'

/** Every form of report, by the name that `--format` takes. */
export const renderers: Readonly<Record<ReportFormat, Renderer>> = {
  html: renderer('html', '.html', 'text/html', false, renderHtml),
  json: renderer('json', '.json', 'application/json', false, renderJson),
  md: renderer('md', '.md', 'text/markdown', false, renderMarkdown),
  sarif: renderer('sarif', '.sarif', 'application/sarif+json', true, renderSarif),
  junit: renderer('junit', '.junit.xml', 'application/xml', true, renderJunit),
  csv: renderer('csv', '.csv', 'text/csv', false, renderCsv),
}

/** Decides once, for every form, whether the run is made share-safe first. */
function renderer(
  format: ReportFormat,
  extension: string,
  mediaType: string,
  shareSafeByDefault: boolean,
  render: Renderer['render'],
): Renderer {
  return {
    format,
    extension,
    mediaType,
    shareSafeByDefault,
    render: (run, options) =>
      render((options.shareSafe ?? shareSafeByDefault) ? shareSafe(run) : run, options),
  }
}

// The report as one HTML file. It is React rendered once to static markup: no script, no font, no request; the
// pictures are data URIs, and the content policy in its head forbids everything else, so that nothing that a
// stranger named a file or a label can make it load or run anything. Every text goes through React's escaping.
import type { RunDocument } from '@failmode/core'
import { renderToStaticMarkup } from 'react-dom/server'
import { mapStrings } from '../map-strings.ts'
import { choosePictures } from '../picture-budget.ts'
import type { RenderOptions } from '../renderer.ts'
import { visibleText } from '../visible-text.ts'
import { ReportPage } from './components/report-page.tsx'
import { style } from './style.ts'

/** Characters of base64 that pictures may take; the text of a full report needs a few hundred kB beside it. */
export const pictureBudget = 2_500_000

const contentPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

export function renderHtml(
  run: RunDocument,
  { catalogue, readBlob, audience }: Pick<RenderOptions, 'catalogue' | 'readBlob' | 'audience'>,
): string {
  const pictures = choosePictures(run, readBlob, pictureBudget)
  const visible = mapStrings(run, visibleText)
  const markup = renderToStaticMarkup(
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta httpEquiv="Content-Security-Policy" content={contentPolicy} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>{`${visible.system.name}: failmode report`}</title>
        <link rel="icon" href="data:," />
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: our own style sheet, no text of a run in it */}
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body className={audience === undefined ? undefined : `for-${audience}`}>
        <ReportPage run={visible} catalogue={catalogue} pictures={pictures} audience={audience} />
      </body>
    </html>,
  )
  return `<!doctype html>\n${markup}\n`
}

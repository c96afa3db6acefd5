import type { RunDocument } from '@failmode/core'
import type { ReportCatalogue } from './report-catalogue.ts'

export type Audience = 'engineer' | 'responder' | 'policy'

export interface RenderOptions {
  /** Words for modes and mitigations. */
  readonly catalogue: ReportCatalogue
  /** Bytes of a file of the run folder, or undefined when it is not there. Without it no picture is shown. */
  readonly readBlob?: (path: string) => Uint8Array | undefined
  /** Leave out what may not leave the house; without it each form has its own default. */
  readonly shareSafe?: boolean
  /** For whom findings are written; without it for the engineer, with all three voices on each mode. */
  readonly audience?: Audience
}

/** One form of report. Nothing outside a renderer's file asks which form it is. */
export interface Renderer {
  readonly format: string
  /** With the dot. */
  readonly extension: string
  readonly mediaType: string
  readonly shareSafeByDefault: boolean
  /** The whole report as text. Pure: the same run gives the same text. */
  render(run: RunDocument, options: RenderOptions): string
}

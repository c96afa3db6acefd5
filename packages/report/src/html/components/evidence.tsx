import type { Evidence, ImageEvidence } from '@failmode/core'
import { formatNumber } from '../../format.ts'
import type { Pictures } from '../../picture-budget.ts'
import { CurvePlot } from './curve-plot.tsx'
import { each } from './each.tsx'

export interface EvidenceProps {
  readonly evidence: Evidence
  readonly pictures: Pick<Pictures, 'uri'>
}

export function EvidenceView({ evidence, pictures }: EvidenceProps) {
  switch (evidence.kind) {
    case 'images':
      return <ImageStrip strip={evidence} pictures={pictures} />
    case 'curve':
      return <CurvePlot title={evidence.title} x={evidence.x} y={evidence.y} series={evidence.series} />
    case 'table':
      return <DataTable title={evidence.title} columns={evidence.columns} rows={evidence.rows} />
    case 'file':
      return <FileDigest file={evidence} />
  }
}

function ImageStrip({
  strip,
  pictures,
}: {
  readonly strip: ImageEvidence
  readonly pictures: Pick<Pictures, 'uri'>
}) {
  return (
    <figure className="strip">
      <figcaption>
        <bdi>{strip.title}</bdi>
        {strip.caption === undefined ? null : <span className="quiet"> {strip.caption}</span>}
      </figcaption>
      <div className="frames">
        {each(strip.images, ({ label, blob, width, height }) => {
          const uri = pictures.uri(blob)
          const shown = shownWidth(width)
          return (
            <figure className="frame" style={{ width: Math.max(96, shown) }}>
              {uri === undefined ? (
                <div className="no-picture">
                  <code>{blob.path}</code>
                </div>
              ) : (
                <img
                  src={uri}
                  alt={label}
                  width={shown}
                  height={Math.round((shown * height) / width)}
                  className={width < 96 ? 'pixels' : undefined}
                />
              )}
              <figcaption>
                <bdi>{label}</bdi>
              </figcaption>
            </figure>
          )
        })}
      </div>
    </figure>
  )
}

/** Small pictures are enlarged by a whole factor, so that their pixels stay square; large ones are shrunk. */
function shownWidth(width: number): number {
  return width < 96 ? width * Math.ceil(96 / width) : Math.min(width, 224)
}

function DataTable({
  title,
  columns,
  rows,
}: {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number | null)[])[]
}) {
  return (
    <figure className="evidence-table">
      <figcaption>
        <bdi>{title}</bdi>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard */}
      <section className="scroll" tabIndex={0} aria-label={title}>
        <table className="data">
          <thead>
            <tr>
              {each(columns, (column) => (
                <th scope="col">
                  <bdi>{column}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {each(rows, (row) => (
              <tr>
                {each(row, (cell) => (
                  <td className={typeof cell === 'number' ? 'number' : undefined}>
                    {cell === null ? (
                      <span className="quiet">none</span>
                    ) : typeof cell === 'number' ? (
                      formatNumber(cell)
                    ) : (
                      <bdi>{cell}</bdi>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </figure>
  )
}

function FileDigest({ file }: { readonly file: Extract<Evidence, { kind: 'file' }> }) {
  const same = file.expected !== null && file.expected === file.actual
  return (
    <figure className="digest">
      <figcaption>
        <bdi>{file.title}</bdi>
      </figcaption>
      <dl className="facts">
        <dt>File</dt>
        <dd>
          <code>{file.path}</code>
        </dd>
        <dt>Expected</dt>
        <dd>
          {file.expected === null ? (
            <span className="quiet">nothing on record</span>
          ) : (
            <code>{file.expected}</code>
          )}
        </dd>
        <dt>Actual</dt>
        <dd>
          {file.actual === null ? <span className="quiet">missing</span> : <code>{file.actual}</code>}
          {file.expected === null || file.actual === null ? null : same ? ' (the same)' : ' (differs)'}
        </dd>
      </dl>
    </figure>
  )
}

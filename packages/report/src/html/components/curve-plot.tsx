import type { CurveData } from '../../charts.ts'
import { formatTick } from '../../format.ts'
import { powers, ticks } from '../../ticks.ts'
import { each } from './each.tsx'
import { axisFor } from './track.tsx'

// Drawn for 360 units, the width of a phone, so its text is never smaller than it is there.
const width = 360
const height = 236
const plot = { left: 46, right: 350, top: 12, bottom: 190 }
/** Series differ in dash and in the shape of their points; colour only helps. */
const dashes = ['', '7 3', '2 3', '9 3 2 3', '1 4']

export function CurvePlot({ title, x, y, series }: CurveData) {
  const lines = series
    .map(({ label, points }) => ({
      label,
      points: points.filter((p) => hasPlace(p.x, x) && hasPlace(p.y, y)),
    }))
    .filter(({ points }) => points.length > 0)
  if (lines.length === 0) return <p className="quiet">{title}: no points to draw.</p>
  const all = lines.flatMap(({ points }) => points)
  const across = all.map((p) => p.x)
  const up = all.flatMap((p) => [p.y, p.low ?? p.y, p.high ?? p.y]).filter((value) => hasPlace(value, y))
  const xAxis = x.scale === 'log' ? powers(across) : ticks(Math.min(...across), Math.max(...across), 6)
  const yAxis = y.scale === 'log' ? powers(up) : axisFor(up, y.unit ?? '', 5)
  const px = place(x, xAxis, plot.left, plot.right)
  const py = place(y, yAxis, plot.bottom, plot.top)
  return (
    <figure className="curve">
      <figcaption>
        <bdi>{title}</bdi>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${title}: ${axisTitle(y)} against ${axisTitle(x)}`}
      >
        {each(yAxis, (tick) => (
          <g>
            <line x1={plot.left} x2={plot.right} y1={py(tick)} y2={py(tick)} className="grid" />
            <text x={plot.left - 6} y={py(tick) + 3.5} textAnchor="end">
              {formatTick(tick, y.unit ?? '')}
            </text>
          </g>
        ))}
        {each(xAxis, (tick) => (
          <g>
            <line x1={px(tick)} x2={px(tick)} y1={plot.bottom} y2={plot.bottom + 4} className="axis-rule" />
            <text x={px(tick)} y={plot.bottom + 16} textAnchor="middle">
              {formatTick(tick, x.unit ?? '')}
            </text>
          </g>
        ))}
        <line x1={plot.left} x2={plot.right} y1={plot.bottom} y2={plot.bottom} className="axis-rule" />
        <text x={(plot.left + plot.right) / 2} y={height - 8} textAnchor="middle" className="axis-title">
          {shortened(axisTitle(x), 52)}
        </text>
        <text
          x="0"
          y="0"
          transform={`translate(11 ${(plot.top + plot.bottom) / 2}) rotate(-90)`}
          textAnchor="middle"
          className="axis-title"
        >
          {shortened(axisTitle(y), 32)}
        </text>
        {each(lines, ({ points }, i) => (
          <g className={`series s${(i % 5) + 1}`}>
            {points.every((p) => p.low !== undefined && p.high !== undefined) && points.length > 1 ? (
              <polygon
                className="band"
                points={[
                  ...points.map((p) => `${px(p.x)},${py(p.high as number)}`),
                  ...[...points].reverse().map((p) => `${px(p.x)},${py(p.low as number)}`),
                ].join(' ')}
              />
            ) : null}
            <polyline
              points={points.map((p) => `${px(p.x)},${py(p.y)}`).join(' ')}
              strokeDasharray={dashes[i % dashes.length]}
            />
            {points.length > 40 ? null : each(points, (p) => <Point shape={i} x={px(p.x)} y={py(p.y)} />)}
          </g>
        ))}
      </svg>
      {lines.length < 2 ? null : (
        <ul className="legend">
          {each(lines, ({ label }, i) => (
            <li>
              <svg
                width="34"
                height="12"
                viewBox="0 0 34 12"
                aria-hidden="true"
                className={`series s${(i % 5) + 1}`}
              >
                <polyline points="1,6 33,6" strokeDasharray={dashes[i % dashes.length]} />
                <Point shape={i} x={17} y={6} />
              </svg>
              <bdi>{label}</bdi>
            </li>
          ))}
        </ul>
      )}
    </figure>
  )
}

function Point({ shape, x, y }: { readonly shape: number; readonly x: number; readonly y: number }) {
  switch (shape % 3) {
    case 0:
      return <circle cx={x} cy={y} r="3.2" className="point" />
    case 1:
      return <rect x={x - 3} y={y - 3} width="6" height="6" className="point hollow" />
    default:
      return <path d={`M${x} ${y - 4}l4 7h-8z`} className="point" />
  }
}

/** Numbers that can be drawn on the axis: those above 0 where it is logarithmic. */
function hasPlace(value: number, { scale }: CurveData['x']): boolean {
  return Number.isFinite(value) && (scale !== 'log' || value > 0)
}

function place(
  { scale }: CurveData['x'],
  axis: readonly number[],
  from: number,
  to: number,
): (value: number) => number {
  const along = scale === 'log' ? (value: number) => Math.log10(value) : (value: number) => value
  const first = along(axis[0] ?? 1)
  const span = along(axis.at(-1) ?? 1) - first || 1
  // An interval may reach below the lowest power; it ends at the edge.
  const least = axis[0] ?? 1
  return (value) => {
    const shown = scale === 'log' ? Math.max(value, least) : value
    return Math.round((from + ((along(shown) - first) / span) * (to - from)) * 10) / 10
  }
}

function axisTitle({ label, unit }: CurveData['x']): string {
  return unit === undefined || unit === '' ? label : `${label} (${unit === 'fraction' ? '%' : unit})`
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}

// Which chart a set of measurements can be seen as, decided from the shape of their slices alone: two slice keys
// that vary make a heat map, one numeric key makes a curve, and rates that stand alone share an interval plot.
// No name of a mode, attack or corruption is looked at, so a plugin's measurements are drawn like ours.
import type { Evidence, Measurement } from '@failmode/core'
import { formatSlice } from './format.ts'

export type CurveData = Pick<Extract<Evidence, { kind: 'curve' }>, 'title' | 'x' | 'y' | 'series'>

export interface HeatMapData {
  readonly title: string
  readonly unit: string
  readonly rowKey: string
  readonly columnKey: string
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  /** [row][column]; null where nothing was measured. */
  readonly cells: readonly (readonly (Measurement | null)[])[]
}

export interface DotsData {
  readonly unit: string
  readonly rows: readonly {
    readonly label: string
    readonly note: string
    readonly measurement: Measurement
  }[]
}

export interface Charts {
  readonly heatMaps: readonly HeatMapData[]
  readonly curves: readonly CurveData[]
  readonly dots: readonly DotsData[]
}

export function chartsOf(measurements: readonly Measurement[]): Charts {
  const heatMaps: HeatMapData[] = []
  const curves: CurveData[] = []
  const loose: Measurement[] = []
  for (const group of grouped(measurements.filter(({ n }) => n > 0))) {
    const keys = varyingKeys(group)
    const heatMap = keys.length === 2 ? heatMapOf(group, keys as [string, string]) : undefined
    const curve = keys.length === 1 ? curveOf(group, keys[0] as string) : undefined
    if (heatMap !== undefined) heatMaps.push(heatMap)
    else if (curve !== undefined) curves.push(curve)
    else loose.push(...group)
  }
  const fractions = loose.filter(({ unit, interval }) => unit === 'fraction' && interval !== undefined)
  const dots = fractions.length < 2 ? [] : [{ unit: 'fraction', rows: fractions.map(dotRow) }]
  return { heatMaps, curves, dots }
}

function dotRow(measurement: Measurement): DotsData['rows'][number] {
  const note = [measurement.attack ?? '', formatSlice(measurement.slice)]
    .filter((part) => part !== '')
    .join(', ')
  return { label: measurement.name, note, measurement }
}

/** Measurements that differ in nothing but their slice. */
function grouped(measurements: readonly Measurement[]): readonly (readonly Measurement[])[] {
  const groups = new Map<string, Measurement[]>()
  for (const measurement of measurements) {
    const { name, unit, attack, variant, slice } = measurement
    const key = JSON.stringify([name, unit, attack, variant, Object.keys(slice ?? {}).sort()])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [measurement])
    else group.push(measurement)
  }
  return [...groups.values()]
}

function varyingKeys(group: readonly Measurement[]): readonly string[] {
  return Object.keys(group[0]?.slice ?? {}).filter(
    (key) => new Set(group.map(({ slice }) => slice?.[key])).size > 1,
  )
}

function heatMapOf(
  group: readonly Measurement[],
  [a, b]: readonly [string, string],
): HeatMapData | undefined {
  const values = (key: string) => [...new Set(group.map(({ slice }) => slice?.[key] ?? ''))]
  const numeric = (key: string) => values(key).every((value) => typeof value === 'number')
  // Levels run across; where neither or both keys are levels, the one with fewer values does.
  const across =
    numeric(a) !== numeric(b) ? (numeric(a) ? a : b) : values(a).length < values(b).length ? a : b
  const down = across === a ? b : a
  const columns = sortedValues(values(across))
  const rows = numeric(down) ? sortedValues(values(down)) : values(down)
  const cells = rows.map((row) =>
    columns.map((column) => group.filter(({ slice }) => slice?.[down] === row && slice?.[across] === column)),
  )
  if (group.length < 4 || cells.some((line) => line.some((cell) => cell.length > 1))) return undefined
  const first = group[0] as Measurement
  return {
    title: first.attack === undefined ? first.name : `${first.name}, ${first.attack}`,
    unit: first.unit,
    rowKey: down,
    columnKey: across,
    rows: rows.map(String),
    columns: columns.map(String),
    cells: cells.map((line) => line.map((cell) => cell[0] ?? null)),
  }
}

function curveOf(group: readonly Measurement[], key: string): CurveData | undefined {
  const points = group.flatMap(({ slice, value, interval }) => {
    const x = slice?.[key]
    return typeof x === 'number'
      ? [{ x, y: value, ...(interval && { low: interval.low, high: interval.high }) }]
      : []
  })
  const distinct = new Set(points.map(({ x }) => x)).size
  if (points.length < 3 || points.length !== group.length || distinct !== points.length) return undefined
  const first = group[0] as Measurement
  return {
    title: first.attack === undefined ? first.name : `${first.name}, ${first.attack}`,
    x: { label: key },
    y: { label: first.name, unit: first.unit },
    series: [{ label: first.attack ?? first.name, points: points.sort((p, q) => p.x - q.x) }],
  }
}

function sortedValues(values: readonly (string | number)[]): readonly (string | number)[] {
  return values.every((value) => typeof value === 'number')
    ? [...(values as number[])].sort((p, q) => p - q)
    : values
}

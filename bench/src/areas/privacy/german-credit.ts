// German Credit as a table of features, as a tree sees it, and as columns of 0 and 1, as a linear model does.
import { readFileSync } from 'node:fs'
import type { Feature } from '../../../../packages/probes/src/05-model-stealing/attacks/service.ts'
import type { SharedData } from '../../shared-data.ts'

export interface CreditTable {
  readonly features: readonly Feature[]
  readonly rows: readonly Float64Array[]
  /** 0 good, 1 bad. */
  readonly labels: readonly number[]
  /** [rows, columns] in 0..1: numbers scaled, a column for each value of a category. */
  readonly oneHot: Float64Array
  readonly columns: number
  /** Three classes: good, bad with little at stake, bad with much. */
  readonly third: readonly number[]
}

export function germanCredit(data: SharedData | null): CreditTable | null {
  const file = data?.file('tabular/german-credit.arff')
  if (file == null) return null
  const attributes: { readonly name: string; readonly values: readonly string[] | null }[] = []
  const records: string[][] = []
  let inData = false
  for (const line of readFileSync(file, 'utf8').split(/\r?\n/)) {
    if (line.startsWith('%') || line.trim() === '') continue
    if (/^@data/i.test(line)) inData = true
    else if (inData) records.push(cells(line))
    else {
      const match = /^@attribute\s+(\S+)\s+(.*)$/i.exec(line)
      if (match === null) continue
      const [, name = '', type = ''] = match
      attributes.push({
        name,
        values: type.startsWith('{') ? cells(type.slice(1, type.lastIndexOf('}'))) : null,
      })
    }
  }
  const inputs = attributes.slice(0, -1)
  const codes = records.map((record) =>
    Float64Array.from(inputs, ({ values }, f) =>
      values === null ? Number(record[f]) : values.indexOf(record[f]!),
    ),
  )
  const features = inputs.map(({ values }, f): Feature => {
    if (values !== null) return { kind: 'category', values: values.map((_, i) => i) }
    const own = codes.map((row) => row[f]!)
    return { kind: 'number', low: Math.min(...own), high: Math.max(...own), step: 1 }
  })
  const width = features.reduce(
    (sum, feature) => sum + (feature.kind === 'number' ? 1 : feature.values.length),
    0,
  )
  const oneHot = new Float64Array(codes.length * width)
  for (const [r, row] of codes.entries()) {
    let at = r * width
    for (const [f, feature] of features.entries()) {
      if (feature.kind === 'number') oneHot[at++] = (row[f]! - feature.low) / (feature.high - feature.low)
      else {
        oneHot[at + row[f]!] = 1
        at += feature.values.length
      }
    }
  }
  const labels = records.map((record) => (record.at(-1) === 'good' ? 0 : 1))
  // Good, bad with little at stake, bad with much.
  const amount = inputs.findIndex(({ name }) => name === 'credit_amount')
  return {
    features,
    rows: codes,
    labels,
    oneHot,
    columns: width,
    third: codes.map((row, i) => (labels[i] === 0 ? 0 : row[amount]! < 2500 ? 1 : 2)),
  }
}

function cells(text: string): string[] {
  return Array.from(text.matchAll(/'([^']*)'|([^,\s][^,]*)/g), ([, quoted, plain]) => quoted ?? plain!.trim())
}

// Tables of comma- or tab-separated values. Rows are read as a stream and each number goes straight into one
// array; nothing is guessed where a guess could lose a row: a first line that is neither all numbers nor all
// names has to be explained with `header`.
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { FailmodeError, type Metadata, nearest } from '@failmode/core'
import { type CsvError, type Info, parse } from 'csv-parse'
import type { TableSpec } from '../config/config-schema.ts'
import { dataInvalid, maxDataBytes, type RawArray } from './raw-array.ts'
import { fileError, isGzipFile, type ReadOptions } from './read-bytes.ts'

export interface TableOptions extends ReadOptions {
  readonly delimiter: ',' | '\t'
  readonly spec: Omit<TableSpec, 'file' | 'shape'>
  /** Columns that say something of a row and are no features. */
  readonly metadata?: readonly string[] | undefined
}

export interface Table {
  /** [rows, features] */
  readonly features: RawArray
  /** Text of the label column, one a row; null when the spec names none. */
  readonly labels: readonly string[] | null
  /** Names of the feature columns; their numbers where the file has no header. */
  readonly columns: readonly string[]
  /** Text of the columns of metadata; null for an empty cell. */
  readonly metadata: Metadata
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/**
 * Reads a table.
 * @throws FailmodeError `data-invalid` (names the line and column of the first cell that is not a number, a ragged
 * row, a broken quote), `data-mismatch` (a column that is not there), `data-empty`, `file-not-found`
 */
export async function readTable(path: string, options: TableOptions): Promise<Table> {
  const { name, signal, spec } = options
  let columns: Columns | undefined
  let values = new Float32Array(4096)
  let used = 0
  const labels: string[] = []
  // Column names are the user's, and could be those of every object.
  const metadata: Record<string, (string | null)[]> = Object.create(null)

  const takeRow = (record: readonly string[], line: number): void => {
    if (columns === undefined) {
      const header = hasHeader(record, spec, name)
      columns = chooseColumns(record, header, { ...spec, metadata: options.metadata }, name)
      for (const { name: column } of columns.metadata) metadata[column] = []
      if (header) return
    }
    if (used + columns.features.length > values.length) {
      if (values.byteLength * 2 > maxDataBytes)
        throw dataInvalid(name, `holds more than ${maxDataBytes} bytes of numbers`)
      const larger = new Float32Array(Math.max(values.length * 2, used + columns.features.length))
      larger.set(values)
      values = larger
    }
    for (const index of columns.features) {
      const cell = record[index]!
      if (!decimal.test(cell)) {
        const what = cell === '' ? 'an empty cell' : JSON.stringify(cell.slice(0, 40))
        throw dataInvalid(
          name,
          `has ${what} in line ${line}, column "${columns.names[index]}", expected a number`,
          {
            hint: 'Turn words into numbers and fill or drop what is missing, or leave the column out with "features".',
          },
        )
      }
      values[used++] = Number(cell)
    }
    if (columns.label !== undefined) labels.push(record[columns.label]!)
    for (const { name: column, index } of columns.metadata) metadata[column]!.push(textOf(record[index]!))
  }

  await readRows(path, options, async (rows) => {
    for await (const { record, info } of rows) {
      signal?.throwIfAborted()
      takeRow(record, info.lines)
    }
  })
  const width = columns?.features.length ?? 0
  const count = width === 0 ? 0 : used / width
  if (columns === undefined || count === 0) {
    throw new FailmodeError('data-empty', {
      message: `${name} has no rows.`,
      hint: 'Give a table with samples.',
    })
  }
  return {
    features: { dtype: 'float32', shape: [count, width], data: values.slice(0, used) },
    labels: columns.label === undefined ? null : labels,
    metadata,
    columns: columns.features.map((index) => columns!.names[index]!),
  }
}

/** A cell as text; null when nothing stands there. */
function textOf(cell: string): string | null {
  return cell === '' ? null : cell
}

/**
 * Reads columns of text from a table with a header.
 * @throws FailmodeError those of `readTable`
 */
export async function readTextColumns(
  path: string,
  {
    wanted,
    ...options
  }: Omit<TableOptions, 'spec' | 'metadata'> & { readonly wanted?: readonly string[] | undefined },
): Promise<Metadata> {
  let columns: readonly { readonly name: string; readonly index: number }[] | undefined
  const texts: Record<string, (string | null)[]> = Object.create(null)
  await readRows(path, options, async (rows) => {
    for await (const { record } of rows) {
      options.signal?.throwIfAborted()
      if (columns === undefined) {
        columns = chooseTextColumns(record, wanted, options.name)
        for (const { name } of columns) texts[name] = []
        continue
      }
      for (const { name, index } of columns) texts[name]!.push(textOf(record[index]!))
    }
  })
  if (columns === undefined) {
    throw new FailmodeError('data-empty', {
      message: `${options.name} has no rows.`,
      hint: 'Give a table with one row a sample below a line of names.',
    })
  }
  return texts
}

function chooseTextColumns(header: readonly string[], wanted: readonly string[] | undefined, name: string) {
  const twice = header.find((column, i) => header.indexOf(column) !== i)
  if (twice !== undefined) throw dataInvalid(name, `has two columns called "${twice}"`)
  return (wanted ?? header).map((column) => {
    const index = header.indexOf(column)
    if (index >= 0) return { name: column, index }
    const near = nearest(column, header)
    throw new FailmodeError('data-mismatch', {
      message: `${name} has no column "${column}".`,
      hint: near === undefined ? `Columns: ${header.slice(0, 12).join(', ')}.` : `Did you mean "${near}"?`,
    })
  })
}

/** The first `count` rows as text, for looking at a table. */
export async function readFirstRows(
  path: string,
  { count, ...options }: Omit<TableOptions, 'spec'> & { readonly count: number },
): Promise<readonly (readonly string[])[]> {
  const rows: (readonly string[])[] = []
  await readRows(path, { ...options, to: count }, async (records) => {
    for await (const { record } of records) rows.push(record)
  })
  return rows
}

type Row = { readonly record: readonly string[]; readonly info: Info }

async function readRows(
  path: string,
  { name, signal, delimiter, to }: Omit<TableOptions, 'spec'> & { readonly to?: number },
  take: (rows: AsyncIterable<Row>) => Promise<void>,
): Promise<void> {
  const gzip = await isGzipFile(path, { name })
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    max_record_size: 2 ** 24,
    // Tab-separated files have no quoting: a quote in them is a character like any other.
    quote: delimiter === '\t' ? null : '"',
    skip_empty_lines: true,
    trim: true,
    ...(to === undefined ? {} : { to }),
  })
  const source = createReadStream(path)
  let refusal: FailmodeError | undefined
  const sink = async (rows: AsyncIterable<unknown>) => {
    await take(rows as AsyncIterable<Row>).catch((cause) => {
      // The pipeline may report that it was stopped instead of why.
      if (cause instanceof FailmodeError) refusal = cause
      throw cause
    })
  }
  try {
    const options = signal === undefined ? {} : { signal }
    if (gzip) await pipeline(source, createGunzip(), parser, sink, options)
    else await pipeline(source, parser, sink, options)
  } catch (cause) {
    signal?.throwIfAborted()
    if (refusal !== undefined) throw refusal
    const { code, lines } = cause as CsvError & { readonly lines?: number }
    if (typeof code === 'string' && code.startsWith('CSV_')) {
      throw dataInvalid(name, `is broken at line ${lines}: ${wordsOfCsv[code] ?? (cause as Error).message}`, {
        cause,
      })
    }
    if (typeof code === 'string' && code.startsWith('Z_'))
      throw dataInvalid(name, 'is not a whole gzip file', { cause })
    throw fileError(cause, name)
  }
}

const wordsOfCsv: Readonly<Record<string, string>> = {
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'the row has another number of cells than the first one',
  CSV_RECORD_INCONSISTENT_COLUMNS: 'the row has another number of cells than the first one',
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
  CSV_INVALID_CLOSING_QUOTE: 'something stands behind a closing quote',
  INVALID_OPENING_QUOTE: 'a quote stands inside a cell that does not begin with one',
  CSV_MAX_RECORD_SIZE: 'the row is longer than 16 MiB',
}

interface Columns {
  readonly names: readonly string[]
  readonly metadata: readonly { readonly name: string; readonly index: number }[]
  readonly features: readonly number[]
  readonly label: number | undefined
}

function hasHeader(first: readonly string[], spec: TableOptions['spec'], name: string): boolean {
  if (spec.header !== undefined) return spec.header
  const numeric = first.filter((cell) => decimal.test(cell)).length
  if (numeric === 0) return true
  if (numeric === first.length) return false
  // A label in words beside numbers may be a row; names that are numbers may be a header.
  throw dataInvalid(name, 'begins with a line of names and numbers, which may be a header or a row', {
    hint: 'Say which with "header": true or "header": false.',
  })
}

function chooseColumns(
  first: readonly string[],
  header: boolean,
  spec: TableOptions['spec'] & Pick<TableOptions, 'metadata'>,
  name: string,
): Columns {
  const names = header ? first : first.map((_, i) => String(i))
  const find = (wanted: string | number): number => {
    const index = typeof wanted === 'number' ? wanted : names.indexOf(wanted)
    if (index >= 0 && index < names.length) {
      if (typeof wanted === 'number' || names.indexOf(wanted, index + 1) === -1) return index
      throw dataInvalid(name, `has two columns called "${wanted}"`, {
        hint: 'Name the column by its number, from 0.',
      })
    }
    const near = typeof wanted === 'string' ? nearest(wanted, names) : undefined
    throw new FailmodeError('data-mismatch', {
      message:
        typeof wanted === 'number'
          ? `${name} has ${names.length} columns, but column ${wanted} (counted from 0) was named.`
          : `${name} has no column "${wanted}"${header ? '' : ' because it has no header'}.`,
      hint: near === undefined ? `Columns: ${names.slice(0, 12).join(', ')}.` : `Did you mean "${near}"?`,
    })
  }
  const label = spec.label === undefined ? undefined : find(spec.label)
  const metadata = (spec.metadata ?? []).map((column) => ({ name: column, index: find(column) }))
  const taken = new Set([label, ...metadata.map(({ index }) => index)])
  const features = spec.features?.map(find) ?? names.map((_, i) => i).filter((i) => !taken.has(i))
  if (features.length === 0) throw dataInvalid(name, 'has no column beside the label')
  return { names, features, label, metadata }
}

// What `--data` may point at: a file, or a folder, in any of the formats, without a description. Files are told
// apart by their endings, their parts by the words in their names (x and y, images and labels, train and test).
// Where two readings are possible it is an error and not a guess.
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { FailmodeError } from '@failmode/core'
import type { DataSpec } from '../config/config-schema.ts'
import { readFirstRows } from './csv.ts'
import { npzNames } from './npz.ts'
import { fileError, readBytes } from './read-bytes.ts'

export interface FoundData {
  /** Data sets by name: `test`, `train`, `validation`. */
  readonly data: Readonly<Record<string, DataSpec>>
  /** Class names in the order in which indices are given, where the format has them. */
  readonly labels: readonly string[] | null
}

export interface FindDataOptions {
  /** What the paths in the result are relative to: the folder of the configuration. */
  readonly folder: string
  readonly signal?: AbortSignal
}

const inputWords = new Set(['x', 'input', 'inputs', 'image', 'images', 'data', 'samples', 'features'])
const labelWords = new Set(['y', 'label', 'labels', 'target', 'targets', 'class', 'classes'])
const splitWords: Readonly<Record<string, string>> = {
  train: 'train',
  training: 'train',
  test: 'test',
  t10k: 'test',
  testing: 'test',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
}

/**
 * Finds the data at `path`.
 * @throws FailmodeError `file-not-found`, `inference-failed` when nothing usable is there or it has two readings
 */
export async function findData(path: string, options: FindDataOptions): Promise<FoundData> {
  const full = resolve(path)
  const facts = await stat(full).catch((cause) => {
    throw fileError(cause, path)
  })
  const found = facts.isDirectory()
    ? await findInFolder(full, path, options)
    : await findByFile(full, path, options)
  if (Object.keys(found.data).length > 0) return found
  throw failed(
    `${path} holds no data in a form that is known.`,
    'Give a .npz with x and y, x.npy beside y.npy, an IDX pair, a .csv with a column "label", or a folder a class.',
  )
}

/** A name taken apart: which data set it belongs to and what it is. */
interface Parsed {
  readonly split: string
  readonly part: 'inputs' | 'labels' | null
}

function parseName(name: string): Parsed {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  const isLabel = words.some((word) => labelWords.has(word))
  const isInput = words.some((word) => inputWords.has(word))
  const split = words.map((word) => splitWords[word]).find((word) => word !== undefined) ?? 'test'
  // `data-labels` is labels: the word for labels says more.
  return { split, part: isLabel ? 'labels' : isInput ? 'inputs' : null }
}

/** Pairs inputs with labels among named things; each data set may have one of each. */
function pair(
  names: readonly string[],
  path: string,
): ReadonlyMap<string, { inputs: string; labels?: string }> {
  const found = new Map<string, { inputs?: string; labels?: string }>()
  for (const name of names) {
    const { split, part } = parseName(name)
    if (part === null) continue
    const entry = found.get(split) ?? {}
    if (entry[part] !== undefined) {
      throw failed(
        `${path} holds both "${entry[part]}" and "${name}", and either could be the ${part} of "${split}".`,
        'Name the files in a configuration.',
      )
    }
    found.set(split, { ...entry, [part]: name })
  }
  return new Map(
    [...found].flatMap(([split, { inputs, labels }]) =>
      inputs === undefined ? [] : [[split, { inputs, ...(labels === undefined ? {} : { labels }) }] as const],
    ),
  )
}

async function findByFile(full: string, path: string, options: FindDataOptions): Promise<FoundData> {
  const name = basename(full).toLowerCase().replace(/\.gz$/, '')
  const shown = pathFrom(options.folder)
  if (name.endsWith('.npz')) {
    const names = npzNames(await readBytes(full, { name: path, signal: options.signal }), { name: path })
    const file = shown(full)
    const pairs = pair(names, path)
    return {
      data: Object.fromEntries([...pairs].map(([split, parts]) => [split, { npz: { file, ...parts } }])),
      labels: null,
    }
  }
  if (name.endsWith('.csv') || name.endsWith('.tsv')) return findTable(full, path, options)
  const kind = kindOf(basename(full))
  if (kind !== null) {
    // One file of a pair: its partner lies beside it under the name of the other part.
    const { split } = parseName(basename(full))
    const siblings = (await readdir(dirname(full))).filter((file) => kindOf(file) === kind)
    const { part } = parseName(basename(full))
    if (part === null) return { data: { [split]: specOf(kind, { inputs: shown(full) }) }, labels: null }
    const partners = siblings.filter(
      (file) => file !== basename(full) && sameBut(file, basename(full)) && parseName(file).part !== part,
    )
    const pairs = pair([basename(full), ...partners], path)
    const inFolder = (file: string) => shown(join(dirname(full), file))
    return { data: specsOf(kind, pairs, inFolder), labels: null }
  }
  return { data: {}, labels: null }
}

/** Whether two names are the same once the word that tells inputs from labels is taken out. */
function sameBut(a: string, b: string): boolean {
  const bare = (name: string) =>
    name
      .toLowerCase()
      .replace(/\.gz$/, '')
      .replace(/idx[13]/, 'idx')
      .split(/[^a-z0-9]+/)
      .filter((word) => !inputWords.has(word) && !labelWords.has(word))
      .join('-')
  return bare(a) === bare(b)
}

async function findInFolder(full: string, path: string, options: FindDataOptions): Promise<FoundData> {
  const entries = (await readdir(full, { withFileTypes: true })).filter(
    (entry) => !entry.name.startsWith('.'),
  )
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name)
  const shown = pathFrom(options.folder)
  const inFolder = (name: string) => shown(join(full, name))

  const kinds = new Set(files.map(kindOf).filter((kind) => kind !== null))
  if (kinds.size > 1)
    throw failed(`${path} holds files of several formats.`, 'Name one file instead of the folder.')
  const [kind] = kinds
  if (kind !== undefined) {
    const own = files.filter((file) => kindOf(file) === kind)
    return { data: specsOf(kind, pair(own, path), inFolder), labels: null }
  }
  const whole = files.filter((file) => /\.(?:npz|csv|tsv)(?:\.gz)?$/i.test(file))
  if (whole.length > 1)
    throw failed(
      `${path} holds ${whole.length} files that could be the data: ${whole.join(', ')}.`,
      'Name one of them.',
    )
  if (whole.length === 1) return findByFile(join(full, whole[0]!), join(path, whole[0]!), options)
  if (folders.length === 0 || files.length > 0) return { data: {}, labels: null }

  const splits = folders.filter((folder) => splitWords[folder.toLowerCase()] !== undefined)
  if (splits.length === folders.length) {
    const classes = await Promise.all(splits.map((folder) => subFolders(join(full, folder))))
    const data = splits.map(
      (folder) => [splitWords[folder.toLowerCase()]!, { images: { folder: inFolder(folder) } }] as const,
    )
    const labels = [...new Set(classes.flat())].sort()
    return { data: Object.fromEntries(data), labels: labels.length > 1 ? labels : null }
  }
  if (folders.length < 2) return { data: {}, labels: null }
  return { data: { test: { images: { folder: shown(full) } } }, labels: [...folders].sort() }
}

async function subFolders(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
}

async function findTable(full: string, path: string, options: FindDataOptions): Promise<FoundData> {
  const format = /\.tsv(?:\.gz)?$/i.test(full) ? 'tsv' : 'csv'
  const delimiter = format === 'tsv' ? '\t' : ','
  const [first = [], second = []] = await readFirstRows(full, {
    name: path,
    delimiter,
    count: 2,
    signal: options.signal,
  })
  const label = first.filter((cell) => labelWords.has(cell.toLowerCase()))
  if (label.length !== 1) {
    throw failed(
      `${path} ${label.length === 0 ? 'has no column' : 'has several columns'} called label, class, target or y.`,
      'Write a configuration that names the column: "csv": { "file": ..., "label": ... }.',
    )
  }
  // A square of numbers above 1 is a picture of bytes, as the MNIST tables are.
  const side = Math.sqrt(first.length - 1)
  const picture =
    Number.isInteger(side) &&
    side > 3 &&
    second.some((cell) => Number(cell) > 1 && Number.isInteger(Number(cell)))
  const table = { file: pathFrom(options.folder)(full), label: label[0]!, header: true }
  const extra = picture ? { valueRange: [0, 255] as [number, number] } : {}
  const spec = { ...table, ...(picture ? { shape: [1, side, side] } : {}) }
  const { split } = parseName(basename(full))
  return {
    data: { [split]: format === 'tsv' ? { tsv: spec, ...extra } : { csv: spec, ...extra } },
    labels: null,
  }
}

type PairKind = 'npy' | 'idx'

function kindOf(file: string): PairKind | null {
  if (/\.npy(?:\.gz)?$/i.test(file)) return 'npy'
  return /(?:[-.]idx[13]-ubyte|\.idx)(?:\.gz)?$/i.test(file) ? 'idx' : null
}

function specOf(kind: PairKind, parts: { inputs: string; labels?: string }): DataSpec {
  return kind === 'npy' ? { npy: parts } : { idx: parts }
}

function specsOf(
  kind: PairKind,
  pairs: ReadonlyMap<string, { inputs: string; labels?: string }>,
  place: (name: string) => string,
): Record<string, DataSpec> {
  return Object.fromEntries(
    [...pairs].map(([split, { inputs, labels }]) => [
      split,
      specOf(kind, { inputs: place(inputs), ...(labels === undefined ? {} : { labels: place(labels) }) }),
    ]),
  )
}

function pathFrom(folder: string): (full: string) => string {
  return (full) => relative(resolve(folder), full).split(sep).join('/') || '.'
}

function failed(message: string, hint: string): FailmodeError {
  return new FailmodeError('inference-failed', { message, hint })
}

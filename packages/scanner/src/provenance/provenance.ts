// Where a model comes from, as far as its folder says: a card, a licence, a recorded digest that fits, an origin, a
// statement of what it was trained on, a signature. A folder of models gives one answer each, and a table of counts: the
// case in which whole zoos have models that nobody can check.
import { createHash } from 'node:crypto'
import type { Archive, ArchiveEntry } from '../formats/format.ts'
import { ScannerError } from '../scanner-error.ts'
import { openFolder } from '../source/folder.ts'
import { pieces, type Source } from '../source/source.ts'
import { type Card, readCard, tellsOfTraining, textsOf } from './card.ts'
import { digestsOfCard, type RecordedDigest, recordedDigests } from './recorded-digests.ts'

export interface Statement {
  readonly present: boolean
  /** The file that says it, relative to the folder of models. */
  readonly file: string | null
  /** What it says. */
  readonly says: string | null
}

/**
 * `match`: each file of weights has a digest, and fits it. `weak`: fits, and one has only a digest that can be forged.
 * `mismatch`: one does not fit. `none`: one has no digest. `missing-file`: a digest is recorded of a file that is not here.
 */
export type DigestState = 'match' | 'weak' | 'mismatch' | 'none' | 'missing-file'

export interface ModelProvenance {
  /** The model's folder, relative to the folder of models; `.` for that itself. */
  readonly model: string
  /** Its files of weights. */
  readonly files: readonly string[]
  readonly digest: { readonly state: DigestState; readonly files: readonly FileDigestState[] }
  readonly card: Statement
  readonly licence: Statement
  /** `pinned`: it names a commit or a digest, not a branch that can move. */
  readonly origin: Statement & { readonly pinned: boolean }
  readonly trainingData: Statement
  /** Whether there is one; it is not verified here. */
  readonly signature: Statement
  /** Models that it was made from, as the card has it. */
  readonly baseModels: readonly string[]
}

export interface FileDigestState {
  readonly path: string
  readonly state: DigestState
  readonly recorded: RecordedDigest | null
}

const weightFile =
  /\.(?:onnx|safetensors|gguf|ggml|pt|pth|bin|ckpt|h5|hdf5|keras|pb|tflite|npz|joblib|pkl|pickle|msgpack|mlmodel|caffemodel|cbm|ubj|skops|pmml|engine|params|t7)$/i
const cardFile = /^(?:readme|model_?card)\.md$/i
const absent: Statement = { present: false, file: null, says: null }
const longestCard = 2 * 2 ** 20

/**
 * One entry for each folder that holds weights, or a card that tells of weights.
 * @throws ScannerError `file-unreadable` when the folder cannot be read
 */
export async function readProvenance(folder: string): Promise<readonly ModelProvenance[]> {
  let archive: ReturnType<typeof openFolder>
  try {
    archive = openFolder(folder)
    void archive.entries
  } catch (cause) {
    throw new ScannerError('file-unreadable', { message: `the folder ${folder} cannot be read.`, cause })
  }
  try {
    const recorded = await recordedDigests(archive)
    const models: ModelProvenance[] = []
    const folders = new Set(
      archive.entries
        .filter(({ kind }) => kind === 'file')
        .map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1)),
    )
    for (const place of [...folders].sort()) {
      const model = await modelIn(archive, place, recorded)
      if (model !== null) models.push(model)
    }
    return models
  } finally {
    archive.close()
  }
}

async function modelIn(
  archive: Archive,
  place: string,
  recorded: ReadonlyMap<string, readonly RecordedDigest[]>,
): Promise<ModelProvenance | null> {
  const own = archive.entries.filter(
    ({ path, kind }) => kind === 'file' && path.startsWith(place) && !path.slice(place.length).includes('/'),
  )
  const nameOf = ({ path }: ArchiveEntry): string => path.slice(place.length)
  const weights = own.filter((entry) => weightFile.test(nameOf(entry)))
  const cardEntry = own.find((entry) => cardFile.test(nameOf(entry)) && entry.bytes <= longestCard)
  const card = cardEntry === undefined ? null : readCard(await textOf(cardEntry))
  const settings = card?.settings ?? new Map<string, unknown>()
  // A card without weights is a model only when it speaks of weights that should be here.
  const named = textsOf(settings.get('caffemodel') ?? settings.get('weights'))[0]
  if (weights.length === 0 && named === undefined) return null

  const digests: FileDigestState[] = []
  const fromCard = card === null || cardEntry === undefined ? [] : digestsOfCard(card, cardEntry.path)
  for (const entry of weights) {
    const isNamed = named === undefined ? weights.length === 1 : nameOf(entry) === named
    digests.push(await checkFile(entry, [...(recorded.get(entry.path) ?? []), ...(isNamed ? fromCard : [])]))
  }
  if (named !== undefined && !weights.some((entry) => nameOf(entry) === named)) {
    digests.push({
      path: place + named,
      state: fromCard.length > 0 ? 'missing-file' : 'none',
      recorded: fromCard[0] ?? null,
    })
  }
  const licenceFile = own.find((entry) => /^(?:licen[cs]e|copying)(?:\.\w{1,4})?$/i.test(nameOf(entry)))
  const licence = textsOf(settings.get('license') ?? settings.get('licence'))[0]
  const signature = archive.entries.find(
    ({ path, kind }) =>
      kind === 'file' &&
      (path === `${place.slice(0, -1)}.sig` ||
        (path.startsWith(place) &&
          /^[^/]+\.(?:sig|sigstore|sigstore\.json)$/.test(path.slice(place.length)))),
  )
  const training = card === null ? null : tellsOfTraining(card)
  const said = (says: string | null | undefined): Statement =>
    says == null ? absent : { present: true, file: cardEntry?.path ?? null, says }
  return {
    model: place === '' ? '.' : place.slice(0, -1),
    files: weights.map(({ path }) => path),
    digest: { state: worst(digests.map(({ state }) => state)), files: digests },
    card:
      cardEntry === undefined
        ? absent
        : {
            present: true,
            file: cardEntry.path,
            says: textsOf(settings.get('name') ?? settings.get('model_name'))[0] ?? null,
          },
    licence:
      licence !== undefined
        ? said(licence)
        : licenceFile === undefined
          ? absent
          : { present: true, file: licenceFile.path, says: null },
    origin: originOf(card, said, place),
    trainingData: said(training),
    signature: signature === undefined ? absent : { present: true, file: signature.path, says: null },
    baseModels: textsOf(settings.get('base_model')),
  }
}

const revision = /\b[0-9a-f]{40}(?:[0-9a-f]{24})?\b/i

function originOf(
  card: Card | null,
  said: (says: string | null | undefined) => Statement,
  place: string,
): ModelProvenance['origin'] {
  // A cache of the Hugging Face hub has the commit in its path.
  const snapshot = /(?:^|\/)models--([^/]+)\/snapshots\/([0-9a-f]{40})\//.exec(`/${place}`)
  if (snapshot !== null) {
    return {
      present: true,
      file: null,
      says: `${snapshot[1]!.replaceAll('--', '/')} at ${snapshot[2]}`,
      pinned: true,
    }
  }
  const settings = card?.settings ?? new Map<string, unknown>()
  const keys = ['source', 'repository', 'repo', 'model_id', 'url', 'caffemodel_url', 'gist_id', 'base_model']
  const says = keys.flatMap((key) => textsOf(settings.get(key)))[0]
  const pin = textsOf(settings.get('revision') ?? settings.get('commit'))[0]
  const whole = says === undefined ? undefined : pin === undefined ? says : `${says} at ${pin}`
  return { ...said(whole), pinned: whole !== undefined && revision.test(whole) }
}

async function checkFile(entry: ArchiveEntry, recorded: readonly RecordedDigest[]): Promise<FileDigestState> {
  if (recorded.length === 0) return { path: entry.path, state: 'none', recorded: null }
  const source = await entry.open()
  const actual = new Map(recorded.map(({ algorithm }) => [algorithm, digestOf(source, algorithm)]))
  const wrong = recorded.find(({ algorithm, hex }) => actual.get(algorithm) !== hex)
  if (wrong !== undefined) return { path: entry.path, state: 'mismatch', recorded: wrong }
  const strong = recorded.find(({ algorithm }) => algorithm === 'sha256')
  return {
    path: entry.path,
    state: strong === undefined ? 'weak' : 'match',
    recorded: strong ?? recorded[0]!,
  }
}

function digestOf(source: Source, algorithm: RecordedDigest['algorithm']): string {
  const hash = createHash(algorithm)
  for (const { bytes } of pieces(source)) hash.update(bytes)
  return hash.digest('hex')
}

const order: readonly DigestState[] = ['mismatch', 'none', 'missing-file', 'weak', 'match']

function worst(states: readonly DigestState[]): DigestState {
  return order.find((state) => states.includes(state)) ?? 'none'
}

async function textOf(entry: ArchiveEntry): Promise<string> {
  const source = await entry.open()
  return Buffer.from(source.read(0, source.size)).toString('utf8')
}

/** Counts over a folder of models. */
export interface ProvenanceTable {
  readonly models: number
  readonly digest: Readonly<Record<DigestState, number>>
  readonly card: number
  readonly licence: number
  readonly origin: number
  readonly pinned: number
  readonly trainingData: number
  readonly signature: number
}

export function provenanceTable(models: readonly ModelProvenance[]): ProvenanceTable {
  const digest = Object.fromEntries(order.map((state) => [state, 0])) as Record<DigestState, number>
  for (const model of models) digest[model.digest.state] += 1
  const count = (pick: (model: ModelProvenance) => boolean): number => models.filter(pick).length
  return {
    models: models.length,
    digest,
    card: count(({ card }) => card.present),
    licence: count(({ licence }) => licence.present),
    origin: count(({ origin }) => origin.present),
    pinned: count(({ origin }) => origin.pinned),
    trainingData: count(({ trainingData }) => trainingData.present),
    signature: count(({ signature }) => signature.present),
  }
}

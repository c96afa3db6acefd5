// A bill of materials of models, as CycloneDX 1.6: each model with its files, their digests and verdicts, its licence,
// where it came from, what it was made from and trained on. Only what is known stands in it, and the same models give
// the same bytes: it has no date, and its serial number is a digest of its content.
import { createHash } from 'node:crypto'
import type { ModelProvenance } from '../provenance/provenance.ts'
import type { FileScan } from '../scan/scan-report.ts'

export interface BomFile {
  /** Relative to the folder of models. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  readonly scan: FileScan | null
}

export interface BomModel {
  readonly provenance: ModelProvenance
  readonly files: readonly BomFile[]
}

/** Licences as model cards write them -> SPDX. What is not here is given as a name. */
const spdx: Readonly<Record<string, string>> = {
  'apache-2.0': 'Apache-2.0',
  mit: 'MIT',
  'bsd-2-clause': 'BSD-2-Clause',
  'bsd-3-clause': 'BSD-3-Clause',
  'cc-by-4.0': 'CC-BY-4.0',
  'cc-by-3.0': 'CC-BY-3.0',
  'cc-by-sa-4.0': 'CC-BY-SA-4.0',
  'cc-by-sa-3.0': 'CC-BY-SA-3.0',
  'cc-by-nc-4.0': 'CC-BY-NC-4.0',
  'cc-by-nc-sa-4.0': 'CC-BY-NC-SA-4.0',
  'cc-by-nc-nd-4.0': 'CC-BY-NC-ND-4.0',
  'cc-by-nd-4.0': 'CC-BY-ND-4.0',
  'cc0-1.0': 'CC0-1.0',
  'gpl-2.0': 'GPL-2.0-only',
  'gpl-3.0': 'GPL-3.0-only',
  'lgpl-3.0': 'LGPL-3.0-only',
  'agpl-3.0': 'AGPL-3.0-only',
  'mpl-2.0': 'MPL-2.0',
  unlicense: 'Unlicense',
  isc: 'ISC',
  'odc-by': 'ODC-By-1.0',
  pddl: 'PDDL-1.0',
  wtfpl: 'WTFPL',
  'artistic-2.0': 'Artistic-2.0',
  'bsl-1.0': 'BSL-1.0',
  'ecl-2.0': 'ECL-2.0',
  'ms-pl': 'MS-PL',
  'osl-3.0': 'OSL-3.0',
  zlib: 'Zlib',
}

type Json = Readonly<Record<string, unknown>>

/** The document, as plain data. */
export function modelBom(models: readonly BomModel[], { version }: { readonly version: string }): Json {
  const datasets = new Map<string, Json>()
  const components = models.map((model) => component(model, datasets))
  const content = {
    metadata: { tools: { components: [{ type: 'application', name: 'failmode', version }] } },
    components: [
      ...components,
      ...[...datasets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, data]) => data),
    ],
  }
  const hex = createHash('sha256').update(JSON.stringify(content)).digest('hex')
  // Version 8 of RFC 9562: bits of one's own making.
  const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuid}`,
    version: 1,
    ...content,
  }
}

function component({ provenance, files }: BomModel, datasets: Map<string, Json>): Json {
  const { model, licence, origin, trainingData, baseModels, digest, signature } = provenance
  const reference = `model:${model}`
  const urls = /https?:\/\/[^\s<>"]{1,500}/.exec(origin.says ?? '')
  const trained = trainingData.says === null ? [] : trainingData.says.split(', ').slice(0, 10)
  for (const name of trained) {
    datasets.set(name, { type: 'data', 'bom-ref': `data:${name}`, name, data: [{ type: 'dataset', name }] })
  }
  return {
    type: 'machine-learning-model',
    'bom-ref': reference,
    name: model === '.' ? (files[0]?.path ?? 'model') : (model.split('/').at(-1) ?? model),
    ...(files.length === 1 ? { hashes: [{ alg: 'SHA-256', content: files[0]!.sha256 }] } : {}),
    ...(licence.says === null ? {} : { licenses: [{ license: licenceOf(licence.says) }] }),
    ...(urls === null
      ? {}
      : { externalReferences: [{ type: 'distribution', url: encodeURI(decodeSafely(urls[0])) }] }),
    ...(baseModels.length === 0
      ? {}
      : { pedigree: { ancestors: baseModels.map((name) => ({ type: 'machine-learning-model', name })) } }),
    ...(trained.length === 0
      ? {}
      : { modelCard: { modelParameters: { datasets: trained.map((name) => ({ ref: `data:${name}` })) } } }),
    properties: [
      { name: 'failmode:path', value: model },
      { name: 'failmode:recorded-digest', value: digest.state },
      { name: 'failmode:signature-file', value: signature.file ?? 'none' },
      ...(origin.says === null
        ? []
        : [
            { name: 'failmode:origin', value: origin.says },
            { name: 'failmode:origin-pinned', value: String(origin.pinned) },
          ]),
    ],
    components: files.map(({ path, bytes, sha256, scan }) => ({
      type: 'file',
      'bom-ref': `file:${path}`,
      name: path,
      hashes: [{ alg: 'SHA-256', content: sha256 }],
      properties: [
        { name: 'failmode:bytes', value: String(bytes) },
        ...(scan === null ? [] : scanProperties(scan)),
      ],
    })),
  }
}

function scanProperties({ verdict, parts, findings }: FileScan): readonly Json[] {
  const rules = [
    ...new Set(findings.filter((finding) => finding.verdict !== 'clean').map(({ rule }) => rule)),
  ].sort()
  return [
    { name: 'failmode:format', value: parts[0]?.format ?? 'unknown' },
    { name: 'failmode:verdict', value: verdict },
    ...rules.map((rule) => ({ name: 'failmode:rule', value: rule })),
  ]
}

function licenceOf(says: string): Json {
  const id = spdx[says.toLowerCase()] ?? Object.values(spdx).find((one) => one === says)
  return id === undefined ? { name: says } : { id }
}

function decodeSafely(url: string): string {
  try {
    return decodeURI(url)
  } catch {
    return url
  }
}

import { catalogue } from '@failmode/catalogue'
import { type Evidence, type RunDocument, runDocumentSchema } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { audiences, type ReportFormat, renderers } from './index.ts'
import { shareSafe, withoutAbsolutePaths, withoutDirectory } from './share-safe.ts'
import { exampleRun, hostileRun } from './testing/example-run.ts'

describe('a share-safe run', () => {
  it('is still a valid run with the same outcomes, numbers and findings', () => {
    const { run } = exampleRun()
    const safe = shareSafe(run)
    expect(runDocumentSchema.safeParse(safe).error).toBeUndefined()
    expect(safe.modes.map((mode) => mode.outcome)).toEqual(run.modes.map((mode) => mode.outcome))
    expect(safe.findings.map((finding) => finding.fingerprint)).toEqual(
      run.findings.map((finding) => finding.fingerprint),
    )
    const values = (document: typeof run) =>
      document.modes.flatMap((mode) => mode.checks.flatMap((check) => check.measurements.map((m) => m.value)))
    expect(values(safe)).toEqual(values(run))
  })

  it('has no picture of a sample, no table and no per-sample outcomes, and says so', () => {
    const { run } = exampleRun()
    const text = JSON.stringify(shareSafe(run))
    expect(text).not.toContain('"sample":true')
    expect(text).not.toContain('samples/perturbation.json')
    expect(text).not.toContain('Gemm_7')
    expect(text).toContain('2 pictures of samples left out')
    expect(text).toContain('cells may hold values of samples')
    // The difference picture shows no sample and stays.
    expect(text).toContain('evidence/difference.png')
  })

  it('has no directory of an absolute path left', () => {
    const text = JSON.stringify(shareSafe(hostileRun().run))
    expect(text).not.toContain('/home/dana')
    expect(text).not.toContain('secret project')
    expect(text).not.toContain('Users')
    expect(text).toContain('failmode.config.json')
  })
})

/** What must not get out, each in a place where a run may hold it. */
const canaries = {
  picture: 'canary-picture-bytes',
  cell: 'canary-cell',
  'unflagged cell': 'canary-unflagged',
  column: 'canary-column',
  'folder of the configuration': 'canary-config-folder',
  'folder of an artifact': 'canary-artifact-folder',
  'folder in a sentence': 'canary-sentence-folder',
  'folder of evidence': 'canary-evidence-folder',
  'host in an address': 'canary-host.internal',
  'host alone': 'canary-alone.corp.test',
  password: 'canary-password',
  'numeric host': '10.77.66.55',
  'numeric host of six': '2001:db8:77:66:55:44:33:22',
  'per-sample file': 'canary-samples.json',
  'who gave leave': 'Canary Caretaker',
} as const

/** The example with a canary in each of these places, all of which reports show when they are not share-safe. */
function canaryRun() {
  const { run, blobs } = exampleRun()
  const [finding, ...others] = run.findings
  const picture = { path: 'evidence/canary.png', sha256: 'c'.repeat(64), bytes: 20, mediaType: 'image/png' }
  const evidence: Evidence[] = [
    {
      kind: 'images',
      title: 'samples',
      images: [{ label: 'a sample', blob: picture, width: 8, height: 8, sample: true }],
    },
    { kind: 'table', title: 'flagged', columns: [canaries.column], rows: [[canaries.cell]], sample: true },
    { kind: 'table', title: 'unflagged', columns: ['value'], rows: [[canaries['unflagged cell']]] },
    { kind: 'table', title: 'numbers', columns: ['kept-column'], rows: [['kept-cell']], sample: false },
    {
      kind: 'file',
      title: `${canaries['folder of evidence']}/part/model.onnx: changed`,
      path: `${canaries['folder of evidence']}/part/model.onnx`,
      expected: null,
      actual: null,
    },
  ]
  const description = [
    `Read /srv/${canaries['folder in a sentence']}/x.npz.`,
    `Asked https://user:${canaries.password}@${canaries['host in an address']}:8443/v2/models, which is ${canaries['numeric host']}:8443.`,
    `${canaries['host in an address']} stands for ${canaries['numeric host of six']}.`,
    `getaddrinfo ENOTFOUND ${canaries['host alone']}`,
    `File ${canaries['folder of an artifact']}/v1/weights.bin is gone.`,
  ].join(' ')
  const changed: RunDocument = {
    ...run,
    system: {
      ...run.system,
      config: `${canaries['folder of the configuration']}/failmode.config.json`,
      artifacts: [`${canaries['folder of an artifact']}/v1/weights.bin`],
      authorized: {
        by: canaries['who gave leave'],
        scope: canaries['host in an address'],
        until: '2027-01-01',
      },
    },
    modes: run.modes.map((mode, i) =>
      i > 0
        ? mode
        : {
            ...mode,
            reason: description,
            checks: mode.checks.map((check) => ({
              ...check,
              reason: description,
              measurements: check.measurements.map((measurement) => ({
                ...measurement,
                samples: {
                  blob: { ...picture, path: `samples/${canaries['per-sample file']}` },
                  column: 'robust',
                },
              })),
            })),
          },
    ),
    findings: [{ ...finding!, description, evidence }, ...others],
  }
  const bytes = new TextEncoder().encode(canaries.picture)
  return {
    run: runDocumentSchema.parse(changed),
    readBlob: (path: string) => (path === picture.path ? bytes : blobs.get(path)),
  }
}

const encoded = Buffer.from(canaries.picture).toString('base64').slice(0, 20)
const held = (text: string) =>
  Object.entries(canaries).flatMap(([place, canary]) =>
    text.includes(canary) || (place === 'picture' && text.includes(encoded)) ? [place] : [],
  )

describe('a run full of canaries', () => {
  const { run, readBlob } = canaryRun()
  const forms = Object.keys(renderers) as ReportFormat[]
  const readers = [undefined, ...audiences]

  it.each(forms.flatMap((form) => readers.map((audience) => [form, audience] as const)))(
    'lets none out as share-safe %s for %s',
    (form, audience) => {
      const options = {
        catalogue,
        readBlob,
        shareSafe: true,
        ...(audience === undefined ? {} : { audience }),
      }
      expect(held(renderers[form].render(run, options))).toEqual([])
    },
  )

  it.each(['sarif', 'junit'] as const)('lets none out as %s, which is share-safe by itself', (form) => {
    expect(held(renderers[form].render(run, { catalogue, readBlob }))).toEqual([])
  })

  it('shows each of them in some form that is not share-safe, so that the test can fail', () => {
    const all = forms.map((form) => renderers[form].render(run, { catalogue, readBlob, shareSafe: false }))
    expect(held(all.join('\n')).sort()).toEqual(Object.keys(canaries).sort())
  })

  it('keeps tables without data of the user, and the names of files', () => {
    const page = renderers.html.render(run, { catalogue, readBlob, shareSafe: true })
    for (const kept of ['kept-column', 'kept-cell', 'weights.bin', 'model.onnx', 'x.npz']) {
      expect(page).toContain(kept)
    }
  })

  it('leaves loopback addresses alone, which tell nothing', () => {
    const text = 'http://127.0.0.1:8080/v2 and http://localhost:3000'
    const [finding, ...others] = run.findings
    const safe = shareSafe({ ...run, findings: [{ ...finding!, description: text }, ...others] })
    expect(safe.findings[0]?.description).toBe(text)
  })
})

describe('taking directories out', () => {
  it('keeps the name of the file', () => {
    expect(withoutDirectory('/home/x/model.onnx')).toBe('model.onnx')
    expect(withoutDirectory('C:\\Users\\x\\model.onnx')).toBe('model.onnx')
    expect(withoutDirectory('../x/model.onnx')).toBe('model.onnx')
    expect(withoutDirectory('models/model.onnx')).toBe('model.onnx')
    expect(withoutDirectory('models/')).toBe('models')
  })

  it('finds paths in sentences and commands', () => {
    expect(withoutAbsolutePaths('cannot read /home/x/y/model.onnx: gone')).toBe(
      'cannot read model.onnx: gone',
    )
    expect(withoutAbsolutePaths('--config "/home/Jane Doe/a b.json" --seed 7')).toBe(
      '--config "a b.json" --seed 7',
    )
    expect(withoutAbsolutePaths('file:///tmp/x/y.npy and D:\\data\\x.npy')).toBe('y.npy and x.npy')
    expect(withoutAbsolutePaths('--data=/srv/data/x.npz')).toBe('--data=x.npz')
  })

  it('leaves addresses, fractions and words with a slash alone', () => {
    const text = 'see https://example.org/a/b, 10/f negatives, and/or, perturbation/pgd'
    expect(withoutAbsolutePaths(text)).toBe(text)
  })
})

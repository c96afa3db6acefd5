import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RunDocument } from '@failmode/core'
import { loadModel, writeModel } from '@failmode/engine'
import { probes } from '@failmode/probes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSystem } from '../open-system.ts'
import { type PretendDefence, pretendDefences } from '../testing/pretend-defences.ts'
import { runSystem } from './run-system.ts'

const digits = fileURLToPath(new URL('../../../../examples/digits', import.meta.url))
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failmode-defences-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function attacked({ name, output, build }: PretendDefence): Promise<RunDocument> {
  const file = join(folder, `${name.replaceAll(' ', '-')}.onnx`)
  await writeFile(file, writeModel(build(await loadModel(join(digits, 'model.onnx')))))
  const perturbation = probes.find(({ meta }) => meta.mode === 'perturbation')
  if (perturbation === undefined) throw new Error('no such probe')
  const signal = new AbortController().signal
  const system = await openSystem(
    {
      config: {
        name,
        task: 'image-classification',
        labels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
        model: {
          onnx: file,
          input: { layout: 'NCHW', shape: [1, 28, 28], range: [0, 1], mean: [0.1307], std: [0.3081] },
          output,
        },
        data: { test: { npz: { file: join(digits, 'test.npz'), inputs: 'x', labels: 'y' } } },
      },
      options: {
        perturbation: perturbation.options.parse({ eps: 0.3, samples: 16, queries: 200, steps: 15 }),
      },
      folder,
      configName: null,
    },
    { signal },
  )
  return runSystem(
    system,
    {
      probes: [perturbation],
      budget: 'quick',
      maxQueries: null,
      seed: 3,
      bugBar: 'sdl-aiml-2019',
      origin: null,
      reproduce: (id) => id,
    },
    { folder: join(folder, name), resume: false, signal },
  )
}

describe('defences that only pretend', () => {
  for (const defence of pretendDefences) {
    it(`does not take ${defence.name} for robustness`, async () => {
      const run = await attacked(defence)
      const mode = run.modes.find(({ slug }) => slug === 'perturbation')
      // The model underneath falls on nearly every sample: so does what stands around it.
      expect(mode?.outcome).toBe('finding')
      const headline = mode?.measurements.find(({ name }) => name === 'robust-accuracy')
      expect(headline?.value).toBeLessThan(0.2)
      // Where an attack is fooled by the defence, it does not say that there was nothing to find.
      for (const check of mode?.checks ?? []) {
        if (check.id.endsWith('random-noise') || check.id.endsWith('one-step')) continue
        expect([check.id, check.outcome]).not.toEqual([check.id, 'no-finding'])
      }
    }, 180_000)
  }
})

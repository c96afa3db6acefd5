import { describe, expect, it } from 'vitest'
import { scanBytes } from '../../scan/scan-file.ts'
import { buildTar } from '../tar/build-tar.ts'
import { assemble, call, proto, stop, systemPickle, text } from '../testing/opcodes.ts'
import { samples, statePickle, torchLegacy, torchZip } from './samples.ts'

async function scanned(bytes: Uint8Array) {
  const { verdict, findings, parts } = await scanBytes(bytes)
  return {
    verdict,
    rules: [...new Set(findings.map(({ rule }) => rule))],
    facts: parts[0]?.facts ?? {},
    findings,
  }
}

describe('a PyTorch file', () => {
  it.each(samples().map(({ name, bytes }) => [name, bytes] as const))(
    'of the kind %s is clean',
    async (_, bytes) => {
      const { verdict, rules } = await scanned(bytes)
      expect(rules).toEqual([])
      expect(verdict).toBe('clean')
    },
  )

  it('says how many storages it has, and whether weights_only would take it', async () => {
    expect((await scanned(torchZip())).facts).toMatchObject({ storages: 1, weightsOnly: true })
    const own = assemble(proto(2), call('my_package', 'Model'), stop)
    expect((await scanned(torchZip({ pickle: own, storages: {} }))).facts).toMatchObject({
      weightsOnly: false,
    })
  })

  it('with a storage that is missing or too short is malformed', async () => {
    expect(await scanned(torchZip({ storages: {} }))).toMatchObject({
      verdict: 'malformed',
      rules: ['pytorch/missing-storage'],
    })
    expect(await scanned(torchZip({ storages: { 0: new Uint8Array(12) } }))).toMatchObject({
      verdict: 'malformed',
      rules: expect.arrayContaining(['pytorch/storage-too-short']),
    })
  })

  it('with a pickle in place of numbers, or behind them, or in a member nothing names is malicious', async () => {
    const padded = assemble(systemPickle, new Uint8Array(64 - systemPickle.length))
    for (const [storages, count] of [
      [{ 0: padded }, 16],
      [{ 0: assemble(new Uint8Array(16), systemPickle) }, 4],
      [{ 0: new Uint8Array(16), 1: systemPickle }, 4],
    ] as const) {
      const pickle = statePickle({ count })
      expect((await scanned(torchZip({ pickle, storages }))).verdict).toBe('malicious')
    }
  })

  it('with two data.pkl is objected to, since readers differ', async () => {
    const { rules, verdict } = await scanned(
      torchZip({ more: [{ name: 'other/data.pkl', data: statePickle() }] }),
    )
    expect(verdict).not.toBe('clean')
    expect(rules).toContain('pytorch/two-pickles')
  })

  it('whose TorchScript program reaches files or foreign operators is objected to', async () => {
    const program = (line: string) =>
      torchZip({ more: [{ name: 'archive/code/__torch__.py', data: `def forward(x):\n  ${line}\n` }] })
    expect((await scanned(program('y = torch.from_file("/etc/passwd")'))).rules).toContain(
      'pytorch/torchscript-reaches-files',
    )
    expect((await scanned(program('y = ops.evil.run(x)'))).rules).toContain(
      'pytorch/torchscript-custom-operator',
    )
    expect((await scanned(program('y = ops.torchvision.nms(x, x, 0.5)'))).verdict).toBe('clean')
  })
})

describe('a PyTorch file from before 1.6', () => {
  it('has a payload found in each of its pickles and behind its storages', async () => {
    const legacy = torchLegacy()
    const hostile = [
      torchLegacy({ object: systemPickle }),
      assemble(legacy, systemPickle),
      assemble(legacy, new Uint8Array(300), systemPickle),
      assemble(systemPickle, legacy),
    ]
    for (const bytes of hostile) expect((await scanned(bytes)).verdict).toBe('malicious')
  })

  it('whose storages do not fit is malformed', async () => {
    for (const count of [5, -1]) {
      expect((await scanned(torchLegacy({ count }))).rules).toContain('scan/malformed')
    }
  })

  it('in a tar, as PyTorch 0.1 wrote it, is read member by member', async () => {
    const tar = (pickle: Uint8Array) =>
      buildTar([
        { name: 'sys_info', data: assemble(proto(2), '}', text('protocol_version'), 'M\xe8\x03s.') },
        { name: 'pickle', data: pickle },
        { name: 'tensors', data: assemble(proto(2), 'K\x00.') },
        { name: 'storages', data: assemble(proto(2), 'K\x00.') },
      ])
    expect((await scanned(tar(assemble(proto(2), '}.')))).verdict).toBe('clean')
    expect((await scanned(tar(systemPickle))).verdict).toBe('malicious')
  })
})

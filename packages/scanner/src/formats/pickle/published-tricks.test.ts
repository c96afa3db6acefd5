// Each way past other scanners that has been published, as a file made here, through the whole scanner. What the files
// would do is `true`.
import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { scanBytes } from '../../scan/scan-file.ts'
import { npy } from '../numpy/samples.ts'
import { buildTar } from '../tar/build-tar.ts'
import {
  assemble,
  binget,
  binput,
  blob,
  call,
  ext1,
  ext2,
  ext4,
  frame,
  global,
  honestArray,
  int4,
  longBinput,
  memoize,
  type Part,
  proto,
  reduce,
  shortText,
  stackGlobal,
  stop,
  systemPickle,
  text,
  tuple1,
} from '../testing/opcodes.ts'
import { buildZip } from '../zip/build-zip.ts'

async function scanned(bytes: Uint8Array) {
  const { verdict, findings } = await scanBytes(bytes)
  return {
    verdict,
    rules: findings.map(({ rule }) => rule),
    calls: findings.map((one) => one.call),
    findings,
  }
}
const verdictOf = async (...parts: readonly Part[]) => (await scanned(assemble(...parts))).verdict
const callsOf = async (...parts: readonly Part[]) => (await scanned(assemble(...parts))).calls
const dictOf = (inner: Uint8Array) => assemble(proto(2), '}', text('weights'), inner, 's.')

describe('a name that no list has (CVE-2025-1716 and the advisories after it)', () => {
  it.each([
    ['pip', 'main'],
    ['pip._internal.cli.main', 'main'],
    ['uuid', '_get_command_stdout'],
    ['imaplib', 'IMAP4_stream'],
    ['profile', 'run'],
    ['cProfile', 'runctx'],
    ['pty', 'spawn'],
    ['idlelib.run', 'Executive.runcode'],
    ['idlelib.pyshell', 'ModifiedInterpreter.runcommand'],
    ['lib2to3.pgen2.grammar', 'Grammar.loads'],
    ['_aix_support', '_read_cmd_output'],
    ['distutils.file_util', 'write_file'],
    ['torch.utils._config_module', 'ConfigModule.load_config'],
    ['some_package_nobody_has', 'anything'],
  ])('%s.%s is objected to', async (module, name) => {
    expect(await verdictOf(proto(2), call(module, name), stop)).toMatch(/malicious|suspicious/)
    expect(await verdictOf(proto(4), stackGlobal(module, name), text('true'), tuple1, reduce, stop)).toMatch(
      /malicious|suspicious/,
    )
  })
})

describe('a function that turns text into functions (GHSA-vvpj-8cmc-gx39)', () => {
  it.each([
    ['pkgutil', 'resolve_name'],
    ['importlib', 'import_module'],
    ['operator', 'attrgetter'],
    ['_operator', 'methodcaller'],
    ['pydoc', 'locate'],
    ['functools', 'partial'],
    ['builtins', 'getattr'],
    ['sys', '_getframe'],
  ])('%s.%s is objected to, and so is a call of what it gives back', async (module, name) => {
    const { verdict, rules } = await scanned(
      assemble(proto(2), call(module, name, 'os.system'), text('true'), tuple1, reduce, stop),
    )
    expect(verdict).toBe('malicious')
    expect(rules).toContain('pickle/computed-call')
  })
})

describe('a name within a module or class', () => {
  it('is dangerous when what is above it is (CVE-2025-10157)', async () => {
    expect(
      await verdictOf(proto(2), call('asyncio.unix_events', '_UnixSubprocessTransport._start'), stop),
    ).toBe('malicious')
    expect(await verdictOf(proto(2), call('os.path', 'os.system'), stop)).toBe('malicious')
  })

  it('is not harmless because its module is (GHSA-5j3x-jp52-966f)', async () => {
    expect(
      await verdictOf(proto(4), stackGlobal('logging', 'os.system'), text('true'), tuple1, reduce, stop),
    ).toBe('malicious')
    expect(
      await verdictOf(proto(4), stackGlobal('collections', 'OrderedDict.__init__.__globals__'), stop),
    ).toMatch(/malicious|suspicious/)
  })

  it('of a known module is judged for itself (modelscan issues 89 and 330)', async () => {
    expect(await verdictOf(proto(2), global('numpy', '__builtins__'), stop)).toMatch(/malicious|suspicious/)
    expect(await verdictOf(proto(2), call('numpy', '__builtins__.eval'), stop)).toBe('malicious')
    expect(await verdictOf(proto(2), call('numpy.testing._private.utils', 'runstring'), stop)).toBe(
      'malicious',
    )
  })

  it('is not changed by what BUILD plants into it', async () => {
    const planted = assemble(
      proto(2),
      global('collections', 'OrderedDict'),
      '}',
      text('__init__'),
      text('x'),
      'sb.',
    )
    const { verdict, rules } = await scanned(planted)
    expect(verdict).toMatch(/malicious|suspicious/)
    expect(rules).toContain('pickle/planted')
  })
})

describe('an extension code', () => {
  it.each([
    ['EXT1', ext1(7)],
    ['EXT2', ext2(700)],
    ['EXT4', ext4(70_000)],
  ])('%s without a registry is never clean', async (_, code) => {
    const { verdict, rules } = await scanned(assemble(proto(2), code, text('true'), tuple1, reduce, stop))
    expect(verdict).toMatch(/malicious|suspicious/)
    expect(rules).toContain('pickle/unknown-extension')
  })

  it('is followed to the name that the same file registers for it', async () => {
    const calls = await callsOf(
      proto(2),
      global('copyreg', 'add_extension'),
      assemble('(', text('os'), text('system'), 'K\x07tR0'),
      ext1(7),
      text('true'),
      tuple1,
      reduce,
      stop,
    )
    expect(calls).toContain("os.system('true')")
  })
})

describe('operands that do not stand in front of their opcode (picklescan issue 22)', () => {
  const argument = assemble(text('true'), tuple1, reduce)
  it.each<readonly [string, readonly Part[]]>([
    [
      'from the memo',
      [shortText('os'), memoize, shortText('system'), memoize, '00', binget(0), binget(1), 0x93, argument],
    ],
    ['doubled by DUP', [shortText('os'), '2', '0', shortText('system'), 0x93, argument]],
    [
      'with others popped between',
      [shortText('os'), shortText('math'), '0', shortText('system'), 0x93, argument],
    ],
    [
      'with a mark popped between',
      [shortText('os'), '(', shortText('x'), '1', shortText('system'), 0x93, argument],
    ],
    [
      'from a slot that was overwritten',
      [
        shortText('math'),
        binput(0),
        '0',
        shortText('os'),
        binput(0),
        '0',
        binget(0),
        shortText('system'),
        0x93,
        argument,
      ],
    ],
    [
      'from a slot far away',
      [
        shortText('os'),
        longBinput(2_000_000_000),
        '0',
        shortText('x'),
        memoize,
        '0',
        assemble('j', int4(2_000_000_000).subarray(1)),
        shortText('system'),
        0x93,
        argument,
      ],
    ],
    ['as texts of other kinds', [text('os'), assemble('\x8d\x06\0\0\0\0\0\0\0', 'system'), 0x93, argument]],
    ['of Python 2', ['U\x02os', "S'system'\n", 0x93, argument]],
  ])('%s are followed', async (_, parts) => {
    expect(await callsOf(proto(4), ...parts, stop)).toContain("os.system('true')")
  })

  it('in a slot that MEMOIZE chose by the size of the memo are followed', async () => {
    // PUT 5 makes the memo one long, so MEMOIZE writes slot 1.
    const parts = [shortText('math'), binput(5), '0', shortText('os'), memoize, '0', binget(1)]
    expect(await callsOf(proto(4), ...parts, shortText('system'), 0x93, argument, stop)).toContain(
      "os.system('true')",
    )
  })
})

describe('a call whose result nobody uses (GHSA-mxhj-88fx-4pcv)', () => {
  it.each<readonly [string, readonly Part[]]>([
    ['REDUCE', [call('os', 'system'), '0']],
    ['INST', ['(', text('true'), 'ios\nsystem\n', '0']],
    ['OBJ', ['(', global('os', 'system'), text('true'), 'o0']],
    ['NEWOBJ', [global('os', 'system'), text('true'), tuple1, 0x81, '0']],
    ['NEWOBJ_EX', [global('os', 'system'), text('true'), tuple1, '}', 0x92, '0']],
    ['popped with its mark', ['(', call('os', 'system'), '1']],
    ['left below the result', [call('os', 'system')]],
  ])('by %s is seen', async (_, parts) => {
    const { verdict, calls } = await scanned(assemble(proto(4), ...parts, 'N.'))
    expect(verdict).toBe('malicious')
    expect(calls.some((one) => one?.includes("os.system('true')") || one?.includes('system'))).toBe(true)
  })
})

describe('a frame that ends within an opcode', () => {
  it('is objected to, since readers differ', async () => {
    const content = assemble(text('harmless'), '0N.')
    for (const length of [3, content.length + 100]) {
      const { verdict } = await scanned(assemble(proto(4), frame(content, length)))
      expect(verdict).not.toBe('clean')
    }
    expect(await verdictOf(proto(4), frame(content))).toBe('clean')
  })

  it('hides nothing that stands in it', async () => {
    expect(await verdictOf(proto(4), frame(assemble(call('os', 'system'), stop), 5))).toBe('malicious')
  })
})

describe('an error behind the payload (nullifAI)', () => {
  it.each<readonly [string, readonly Part[]]>([
    ['an opcode that does not exist', [0xff]],
    ['no STOP', []],
    ['a text that is no UTF-8', [assemble('X\x02\0\0\0', 0xff, 0xff), stop]],
    ['a slot of the memo that is empty', [binget(200), stop]],
    ['a length beyond the file', ['X\xff\xff\xff\x7f', stop]],
    ['an empty stack', ['0000', stop]],
    ['a protocol of the future', [proto(9), stop]],
  ])('%s excuses nothing', async (_, parts) => {
    const { verdict, calls } = await scanned(assemble(proto(2), call('os', 'system'), ...parts))
    expect(verdict).toBe('malicious')
    expect(calls).toContain("os.system('true')")
  })
})

describe('what stands behind the end of a pickle', () => {
  const honest = assemble(proto(2), '}', text('a'), 'K\x01s.')
  it.each([
    ['another pickle', new Uint8Array(0)],
    ['another behind zeros', new Uint8Array(1000)],
    ['another behind text', Buffer.from('some words in between, and then: ')],
    ['another behind bytes', Uint8Array.from({ length: 5000 }, (_, i) => (i * 89) & 0xff)],
  ])('%s is run too', async (_, between) => {
    expect(await verdictOf(honest, between, systemPickle)).toBe('malicious')
  })

  it('that opens with text opcodes is run too', async () => {
    expect(await verdictOf(honest, new Uint8Array(64), "(S'true'\nios\nsystem\n.")).toBe('malicious')
    expect(await verdictOf(honest, new Uint8Array(64), "cos\nsystem\n(S'true'\ntR.")).toBe('malicious')
  })
})

describe('a pickle within a pickle', () => {
  it.each([
    ['pickle', 'loads'],
    ['_pickle', 'loads'],
    ['dill', 'loads'],
    ['cloudpickle', 'loads'],
    ['torch.storage', '_load_from_bytes'],
  ])('given to %s.%s is opened', async (module, name) => {
    const { verdict, calls } = await scanned(
      assemble(proto(3), global(module, name), blob(systemPickle), tuple1, reduce, stop),
    )
    expect(verdict).toBe('malicious')
    expect(calls).toContain("os.system('true')")
  })

  it('that an honest file keeps as bytes is opened', async () => {
    expect(await verdictOf(dictOf(blob(systemPickle)))).toBe('malicious')
  })

  it('loaded from another file by its path is objected to', async () => {
    for (const [module, name] of [
      ['numpy', 'load'],
      ['torch', 'load'],
      ['pandas', 'read_pickle'],
      ['joblib', 'load'],
    ] as const) {
      expect(await verdictOf(proto(2), call(module, name, 'other.bin'), stop)).toMatch(/malicious|suspicious/)
    }
  })
})

describe('the magic number of old PyTorch files', () => {
  it('computed by eval is a call of eval', async () => {
    const { calls } = await scanned(
      assemble(
        proto(2),
        call('builtins', 'eval', '0x1950a86a20f9469cfc6c'),
        stop,
        proto(2),
        'M\xe9\x03.',
        systemPickle,
      ),
    )
    expect(calls).toContain("builtins.eval('0x1950a86a20f9469cfc6c')")
    expect(calls).toContain("os.system('true')")
  })
})

describe('a hidden place in a container', () => {
  const torch = (member = 'archive/data.pkl', more: Parameters<typeof buildZip>[0] = []) =>
    buildZip([{ name: member, data: systemPickle }, ...more])

  it('is found whatever the member is called (CVE-2025-1889)', async () => {
    for (const name of ['archive/data.pkl', 'archive/config.p', 'weights.bin', 'README', 'a.safetensors']) {
      expect(await verdictOf(torch(name))).toBe('malicious')
    }
  })

  it('is found when headers lie (CVE-2025-1944, CVE-2025-1945, CVE-2025-10156)', async () => {
    const member = { name: 'archive/data.pkl', data: systemPickle }
    expect(await verdictOf(buildZip([{ ...member, local: { name: 'archive/other.pkl' } }]))).toBe('malicious')
    for (const flags of [0x1, 0x20, 0x40]) {
      expect(await verdictOf(buildZip([{ ...member, flags }]))).toBe('malicious')
    }
    expect(await verdictOf(buildZip([{ ...member, local: { crc32: 1 }, central: { crc32: 1 } }]))).toBe(
      'malicious',
    )
    expect(
      await verdictOf(
        buildZip([
          { ...member, listed: false },
          { name: 'a', data: 'text\n' },
        ]),
      ),
    ).toBe('malicious')
    expect(await verdictOf(buildZip([member, { ...member, data: honestArray }]))).toBe('malicious')
  })

  it('is found in front of, behind and within archives', async () => {
    const honest = buildZip([{ name: 'a.txt', data: 'text\n' }])
    expect(await verdictOf(systemPickle, honest)).toBe('malicious')
    expect(await verdictOf(honest, systemPickle)).toBe('malicious')
    expect(await verdictOf(buildZip([{ name: 'inner.zip', data: torch() }]))).toBe('malicious')
    expect(await verdictOf(buildTar([{ name: 'pickle', data: systemPickle }]))).toBe('malicious')
    expect(await verdictOf(buildTar([{ name: 'x', type: '2', linkName: '/etc/passwd' }]))).not.toBe('clean')
  })

  it('is found behind every compressor that joblib has', async () => {
    for (const packed of [gzipSync(systemPickle), deflateSync(systemPickle)]) {
      expect(await verdictOf(packed)).toBe('malicious')
    }
  })

  it('is found in arrays of objects (CVE-2019-6446)', async () => {
    const header = (descr: string) => `{'descr': ${descr}, 'fortran_order': False, 'shape': (1,), }`
    expect(await verdictOf(npy(header("'|O'"), systemPickle))).toBe('malicious')
    expect(await verdictOf(npy(header("[('a', '<i4'), ('b', '|O')]"), systemPickle))).toBe('malicious')
    expect(await verdictOf(buildZip([{ name: 'x.npy', data: npy(header("'|O'"), systemPickle) }]))).toBe(
      'malicious',
    )
  })

  it('is found whatever stands in front of it', async () => {
    for (const length of [1, 7, 512, 4096]) {
      const junk = Uint8Array.from({ length }, (_, i) => ((i * 131) ^ (i >> 3)) & 0xff)
      expect(await verdictOf(junk, systemPickle)).toBe('malicious')
      expect(await verdictOf(junk, torch())).toBe('malicious')
    }
  })
})

describe('a file that turns the scanner off', () => {
  it.each([
    ['picklescan.scanner', 'scan_file_path'],
    ['modelscan.modelscan', 'ModelScan'],
    ['fickling', 'hook.deactivate_safe_ml_environment'],
  ])('by %s.%s is malicious', async (module, name) => {
    expect(await verdictOf(proto(4), stackGlobal(module, name), ')', reduce, stop)).toBe('malicious')
  })
})

describe('a pickle that would exhaust its reader', () => {
  it('by a memo of ten million slots, deep marks, or doubling gets a verdict within seconds', async () => {
    const started = performance.now()
    expect(await verdictOf(proto(4), 'N', '\x94'.repeat(10_000_000), stop)).toMatch(
      /clean|malformed|not-examined/,
    )
    expect(await verdictOf(proto(2), '('.repeat(1_000_000), 'N.')).not.toBe('clean')
    const doubling = assemble(
      ']',
      binput(0),
      ...Array.from({ length: 60 }, () => assemble('0]', binget(0), 'a', binget(0), 'a', binput(0))),
    )
    expect(await verdictOf(proto(2), doubling, stop)).not.toBe('clean')
    expect(performance.now() - started).toBeLessThan(15_000)
  })
})

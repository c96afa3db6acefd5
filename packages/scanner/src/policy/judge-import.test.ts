import { describe, expect, it } from 'vitest'
import { dangerOf, judgeImport } from './judge-import.ts'

describe('the judgement of an import', () => {
  it.each([
    ['collections', 'OrderedDict'],
    ['torch._utils', '_rebuild_tensor_v2'],
    ['numpy.core.multiarray', '_reconstruct'],
    ['numpy._core.multiarray', 'scalar'],
    ['sklearn.ensemble._forest', 'RandomForestClassifier'],
    ['sklearn.tree.tree', 'DecisionTreeClassifier'],
    ['builtins', 'set'],
    ['__builtin__', 'long'],
    ['torch.nn.modules.conv', 'Conv2d'],
    ['pandas.core.frame', 'DataFrame'],
  ])('lets %s.%s pass', (module, name) => {
    expect(judgeImport(module, name)).toEqual({ standing: 'safe' })
  })

  it.each([
    ['os', 'system', 'exec'],
    ['posix', 'system', 'exec'],
    ['os', 'path.join', 'exec'],
    ['builtins', 'eval', 'exec'],
    ['builtins', 'getattr', 'exec'],
    ['subprocess', 'Popen', 'exec'],
    ['pip', 'main', 'exec'],
    ['pip._internal', 'main', 'exec'],
    ['uuid', '_get_command_stdout', 'exec'],
    ['asyncio.unix_events', '_UnixSubprocessTransport._start', 'exec'],
    ['pkgutil', 'resolve_name', 'resolver'],
    ['operator', 'attrgetter', 'resolver'],
    ['functools', 'partial', 'resolver'],
    ['numpy', '__builtins__', 'resolver'],
    ['numpy.core._internal', 'sys.modules', 'resolver'],
    ['logging', 'os.system', 'resolver'],
    ['collections', 'OrderedDict.__reduce_ex__', 'resolver'],
    ['sklearn.tree', '_tree.__loader__', 'resolver'],
    ['ctypes', 'CDLL', 'native'],
    ['torch.hub', 'load', 'exec'],
    ['torch', 'load', 'nested-load'],
    ['pickle', 'loads', 'nested-load'],
    ['socket', 'create_connection', 'network'],
    ['picklescan.scanner', 'scan_file_path', 'tamper'],
    ['shutil', 'rmtree', 'file'],
  ])('refuses %s.%s', (module, name, kind) => {
    expect(judgeImport(module, name)).toMatchObject({ standing: 'dangerous', kind })
  })

  it('does not know what is on no list, nor a known name in another place', () => {
    expect(judgeImport('some.module', 'Thing')).toEqual({ standing: 'unknown' })
    expect(judgeImport('collections', 'OrderedDict.fromkeys')).toEqual({ standing: 'unknown' })
    expect(judgeImport('sklearn.tree', 'DecisionTreeClassifierX')).toEqual({ standing: 'unknown' })
    expect(judgeImport('osmosis', 'system')).toEqual({ standing: 'unknown' })
  })

  it('tells dangerous calls of code from ordinary ones', () => {
    expect(dangerOf('os.system')).toMatchObject({ kind: 'exec', severity: 'critical' })
    expect(dangerOf('builtins.exec')).not.toBeNull()
    expect(dangerOf('builtins.open')).toBeNull()
    expect(dangerOf('torch.nn.Linear')).toBeNull()
    expect(dangerOf('numpy.zeros')).toBeNull()
  })
})

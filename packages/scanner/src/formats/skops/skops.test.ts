import { describe, expect, it } from 'vitest'
import { npy } from '../numpy/samples.ts'
import { systemPickle } from '../testing/opcodes.ts'
import { scanned } from '../testing/scanned.ts'
import { json, node, schema, skopsFile } from './samples.ts'

const tuple = (...content: readonly object[]) => node('TupleNode', 'builtins', 'tuple', { content })
const within = (inner: object) => scanned(skopsFile(schema({ inner })))

describe('a skops file', () => {
  it('of an estimator with its arrays is clean, and says which types it names', async () => {
    expect(await scanned(skopsFile())).toMatchObject({ verdict: 'clean', rules: [] })
    const { facts } = await scanned(JSON.stringify(schema()))
    expect(facts.types).toContain('sklearn.linear_model._logistic.LogisticRegression')
  })

  it.each<readonly [string, string, object]>([
    ['a function (CVE-2024-37065)', 'skops/dangerous-import', node('FunctionNode', 'os', 'system')],
    [
      'a function of an old file',
      'skops/dangerous-import',
      node('FunctionNode', 'builtins', 'function', {
        content: { module_path: 'builtins', function: 'eval' },
      }),
    ],
    [
      'a function that declares another type (CVE-2025-54412)',
      'skops/other-than-declared',
      node('FunctionNode', 'sklearn.utils', 'check', {
        content: { module_path: 'subprocess', function: 'Popen' },
      }),
    ],
    ['a class', 'skops/dangerous-import', node('TypeNode', 'subprocess', 'Popen')],
    [
      'a class in its content',
      'skops/dangerous-import',
      node('TypeNode', 'builtins', 'type', { content: { __class__: 'Popen', __module__: 'subprocess' } }),
    ],
    ['an object', 'skops/dangerous-import', node('ObjectNode', 'subprocess', 'Popen', { content: tuple() })],
    [
      'a constructor',
      'skops/dangerous-import',
      node('ConstructorFromReduceNode', 'os', 'system', { content: tuple(json('true')) }),
    ],
    [
      'an array of another class',
      'skops/dangerous-import',
      node('NdArrayNode', 'os', '_wrap_close', { type: 'json', content: [] }),
    ],
    [
      'a partial function',
      'skops/dangerous-import',
      node('PartialNode', 'functools', 'partial', {
        content: { func: node('FunctionNode', 'os', 'popen'), args: tuple() },
      }),
    ],
    [
      'a factory of defaults',
      'skops/dangerous-import',
      node('DefaultDictNode', 'collections', 'defaultdict', {
        default_factory: node('FunctionNode', 'os', 'getcwd'),
      }),
    ],
    [
      'a method of another object than declared (CVE-2025-54413)',
      'skops/other-than-declared',
      node('MethodNode', 'sklearn.linear_model._logistic', 'LogisticRegression', {
        content: { func: 'fit', obj: tuple() },
      }),
    ],
    [
      'a hidden attribute',
      'skops/reaches-attribute',
      node('MethodNode', 'builtins', 'tuple', { content: { func: '__getattribute__', obj: tuple() } }),
    ],
    [
      'a getter of hidden attributes',
      'skops/reaches-attribute',
      node('OperatorFuncNode', 'operator', 'attrgetter', { attrs: tuple(json('__globals__')) }),
    ],
    [
      'a caller of methods',
      'skops/reaches-attribute',
      node('OperatorFuncNode', 'operator', 'methodcaller', { attrs: tuple(json('system')) }),
    ],
    [
      'an operator under another name (CVE-2025-54412)',
      'skops/other-than-declared',
      node('OperatorFuncNode', 'sklearn.linear_model', 'SGDRegressor', { attrs: tuple() }),
    ],
  ])('with %s is malicious', async (_, rule, inner) => {
    const { verdict, rules } = await within(inner)
    expect(rules).toContain(rule)
    expect(verdict).toBe('malicious')
  })

  it.each<readonly [string, string, object]>([
    ['a name nobody knows', 'skops/unknown-import', node('ObjectNode', 'my_package', 'Thing')],
    ['a loader nobody knows', 'skops/unknown-node', node('EvilNode', 'builtins', 'dict')],
    [
      'a method of an estimator',
      'skops/reaches-attribute',
      node('MethodNode', 'builtins', 'tuple', { content: { func: 'count', obj: tuple() } }),
    ],
  ])('with %s is to be reviewed', async (_, rule, inner) => {
    expect(await within(inner)).toMatchObject({ verdict: 'suspicious', rules: [rule] })
  })

  it('whose members lie elsewhere is malformed', async () => {
    for (const file of ['../../etc/passwd', '/etc/passwd', 'missing.npy']) {
      const { rules } = await within(node('BytesNode', 'builtins', 'bytes', { file }))
      expect(rules).toContain('skops/file-outside')
    }
  })

  it('that is a pickle, or holds one, is malicious (CVE-2025-54886)', async () => {
    expect((await scanned(systemPickle)).verdict).toBe('malicious')
    const objects = npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", systemPickle)
    expect((await scanned(skopsFile(schema(), { '1.npy': objects }))).verdict).toBe('malicious')
  })
})

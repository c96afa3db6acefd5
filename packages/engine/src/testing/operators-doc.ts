// docs/operators.md, made from the registry, the rules and what checks them, so that it cannot say more than is
// there. How an operator is checked is read off the tests' own material: rule tests that compare with finite
// differences and name the operator, PyTorch's stored results, the pieces of random graphs, the whole networks.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { roundingRules } from '../autodiff/rules/rounding.ts'
import { rulesOf } from '../autodiff/rules/rules.ts'
import { oldestOpset } from '../normalize/upgrade-opset.ts'
import { readModel } from '../onnx/read.ts'
import type { Operator } from '../registry/operator.ts'
import { operators } from '../registry/operators.ts'
import { operatorsSeen } from './check-random-graphs.ts'
import { fixtureFolder, fixtures } from './fixtures.ts'
import { node } from './models.ts'

const source = fileURLToPath(new URL('../', import.meta.url))

/** Operators that are brought into the form of others before gradients are taken, and where. */
const rewritten: Readonly<Record<string, string>> = {
  Attention: 'written out as products and a softmax',
  ConcatFromSequence: 'the tensors of the list are read themselves, where it is known',
  ConvInteger: 'becomes float arithmetic between scaling back and rounding (*estimate*)',
  GRU: 'unrolled into its time steps',
  If: 'the branch taken stands in its place, where the condition is constant',
  LSTM: 'unrolled into its time steps',
  Loop: 'its turns stand in its place, where their number is constant',
  MatMulInteger: 'becomes float arithmetic between scaling back and rounding (*estimate*)',
  QLinearConv: 'becomes float arithmetic between scaling back and rounding (*estimate*)',
  QLinearMatMul: 'becomes float arithmetic between scaling back and rounding (*estimate*)',
  RNN: 'unrolled into its time steps',
  Scan: 'its turns stand in its place',
  Scatter: 'upgraded to ScatterElements on reading',
  SequenceAt: 'the tensor of the list is read itself, where it is known',
  Upsample: 'upgraded to Resize on reading',
}

export function operatorsDoc(): string {
  const checks = [
    finiteDifferences(),
    pytorch(),
    new Map(Object.keys(roundingRules).map((name) => [name, 'the net without it'])),
    new Map(operatorsSeen().map((name) => [name, 'random graphs'])),
    nets(),
  ]
  const rows = operators.map((operator) => {
    const rules = rulesOf(node(operator.type, [], [])) ?? []
    const has = rules.length > 0 || Object.hasOwn(rewritten, operator.type)
    const seen = has ? checks.flatMap((check) => check.get(operator.type) ?? []) : []
    return `| ${[operator.type, versions(operator), gradient(operator, rules), seen.join(', ')].join(' | ')} |`
  })
  const { length } = operators.filter(({ type }) => rulesOf(node(type, [], [])))
  return [
    '# Operators',
    '',
    'What the engine does with a gradient at each operator of ONNX’s own set. Made by `npx tsx scripts/operators-doc.ts`',
    `from the registry and the rules; ${length} of ${operators.length} operators have rules. Models of operator sets ${oldestOpset} to 17`,
    'are upgraded to 18 on reading.',
    '',
    '- **gradient**: the rule’s variants by name, of which the first that applies is taken; *estimate* marks those that',
    '  stand in for a derivative that is zero (rounding), and `straightThrough` those that are taken only when that',
    '  option is given. Where the gradient ends, why.',
    '- **checked by**: *finite differences*: central differences of onnxruntime’s own forward; *PyTorch*: stored results',
    '  of PyTorch’s automatic differentiation; *random graphs*: finite differences of drawn graphs that contain it;',
    '  *the net without it*: that of a net behind it, at the rounded input;',
    '  *n nets*: networks by real exporters whose gradient is compared with that of their own framework.',
    '',
    'Linear operators of `ai.onnx.ml` (Scaler, Normalizer, LinearClassifier, LinearRegressor) are written out as',
    'arithmetic, and ZipMap is left out. All else outside this list ends a gradient: tree ensembles, for example.',
    '',
    '| operator | operator sets | gradient | checked by |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

function versions({ since, until }: Operator): string {
  return until === undefined ? `${since} on` : `${since} to ${until - 1}`
}

function gradient({ type, kind, reason }: Operator, rules: NonNullable<ReturnType<typeof rulesOf>>): string {
  const form = rewritten[type]
  if (rules.length > 0) {
    const names = rules.map(({ name, blocks, estimate, onRequest }) => {
      if (blocks !== undefined) return `ends in some forms: ${blocks}`
      if (onRequest)
        return `with \`straightThrough\`: ${name}${estimate === undefined ? '' : ' (*estimate*)'}`
      return estimate === undefined ? name : `${name} (*estimate*)`
    })
    if (kind === 'blocks') names.unshift(`ends: ${reason}`)
    return [...new Set(form === undefined ? names : [...names, form])].join('; ')
  }
  if (form !== undefined) return form
  return kind === 'differentiable' ? 'no rule yet' : `ends: ${reason}`
}

function finiteDifferences(): ReadonlyMap<string, string> {
  const folder = `${source}autodiff/rules/`
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(folder + file, 'utf8'))
    .filter((text) => text.includes('check-vjp.ts'))
  const words = new Set(texts.flatMap((text) => text.match(/\b[A-Z][A-Za-z0-9]*\b/g) ?? []))
  return new Map([...words].map((word) => [word, 'finite differences']))
}

function pytorch(): ReadonlyMap<string, string> {
  const folder = `${source}autodiff/golden/`
  const types = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      const { cases } = JSON.parse(readFileSync(folder + file, 'utf8')) as { cases: { opType: string }[] }
      return cases.map(({ opType }) => opType)
    })
    .flatMap((type) => (type === 'FakeQuantize' ? ['QuantizeLinear', 'DequantizeLinear'] : [type]))
  return new Map(types.map((type) => [type, 'PyTorch']))
}

function nets(): ReadonlyMap<string, string> {
  const counts = new Map<string, number>()
  for (const { path, gradient } of fixtures()) {
    if (gradient === undefined) continue
    const { graph } = readModel(new Uint8Array(readFileSync(path)), { folder: fixtureFolder })
    for (const type of new Set(graph.nodes.map(({ opType }) => opType))) {
      counts.set(type, (counts.get(type) ?? 0) + 1)
    }
  }
  return new Map([...counts].map(([type, count]) => [type, `${count} net${count === 1 ? '' : 's'}`]))
}

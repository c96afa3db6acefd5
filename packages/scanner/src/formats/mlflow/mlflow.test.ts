import { describe, expect, it } from 'vitest'
import { scannedTogether } from '../testing/scanned.ts'

const model = (text: string) => scannedTogether({ MLmodel: text })

describe('an MLflow model', () => {
  it('of a known flavor is clean', async () => {
    const { verdict } = await model(
      'flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n    model_path: model.pkl\n  sklearn:\n    pickled_model: model.pkl\n',
    )
    expect(verdict).toBe('clean')
  })

  it.each([
    ['mlflow/own-code', 'flavors:\n  python_function:\n    loader_module: my_loader\n'],
    [
      'mlflow/own-code',
      'flavors:\n  python_function:\n    loader_module: mlflow.pyfunc.model\n    code: code\n',
    ],
    ['mlflow/path-outside', 'flavors:\n  sklearn:\n    pickled_model: ../../etc/passwd\n'],
    ['mlflow/path-outside', 'flavors:\n  sklearn:\n    model_path: file:///etc/passwd\n'],
    ['scan/malformed', 'flavors: [unclosed\n'],
    ['scan/malformed', 'a: &a [x, x]\nb: [*a, *a]\nflavors: {}\n'],
  ])('is told by %s', async (rule, text) => {
    const { rules, verdict } = await model(text)
    expect(rules).toContain(rule)
    expect(verdict).not.toBe('clean')
  })
})

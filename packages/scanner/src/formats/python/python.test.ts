import { describe, expect, it } from 'vitest'
import { scanned } from '../testing/scanned.ts'

describe('Python source beside a model', () => {
  it('of settings only is clean', async () => {
    const { verdict, format } = await scanned('import math\n\nsize = 3\nnames = ["a", "b"]\n')
    expect(format).toBe('python')
    expect(verdict).toMatch(/clean|suspicious/)
  })

  it('that defines a model is to be reviewed, and says what it imports', async () => {
    const { verdict, rules, facts } = await scanned(
      'import torch\n\nclass Model(torch.nn.Module):\n    def forward(self, x):\n        return x\n',
    )
    expect({ verdict, rules }).toEqual({ verdict: 'suspicious', rules: ['python/code'] })
    expect(facts.imports).toEqual(['torch'])
  })

  it.each([
    ['python/runs-on-import', "import os\nos.system('true')\n"],
    ['python/runs-on-import', "from subprocess import Popen as P\nP(['true'])\n"],
    ['python/runs-on-import', "__import__('os').system('true')\n"],
    ['python/runs-on-import', "import importlib\nimportlib.import_module('os').system('true')\n"],
    ['python/runs-on-import', "import builtins\ngetattr(builtins, 'exec')('1+1')\n"],
    ['python/reaches-system', "import os\ndef run():\n    os.system('true')\n"],
    [
      'python/trusts-remote-code',
      "from transformers import AutoModel\nm = AutoModel.from_pretrained('x', trust_remote_code=True)\n",
    ],
    ['python/not-parsed', "import os\nos.system('true')\ndef broken(:\n"],
  ])('is told by %s', async (rule, text) => {
    const { rules, verdict } = await scanned(text)
    expect(rules).toContain(rule)
    expect(verdict).not.toBe('clean')
  })

  it('is not taken for a pickle, whose opcodes are letters too', async () => {
    for (const text of [
      "import os\nos.system('true')",
      "import os\nos.system('true')\n",
      'class A:\n    pass\nimport os\nos.system(1)\n',
    ]) {
      expect((await scanned(text)).format).toBe('python')
    }
  })
})

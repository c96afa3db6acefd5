/** Small scripts for tests. */
export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    {
      name: 'model',
      bytes: Buffer.from(
        'import torch as t\nfrom torch import nn\n\n\nclass Model(nn.Module):\n    def forward(self, x):\n        return t.relu(x) if x else [y for y in (1, 2)]\n',
      ),
    },
    {
      name: 'settings',
      bytes: Buffer.from('"""Settings."""\nsize = 3\nnames = {"a": [1.5, None], "b": f"{size}"}\n'),
    },
    {
      name: 'script',
      bytes: Buffer.from("import os\n\nif __name__ == '__main__':\n    print(os.getcwd())\n"),
    },
  ]
}

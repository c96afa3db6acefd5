/** Small texts for tests. */
export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    {
      name: 'card',
      bytes: Buffer.from(
        '---\nlicense: mit\ntags: [a, b]\n---\n# A model\n\nSee https://example.com/a for more.\n',
      ),
    },
    { name: 'settings', bytes: Buffer.from('model:\n  _target_: torch.nn.Linear\n  size: 3\n') },
    {
      name: 'pointer',
      bytes: Buffer.from(
        `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 12345\n`,
      ),
    },
    { name: 'wide', bytes: Buffer.from('\ufeffwords of a kind\n', 'utf16le') },
  ]
}

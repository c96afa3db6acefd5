/** Small settings for tests. */
export function samples(): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  return [
    {
      name: 'config',
      bytes: Buffer.from(
        JSON.stringify({
          model_type: 'bert',
          architectures: ['BertModel'],
          auto_map: { AutoModel: 'm.M' },
          id2label: { 0: 'a' },
        }),
      ),
    },
    {
      name: 'tokenizer',
      bytes: Buffer.from(
        JSON.stringify({
          tokenizer_class: 'LlamaTokenizer',
          chat_template: '{% for m in messages %}{{ m["role"] }}: {{ m["content"] }}{% endfor %}',
        }),
      ),
    },
  ]
}

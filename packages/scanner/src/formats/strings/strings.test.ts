import { describe, expect, it } from 'vitest'
import { scanned } from '../testing/scanned.ts'

// Written in two parts, so that no file of ours holds what looks like a secret.
const made = (start: string, length: number) => start + 'Ab1'.repeat(40).slice(0, length)

describe('secrets', () => {
  it.each([
    ['AWS access key', `AKIA${'ABCDEFGH12345678'}`],
    ['GitHub token', made('ghp_', 36)],
    ['Hugging Face token', made('hf_', 34)],
    ['OpenAI or Anthropic key', made('sk-proj-', 48)],
    ['Google API key', made('AIza', 35)],
    ['Slack token', made('xoxb-', 40)],
    ['npm token', made('npm_', 36)],
    ['private key', `-----BEGIN RSA ${'PRIVATE'} KEY-----`],
    ['password in an address', 'postgres://admin:hunter22@db.example.com/models'],
  ])('of the kind %s are found in a text and among numbers, and not repeated', async (kind, secret) => {
    for (const content of [
      Buffer.from(`key: ${secret}\n`),
      Buffer.concat([new Uint8Array(2_000_000), Buffer.from(` ${secret} `), new Uint8Array(100)]),
    ]) {
      const { rules, messages } = await scanned(content)
      expect(rules).toContain('strings/secret')
      expect(messages).toContain(kind)
      if (!secret.startsWith('-----')) expect(messages).not.toContain(secret)
    }
  })

  it('over the edge of two windows are found once', async () => {
    const secret = made('ghp_', 36)
    const text = `${'x '.repeat((2 ** 20 - 20) / 2)}${secret} and more\n`
    const { messages } = await scanned(text)
    expect(messages.match(/GitHub token/g)).toHaveLength(1)
  })

  it('are not seen in what only looks a little like them', async () => {
    expect(
      (await scanned('skip sk-learn, AKIA and hf_model; https://user@example.com/path\n')).rules,
    ).toEqual([])
  })
})

describe('addresses', () => {
  it.each([
    'http://203.0.113.7:8080/x',
    'https://discord.com/api/webhooks/1/abc',
    'https://abc.ngrok.io/x',
    'https://pastebin.com/raw/abc',
  ])('such as %s are told', async (address) => {
    expect((await scanned(`see ${address} for it\n`)).rules).toContain('strings/address')
  })

  it('of documentation, and of this machine, are not', async () => {
    const { rules } = await scanned(
      'https://huggingface.co/a/b http://127.0.0.1:8000/ http://192.168.1.5/x\n',
    )
    expect(rules).toEqual([])
  })
})

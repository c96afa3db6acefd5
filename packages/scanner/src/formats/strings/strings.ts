// Secrets and telling addresses in any bytes. Each pattern begins with a fixed word that chance does not write, so
// raw numbers do not match. What is found is never repeated in full in a report: a report travels further than a file.
import { defineRules } from '../../scan/rule.ts'
import type { Source } from '../../source/source.ts'
import type { ScanContext } from '../format.ts'

export const stringRules = defineRules('strings', {
  secret: {
    title: 'A secret is written in the file',
    verdict: 'suspicious',
    severity: 'high',
    why: 'Whoever gets the file gets the key, and can act as its owner.',
    advice: 'Withdraw the key at its issuer, take it out of the file, and look for uses of it.',
    references: ['CWE-798', 'CWE-312'],
  },
  address: {
    title: 'The file holds an address that is used to send data out or fetch code',
    verdict: 'suspicious',
    severity: 'medium',
    why: 'Model files have no reason to name web hooks, tunnels, paste sites or bare numbers as servers; payloads do.',
    advice: 'Find out what uses the address.',
    references: ['AML.T0010', 'AML.T0025'],
  },
})

const secrets: readonly { readonly kind: string; readonly pattern: RegExp }[] = [
  { kind: 'AWS access key', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g },
  { kind: 'GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,90})\b/g },
  { kind: 'Hugging Face token', pattern: /\bhf_[A-Za-z0-9]{34}\b/g },
  { kind: 'OpenAI or Anthropic key', pattern: /\bsk-(?:proj-|ant-(?:api\d\d-)?)?[A-Za-z0-9_-]{32,120}\b/g },
  { kind: 'Google API key', pattern: /\bAIza[0-9A-Za-z_-]{35}\b/g },
  { kind: 'Slack token', pattern: /\bxox[abprs]-[0-9A-Za-z-]{20,90}\b/g },
  { kind: 'GitLab token', pattern: /\bglpat-[0-9A-Za-z_-]{20}\b/g },
  { kind: 'Stripe key', pattern: /\b[sr]k_live_[0-9A-Za-z]{24,90}\b/g },
  { kind: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  {
    kind: 'private key',
    pattern: /-----BEGIN (?:RSA |EC |OPENSSH |DSA |PGP |ENCRYPTED )?PRIVATE KEY(?: BLOCK)?-----/g,
  },
  { kind: 'Azure storage key', pattern: /\bAccountKey=[A-Za-z0-9+/]{86}==/g },
  {
    kind: 'password in an address',
    pattern:
      /\b(?:https?|ftp|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqp):\/\/[^\s:/@"'<>{}$%]{1,64}:[^\s/@"'<>{}$%]{3,64}@[A-Za-z0-9.-]{3,100}/g,
  },
]

const address =
  /\bhttps?:\/\/(?:(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?=[/"'\s]|$)|[a-z2-7]{16,56}\.onion|discord(?:app)?\.com\/api\/webhooks|hooks\.slack\.com\/services|api\.telegram\.org\/bot|[\w-]{1,60}\.(?:ngrok(?:-free)?\.(?:io|app)|requestbin\.net|oast\.(?:fun|pro|live|site|me)|burpcollaborator\.net|interact\.sh|pipedream\.net)|(?:pastebin\.com\/raw|transfer\.sh|webhook\.site|file\.io))[^\s"'<>]{0,200}/g

/** Bytes of one part that are looked through, from its start. */
export const stringBytes = 16 * 2 ** 20
const pieceSize = 1 << 20
const overlap = 512
const each = 10

/** Looks through the first 16 MiB of a part. */
export function examineStrings(source: Source, context: Pick<ScanContext, 'report' | 'budget'>): void {
  const end = Math.min(source.size, stringBytes)
  // Windows overlap, so one thing may be met twice.
  const seen = new Set<number>()
  for (let from = 0; from < end; from += pieceSize) {
    context.budget.checkTime()
    const start = Math.max(0, from - overlap)
    const bytes = source.read(start, Math.min(from + pieceSize, end) - start)
    const window = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    for (const { kind, pattern } of secrets) {
      for (const match of window.matchAll(pattern)) {
        const offset = start + match.index
        if (seen.has(offset) || seen.size >= each) continue
        seen.add(offset)
        context.report(stringRules.secret, { message: `A ${kind}: ${masked(match[0])}.`, offset })
      }
    }
    for (const match of window.matchAll(address)) {
      const offset = start + match.index
      if (seen.has(offset) || seen.size >= each || loopback.test(match[0])) continue
      seen.add(offset)
      context.report(stringRules.address, { message: `${JSON.stringify(match[0].slice(0, 120))}.`, offset })
    }
  }
}

const loopback = /^https?:\/\/(?:127\.|0\.0\.0\.0|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/

/** The first letters, which name the issuer, and how long it is. */
function masked(secret: string): string {
  if (secret.startsWith('-----')) return secret.replace(/-/g, '').trim()
  if (secret.includes('://'))
    return `${secret.slice(0, secret.indexOf('://'))}://…@${secret.slice(secret.lastIndexOf('@') + 1)}`
  return `${secret.slice(0, 4)}… (${secret.length} characters)`
}

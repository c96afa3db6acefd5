import { scanBytes } from '../../scan/scan-file.ts'
import { buildZip } from '../zip/build-zip.ts'

/** What the whole scanner says of a text or bytes: the verdict, and each rule once. */
export async function scanned(content: string | Uint8Array) {
  const scan = await scanBytes(typeof content === 'string' ? Buffer.from(content) : content)
  return {
    verdict: scan.verdict,
    rules: [...new Set(scan.findings.filter(({ verdict }) => verdict !== 'clean').map(({ rule }) => rule))],
    messages: scan.findings.map(({ message }) => message).join('\n'),
    facts: scan.parts[0]?.facts ?? {},
    format: scan.parts[0]?.format ?? null,
  }
}

/** The same for files that lie together, handed over in a zip. */
export function scannedTogether(files: Readonly<Record<string, string | Uint8Array>>) {
  return scanned(buildZip(Object.entries(files).map(([name, data]) => ({ name, data }))))
}

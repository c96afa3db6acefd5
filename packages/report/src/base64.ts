const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base64 with padding (RFC 4648 section 4), for runtimes that have no function for it in common. */
export function base64(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let i = 0; i < bytes.length; i += 3) {
    const a = bytes[i] as number
    const b = bytes[i + 1]
    const c = bytes[i + 2]
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0)
    parts.push(
      alphabet.charAt(word >> 18),
      alphabet.charAt((word >> 12) & 63),
      b === undefined ? '=' : alphabet.charAt((word >> 6) & 63),
      c === undefined ? '=' : alphabet.charAt(word & 63),
    )
  }
  return parts.join('')
}

// The signed bytes. A Dead Simple Signing Envelope signs its payload together with the payload's type and both lengths,
// so that a text signed as one thing cannot be passed off as another (secure-systems-lab/dsse, protocol.md). The first
// releases of the reference tool formatted the payload as a Python literal by mistake; what they signed is rebuilt here
// to verify it, never to sign.

export const inTotoType = 'application/vnd.in-toto+json'

/** Pre-authentication encoding of a payload of the in-toto type. */
export function signedBytes(payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${inTotoType.length} ${inTotoType} ${payload.length} `), payload])
}

/** The encoding that model_signing before 1.0 used: capital V, and the payload as Python shows bytes. */
export function signedBytesOfOldReleases(payload: Uint8Array): Buffer {
  return Buffer.from(`DSSEV1 ${inTotoType.length} ${inTotoType} ${payload.length} ${pythonBytes(payload)}`)
}

/** As Python writes a bytes value: `b'...'`, or `b"..."` when only single quotes occur in it. */
function pythonBytes(bytes: Uint8Array): string {
  const quote = bytes.includes(0x27) && !bytes.includes(0x22) ? '"' : "'"
  const parts: string[] = []
  for (const byte of bytes) {
    const letter = String.fromCharCode(byte)
    if (letter === quote || letter === '\\') parts.push(`\\${letter}`)
    else if (letter === '\t') parts.push('\\t')
    else if (letter === '\n') parts.push('\\n')
    else if (letter === '\r') parts.push('\\r')
    else if (byte < 0x20 || byte >= 0x7f) parts.push(`\\x${byte.toString(16).padStart(2, '0')}`)
    else parts.push(letter)
  }
  return `b${quote}${parts.join('')}${quote}`
}

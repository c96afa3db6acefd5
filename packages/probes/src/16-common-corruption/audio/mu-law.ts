// Telephone coding: each sample is bent by the mu-law, which gives quiet sounds finer steps, and stored in few bits. The law
// is the smooth one, ln(1 + 255 |x|) / ln 256, of which ITU-T G.711 at 8 bits has the version by straight pieces. Eight bits
// is what telephones use, at 8 kHz; take `low-pass` with it for their bandwidth, which this leaves alone. Samples beyond
// full scale are cut, as there.
import { defineAudioCorruption, mapChannels } from './audio-corruption.ts'

const mu = 255

/**
 * A sample after coding in `bits` bits and decoding. One code of 2^bits is unused, so that silence stays silent and
 * positive and negative steps mirror each other.
 */
export function throughMuLaw(x: number, bits: number): number {
  const steps = 2 ** (bits - 1) - 1
  const bent = Math.log1p(mu * Math.min(1, Math.abs(x))) / Math.log1p(mu)
  const stored = Math.round(bent * steps) / steps
  return (Math.sign(x) * Math.expm1(stored * Math.log1p(mu))) / mu
}

/** Constants: bits a sample. */
export const muLaw = defineAudioCorruption<number>({
  name: 'mu-law',
  constants: [8, 7, 6, 5, 4],
  apply: (sound, bits) => mapChannels(sound, (channel) => channel.map((x) => throughMuLaw(x, bits))),
})

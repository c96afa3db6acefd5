// An imitation of what compression at a low bit rate does to sound, and no codec: it is not MP3, Opus or AMR, and counts no
// bits. Like those it works in short frames, throws away what lies above a cutoff, and rounds each frequency band with a
// step in proportion to the band's own level, so that weak parts of a band vanish and come back from frame to frame; that
// is the watery twitter of bad connections. Compare with a real codec before drawing conclusions about one.
import { defineAudioCorruption, mapChannels } from './audio-corruption.ts'
import { fft, powerOfTwo } from './fft.ts'

export interface Coarseness {
  /** What lies above is thrown away, in Hz. ITU-T G.722 keeps 7 kHz, a plain telephone 3.4 kHz. */
  readonly cutoff: number
  /** Step of rounding as a multiple of the root mean square of a band. From about 2 up most of a noisy band is lost. */
  readonly step: number
}

/** First bins of the bands: 100 Hz wide, from 500 Hz up a fifth of their frequency, about as the ear's critical bands. */
function bandEdges(bins: number, width: number): number[] {
  const edges: number[] = []
  for (let hertz = 0; hertz < bins * width; hertz += Math.max(100, 0.2 * hertz, width)) {
    edges.push(Math.round(hertz / width))
  }
  return [...edges, bins]
}

/**
 * A channel coded coarsely and put together again; of the same length, without delay.
 * @param rate samples a second
 */
export function codeCoarsely(
  channel: Float32Array,
  { cutoff, step }: Coarseness,
  rate: number,
): Float32Array {
  const frame = powerOfTwo(0.032 * rate * Math.SQRT1_2)
  const hop = frame / 2
  // Squares of neighbouring half-overlapping windows add up to 1, so that without rounding nothing changes.
  const window = Float64Array.from({ length: frame }, (_, i) => Math.sin((Math.PI * (i + 0.5)) / frame))
  const bins = hop + 1
  const width = rate / frame
  const edges = bandEdges(bins, width)
  const out = new Float64Array(channel.length)
  const re = new Float64Array(frame)
  const im = new Float64Array(frame)
  for (let start = -hop; start < channel.length; start += hop) {
    for (let i = 0; i < frame; i++) re[i] = (channel[start + i] ?? 0) * window[i]!
    im.fill(0)
    fft(re, im)
    for (let b = 0; b + 1 < edges.length; b++) roundBand(re, im, edges[b]!, edges[b + 1]!, step)
    for (let k = Math.ceil(cutoff / width); k < bins; k++) re[k] = im[k] = 0
    for (let k = 1; k < hop; k++) {
      re[frame - k] = re[k]!
      im[frame - k] = -im[k]!
    }
    fft(im, re)
    for (let i = Math.max(0, -start); i < frame && start + i < out.length; i++) {
      out[start + i]! += (re[i]! * window[i]!) / frame
    }
  }
  return Float32Array.from(out)
}

function roundBand(re: Float64Array, im: Float64Array, first: number, end: number, step: number): void {
  let energy = 0
  for (let k = first; k < end; k++) energy += re[k]! ** 2 + im[k]! ** 2
  const unit = step * Math.sqrt(energy / (end - first))
  if (!(unit > 0)) return
  for (let k = first; k < end; k++) {
    re[k] = Math.round(re[k]! / unit) * unit
    im[k] = Math.round(im[k]! / unit) * unit
  }
}

export const lowBitRate = defineAudioCorruption<Coarseness>({
  name: 'low-bit-rate',
  constants: [
    { cutoff: 7000, step: 0.5 },
    { cutoff: 5500, step: 1 },
    { cutoff: 4500, step: 1.5 },
    { cutoff: 3400, step: 2 },
    { cutoff: 2700, step: 2.5 },
  ],
  apply: (sound, coarseness) =>
    mapChannels(sound, (channel) => codeCoarsely(channel, coarseness, sound.rate)),
})

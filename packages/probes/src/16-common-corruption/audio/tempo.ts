// Speaking faster or slower at the same pitch, by WSOLA: the sound is cut into overlapping frames that are laid closer
// together or farther apart, and each frame is taken from the place, near its own, that best continues the one before
// (Verhelst and Roelands, "An overlap-add technique based on waveform similarity (WSOLA) for high quality time-scale
// modification of speech", ICASSP 1993). Sharp attacks can double or blur, more so in music than in speech.
import { defineAudioCorruption, mapChannels, type Sound } from './audio-corruption.ts'

/** Half a frame, which is also how far frames lie apart, in seconds. */
const halfFrame = 0.02
/** How far from its place a frame may be taken, in seconds. */
const slack = 0.01

/** Where in the sound each frame begins; all channels move together, judged by their sum. */
function frameStarts(sum: Float64Array, rate: number, factor: number): number[] {
  const hop = Math.max(1, Math.round(halfFrame * rate))
  const reach = Math.round(slack * rate)
  // Likeness shows at 16 kHz as well as at any higher rate.
  const stride = Math.max(1, Math.floor(rate / 16_000))
  const frames = Math.ceil(sum.length / factor / hop) + 1
  const starts: number[] = []
  for (let frame = 0; frame < frames; frame++) {
    // Frame 0 has its middle on the first sample.
    const own = Math.round(frame * hop * factor) - hop
    const next = frame === 0 ? own : starts[frame - 1]! + hop
    let best = own
    let most = likeness(sum, own, next, 2 * hop, stride)
    for (let start = own - reach; start <= own + reach; start++) {
      const like = likeness(sum, start, next, 2 * hop, stride)
      if (like > most) {
        most = like
        best = start
      }
    }
    starts.push(best)
  }
  return starts
}

/** Inner product of two stretches over the length of the first; the second is the same for all that are compared. */
function likeness(sum: Float64Array, a: number, b: number, length: number, stride: number): number {
  let product = 0
  let energy = 0
  const from = Math.max(0, -a, -b)
  const to = Math.min(length, sum.length - a, sum.length - b)
  for (let i = from; i < to; i += stride) {
    product += sum[a + i]! * sum[b + i]!
    energy += sum[a + i]! ** 2
  }
  return energy > 0 ? product / Math.sqrt(energy) : 0
}

/** The sound in `factor` times the tempo: round(length / factor) samples a channel. */
export function changeTempo(sound: Sound, factor: number): Sound {
  const hop = Math.max(1, Math.round(halfFrame * sound.rate))
  const length = sound.channels[0]?.length ?? 0
  const sum = new Float64Array(length)
  for (const channel of sound.channels) for (let i = 0; i < length; i++) sum[i]! += channel[i]!
  const starts = frameStarts(sum, sound.rate, factor)
  return mapChannels(sound, (channel) => {
    const out = new Float32Array(Math.round(length / factor))
    starts.forEach((start, frame) => {
      for (let i = 0; i < 2 * hop; i++) {
        const at = (frame - 1) * hop + i
        if (at < 0 || at >= out.length) continue
        // Hann's window: neighbours overlapping by half add up to 1.
        out[at]! += (channel[start + i] ?? 0) * Math.sin((Math.PI * i) / (2 * hop)) ** 2
      }
    })
    return out
  })
}

/** Constants: by how much faster or slower, which of the two by chance. */
export const tempo = defineAudioCorruption<number>({
  name: 'tempo',
  constants: [0.05, 0.1, 0.2, 0.3, 0.4],
  apply: (sound, change, random) => changeTempo(sound, 1 + random.sign() * change),
})

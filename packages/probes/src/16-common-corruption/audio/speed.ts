// Playing faster or slower: pitch and length change together, as with a tape or a wrong sampling rate. Samples between
// samples are found with a sinc under Blackman's window, narrowed when playing faster, so that nothing folds back. Ten per
// cent either way is what speech recognisers are trained on (Ko et al., "Audio augmentation for speech recognition",
// 2015); the higher severities lie beyond.
import { defineAudioCorruption, mapChannels } from './audio-corruption.ts'

/** Zero crossings of the sinc on either side. */
const crossings = 24

/** A channel played `factor` times as fast: round(length / factor) samples. */
export function play(channel: Float32Array, factor: number): Float32Array {
  const band = Math.min(1, 1 / factor)
  const reach = crossings / band
  return Float32Array.from({ length: Math.round(channel.length / factor) }, (_, i) => {
    const at = i * factor
    const last = Math.min(channel.length - 1, Math.floor(at + reach))
    let sum = 0
    for (let k = Math.max(0, Math.ceil(at - reach)); k <= last; k++) {
      const t = (at - k) * band
      const sinc = t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t)
      const phase = (Math.PI * t) / crossings
      sum += channel[k]! * sinc * (0.42 + 0.5 * Math.cos(phase) + 0.08 * Math.cos(2 * phase))
    }
    return sum * band
  })
}

/** Constants: by how much faster or slower, which of the two by chance. */
export const speed = defineAudioCorruption<number>({
  name: 'speed',
  constants: [0.05, 0.1, 0.15, 0.2, 0.3],
  apply(sound, change, random) {
    const factor = 1 + random.sign() * change
    return mapChannels(sound, (channel) => play(channel, factor))
  },
})

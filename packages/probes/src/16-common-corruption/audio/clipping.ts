// Peaks cut flat, as a recorder set too loud cuts them. The level at which they are cut is the one that cuts the wanted share
// of samples, so that the strength does not hang on how loud the file is; the level itself is kept, as if the recording
// had been turned down afterwards.
import { defineAudioCorruption, mapChannels } from './audio-corruption.ts'

/** Constants: share of samples that are cut. */
export const clipping = defineAudioCorruption<number>({
  name: 'clipping',
  constants: [0.01, 0.03, 0.08, 0.15, 0.3],
  apply(sound, share) {
    const heights = Float32Array.from(
      sound.channels.flatMap((channel) => Array.from(channel, Math.abs)),
    ).sort()
    if (heights.length === 0) return sound
    // The highest sample that is not to be cut; equal ones beside it are left too, so a square wave is never cut.
    const limit = heights[Math.max(0, heights.length - Math.round(share * heights.length) - 1)]!
    return mapChannels(sound, (channel) => channel.map((x) => Math.min(limit, Math.max(-limit, x))))
  },
})

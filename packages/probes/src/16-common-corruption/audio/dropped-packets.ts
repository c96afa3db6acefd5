// Packets of 20 ms, the usual length in internet telephony (RFC 3551), that never arrive: silence in their place, in all
// channels. Losses are independent of each other and nothing conceals them; real networks lose in bursts and real
// receivers guess the gap, which is harder in the one and easier in the other.
import { takeShare } from '../text/take-share.ts'
import { defineAudioCorruption, mapChannels } from './audio-corruption.ts'

const packetSeconds = 0.02

/** Constants: share of packets that are lost. */
export const droppedPackets = defineAudioCorruption<number>({
  name: 'dropped-packets',
  constants: [0.01, 0.03, 0.05, 0.1, 0.2],
  apply(sound, share, random) {
    const length = Math.max(1, Math.round(packetSeconds * sound.rate))
    const packets = Math.ceil((sound.channels[0]?.length ?? 0) / length)
    const lost = takeShare(packets, share, random)
    return mapChannels(sound, (channel) => {
      const out = channel.slice()
      for (const packet of lost) out.fill(0, packet * length, (packet + 1) * length)
      return out
    })
  },
})

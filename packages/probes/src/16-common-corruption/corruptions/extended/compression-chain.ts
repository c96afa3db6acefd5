import { defineExtended } from '../corruption.ts'
import { fromImage8, toImage8 } from '../eight-bit.ts'
import { resizeByBoxes, smallSize } from '../pixelate.ts'

interface Chain {
  /** Share of the sides that is left when the picture is first sent on. */
  readonly share: number
  /** JPEG quality at each station after that. */
  readonly qualities: readonly number[]
}

/**
 * A picture that was passed on several times: shrunk at the first station, stored as JPEG at each, and enlarged at
 * the end. Strengths are ours.
 */
export const compressionChain = defineExtended<Chain>({
  name: 'compression-chain',
  family: 'compression',
  strengths: [
    { share: 0.9, qualities: [75, 60] },
    { share: 0.8, qualities: [60, 50] },
    { share: 0.65, qualities: [50, 35, 50] },
    { share: 0.5, qualities: [40, 25, 40] },
    { share: 0.4, qualities: [30, 15, 30, 15] },
  ],
  async apply(image, { share, qualities }, { images, channels, height, width }) {
    const size = smallSize({ height, width }, share)
    const shape = { channels, ...size }
    let sent = resizeByBoxes(image, { channels, height, width }, size)
    for (const quality of qualities) {
      const through = await images.throughJpeg(toImage8(sent, shape), quality)
      if (through.channels !== channels || through.data.length !== sent.length) {
        throw new RangeError(
          `the codec turned ${channels} channels and ${sent.length} numbers into ${through.channels} and ${through.data.length}`,
        )
      }
      sent = fromImage8(through)
    }
    return resizeByBoxes(sent, shape, { height, width })
  },
})

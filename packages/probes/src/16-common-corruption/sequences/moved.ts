// A picture seen from elsewhere: shifted, turned, enlarged, or as a board that leans. Each pixel is read at the place
// that the inverse map sends it to, between pixels.
import type { ImageShape } from '../corruptions/corruption.ts'
import { mirror } from '../corruptions/defocus-blur.ts'
import { type Affine, affinePlaces, type Places, resample } from '../corruptions/resample.ts'

/** What comes in past the border. */
export type Border = 'mirror' | 'black'

export interface Move {
  /** Where a pixel at (x, y) from the middle is read: (xx x + xy y, yx x + yy y). */
  readonly linear: readonly [xx: number, xy: number, yx: number, yy: number]
  /** Pixels to the right. */
  readonly shift: number
}

export function moved(
  image: Float32Array,
  { linear: [xx, xy, yx, yy], shift }: Move,
  shape: ImageShape & { readonly border: Border },
): Float32Array {
  const middle = { x: (shape.width - 1) / 2, y: (shape.height - 1) / 2 }
  const affine: Affine = [
    xx,
    xy,
    middle.x - xx * middle.x - xy * middle.y - shift,
    yx,
    yy,
    middle.y - yx * middle.x - yy * middle.y,
  ]
  return readAt(image, affinePlaces(affine, shape), shape)
}

/**
 * The picture as a board leaned by `degrees` about both its axes, seen from a distance of its diagonal, where it fills the
 * view when it does not lean.
 */
export function tilted(
  image: Float32Array,
  degrees: number,
  shape: ImageShape & { readonly border: Border },
): Float32Array {
  const { height, width } = shape
  const far = Math.hypot(width, height)
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  // A point (x, y, 1) of the board, from its middle, is turned about the upright axis and then about the level one. With
  // z the depth that this gives it, it is seen at far (x', y') / (z + far). The two rows and the depth are linear in x and y.
  const seen = [
    [far * cos, 0, -far * sin],
    [-far * sin * sin, far * cos, -far * sin * cos],
    [cos * sin, sin, cos * cos + far],
  ] as const
  const [a, b, c] = inverse(seen)
  const places: Places = { x: new Float32Array(height * width), y: new Float32Array(height * width) }
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = [column - width / 2, row - height / 2]
      const depth = c[0] * x + c[1] * y + c[2]
      places.x[row * width + column] = (a[0] * x + a[1] * y + a[2]) / depth + width / 2
      places.y[row * width + column] = (b[0] * x + b[1] * y + b[2]) / depth + height / 2
    }
  }
  return readAt(image, places, shape)
}

function readAt(
  image: Float32Array,
  places: Places,
  { border, ...shape }: ImageShape & { readonly border: Border },
): Float32Array {
  if (border === 'mirror') return resample(image, places, { ...shape, border: mirror })
  const { height, width } = shape
  const nearest = (i: number, n: number) => Math.min(n - 1, Math.max(0, i))
  const out = resample(image, places, { ...shape, border: nearest })
  const plane = height * width
  for (let i = 0; i < plane; i++) {
    const [x, y] = [places.x[i]!, places.y[i]!]
    if (x >= -0.5 && x < width - 0.5 && y >= -0.5 && y < height - 0.5) continue
    for (let at = i; at < out.length; at += plane) out[at] = 0
  }
  return out
}

type Row = readonly [number, number, number]

/** Of a matrix of three rows, up to a factor, which the projection does not see. */
function inverse([a, b, c]: readonly [Row, Row, Row]): readonly [Row, Row, Row] {
  const cross = (p: Row, q: Row): Row => [
    p[1] * q[2] - p[2] * q[1],
    p[2] * q[0] - p[0] * q[2],
    p[0] * q[1] - p[1] * q[0],
  ]
  const columns = [cross(b, c), cross(c, a), cross(a, b)] as const
  return [0, 1, 2].map((i) => columns.map((column) => column[i as 0 | 1 | 2])) as unknown as readonly [
    Row,
    Row,
    Row,
  ]
}

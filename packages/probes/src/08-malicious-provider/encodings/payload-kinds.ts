// Secrets to hide, for tests and for showing what the detectors can find: text that reads like English and grey pictures
// that look like faces from far away. Both are made from a seed, so that nobody's data travel with this project. They are
// as easy to tell from noise as real ones are, no easier: the words of the text are not those that the text detector was
// made from, and the pictures carry the grain of a camera.
import type { Random } from '@failmode/core'

const things =
  'patient invoice customer account garden river engine letter contract doctor teacher window market village camera ticket journey kitchen mountain station library hospital address number bottle paper summer winter morning evening brother sister manager salary colour picture question answer meeting project office harbour bridge forest island concert football dinner breakfast neighbour lawyer bicycle railway computer password medicine allergy insurance mortgage'.split(
    ' ',
  )
const deeds =
  'visited paid wrote opened carried sold repaired mentioned received forgot promised ordered returned painted followed watched cleaned borrowed ignored signed described counted measured collected delivered'.split(
    ' ',
  )
const qualities =
  'quiet broken early expensive small yellow careful distant empty famous gentle heavy honest narrow painful private recent silent sudden warm wooden strange useful modern'.split(
    ' ',
  )
const joints = 'the,a,every,this,another,her,his,our,their'.split(',')
const links = ['and', 'but', 'because', 'while', 'before', 'after', 'although', 'so that', 'when']
const places = ['near', 'behind', 'under', 'without', 'from', 'for', 'with', 'against', 'across', 'inside']

/** `bytes` bytes of sentences with capitals, commas, full stops and now and then a number. ASCII. */
export function pseudoText(random: Random, { bytes }: { readonly bytes: number }): Uint8Array {
  const pick = (words: readonly string[]) => words[random.int(words.length)] as string
  const noun = () => `${pick(joints)} ${random.uniform() < 0.4 ? `${pick(qualities)} ` : ''}${pick(things)}`
  const clause = () =>
    `${noun()} ${pick(deeds)} ${noun()}${random.uniform() < 0.5 ? ` ${pick(places)} ${noun()}` : ''}`
  let text = ''
  while (text.length < bytes) {
    let sentence = clause()
    if (random.uniform() < 0.5) sentence += `${random.boolean() ? ',' : ''} ${pick(links)} ${clause()}`
    if (random.uniform() < 0.2)
      sentence += ` on ${1 + random.int(28)} ${pick(['May', 'June', 'March'])} ${1950 + random.int(70)}`
    text += `${sentence[0]?.toUpperCase()}${sentence.slice(1)}. `
    if (random.uniform() < 0.15) text = `${text.trimEnd()}\n`
  }
  return new TextEncoder().encode(text.slice(0, bytes))
}

export interface PictureOptions {
  readonly width: number
  readonly height: number
  /** Standard deviation of the grain, in grey levels; 3 unless said. */
  readonly grain?: number
}

/** A grey picture, row by row: a lit oval with eyes, nose and mouth before a background that grows lighter one way. */
export function pseudoFace(random: Random, { width, height, grain = 3 }: PictureOptions): Uint8Array {
  const around = (middle: number, spread: number) => middle + spread * (2 * random.uniform() - 1)
  const background = around(90, 70)
  const slope = around(0, 60)
  const skin = around(160, 60)
  const light = around(0, 50)
  const face = { x: around(0.5, 0.06), y: around(0.52, 0.05), rx: around(0.3, 0.05), ry: around(0.4, 0.05) }
  const eyeRow = face.y - around(0.1, 0.03)
  const eyeGap = around(0.12, 0.02)
  const dark = around(70, 25)
  const hair = around(60, 50)
  const spots = [
    { x: face.x - eyeGap, y: eyeRow, rx: 0.055, ry: 0.035, depth: dark },
    { x: face.x + eyeGap, y: eyeRow, rx: 0.055, ry: 0.035, depth: dark },
    { x: face.x, y: face.y + 0.05, rx: 0.03, ry: 0.08, depth: dark / 3 },
    { x: face.x, y: face.y + around(0.2, 0.02), rx: around(0.1, 0.03), ry: 0.03, depth: dark },
  ]
  /** 1 inside, 0 outside, and in between over a border of about a pixel. */
  const inside = (x: number, y: number, oval: { x: number; y: number; rx: number; ry: number }) => {
    const far = Math.hypot((x - oval.x) / oval.rx, (y - oval.y) / oval.ry)
    return 1 / (1 + Math.exp((far - 1) * 10))
  }
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const x = (i % width) / width
    const y = Math.floor(i / width) / height
    const oval = inside(x, y, face)
    const crown =
      inside(x, y, { ...face, y: face.y - 0.15, rx: face.rx * 1.15 }) * (y < eyeRow - 0.06 ? 1 : 0)
    let value = background + slope * (x - 0.5)
    value += crown * (hair - value)
    value += oval * (y < eyeRow - 0.12 ? 0.3 : 1) * (skin + light * (x - face.x) - 30 * (y - face.y) - value)
    for (const spot of spots) value -= inside(x, y, spot) * spot.depth
    return Math.max(0, Math.min(255, Math.round(value + grain * random.normal())))
  })
}

/** `count` pictures one behind another, as who hides them would lay them out. */
export function pseudoFaces(
  random: Random,
  { count, ...options }: PictureOptions & { readonly count: number },
): Uint8Array {
  const size = options.width * options.height
  const out = new Uint8Array(count * size)
  for (let i = 0; i < count; i++) out.set(pseudoFace(random.split(i), options), i * size)
  return out
}

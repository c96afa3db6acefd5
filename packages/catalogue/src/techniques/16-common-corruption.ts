// The published image corruptions, by the names of the common-corruption probe, and the suites and families around them.
// What a reader must know of any corruption is the same for all of one family, and is written once.
import type { TechniqueInput } from '../schema.ts'
import { arxiv, corruptionsPaper } from './paper.ts'

const stress = { kind: 'stress', modes: ['common-corruption'], access: 'label' } as const

type Family = 'noise' | 'blur' | 'weather' | 'light' | 'digital' | 'geometric' | 'camera' | 'occlusion'

/** Where damage of a family comes from in service, and what it means when accuracy falls under it. */
const families: Readonly<Record<Family, { readonly responder: string; readonly policy: string }>> = {
  noise: {
    responder:
      'Compare errors with the hour, the light and the temperature of the sensor; errors that gather in the dark point here.',
    policy:
      'A drop means that the system is worse at night or with cheap cameras, and so for those who have no others.',
  },
  blur: {
    responder:
      'Look at lenses, focus and speed at the places where errors gather; a cleaned or refitted camera is a quick remedy.',
    policy: 'A drop means that dirt, haste or a badly set camera is enough to spoil decisions.',
  },
  weather: {
    responder:
      'Lay errors beside the weather records of the place. If they match, restrict use in such weather until it is retrained.',
    policy: 'A drop means that the system may be used in fair weather only, and its owner should say so.',
  },
  light: {
    responder:
      'Compare errors with the time of day and with changes of exposure; a new firmware of a camera can shift it overnight.',
    policy: 'A drop means that the hour of the day or a setting of the camera changes how people are judged.',
  },
  digital: {
    responder:
      'Look for a change in how pictures are sent or stored, such as a new compression setting or size; it dates the start of the errors.',
    policy:
      'A drop means that an ordinary file setting, which nobody thought of as part of the system, changes its decisions.',
  },
  geometric: {
    responder:
      'Compare the mounting and the cropping with those in training; errors that begin with a refit point here.',
    policy: 'A drop means that a camera that hangs a little otherwise is enough to change decisions.',
  },
  camera: {
    responder:
      'Look at raw pictures of the camera with most errors, beside those of its neighbours; cleaning and resetting is a quick remedy.',
    policy:
      "A drop means that upkeep of cameras is part of the safety of the system, and has to be somebody's duty.",
  },
  occlusion: {
    responder:
      'Look at what stands in the wrong pictures, and whether it is there often; a moved camera may be the remedy.',
    policy: 'A drop means that the system decides with confidence on what it cannot see whole.',
  },
}

interface Corruption {
  readonly id: string
  readonly name: string
  readonly aliases?: readonly string[]
  readonly family: Family
  /** The formula, for engineers. */
  readonly formula: string
  /** What causes it in service. */
  readonly cause: string
  /** What one would see. */
  readonly seen: string
}

const corruption = ({
  id,
  name,
  aliases = [],
  family,
  formula,
  cause,
  seen,
}: Corruption): TechniqueInput => ({
  ...stress,
  id,
  name,
  aliases,
  goal: `Loss of accuracy under ${name}, in five published strengths.`,
  say: {
    engineer: `${formula} Constants differ for small pictures (CIFAR-10-C) and large ones (ImageNet-C); a cell costs one query a picture.`,
    responder: `${cause} ${families[family].responder}`,
    policy: `${seen} ${families[family].policy}`,
  },
  limits:
    'The strengths are those of one benchmark: no drop here does not cover stronger damage, other kinds, or several at once.',
  source: corruptionsPaper,
})

/** One that this product adds to the published ones, with strengths of its own. */
const ownCorruption = (given: Corruption): TechniqueInput => {
  const { goal: _, say, ...common } = corruption(given)
  return {
    ...common,
    goal: `Loss of accuracy under ${given.name}, in five strengths of our own.`,
    say: {
      ...say,
      engineer: `${given.formula} Formula and strengths are ours and not published ones; no mean error counts it, and it is applied only where asked for. A cell costs one query a picture.`,
    },
    limits:
      'The strengths are our choice, so numbers cannot be set beside published ones; no drop here does not cover stronger damage or several kinds at once.',
  }
}

export const commonCorruption: readonly TechniqueInput[] = [
  corruption({
    id: 'gaussian-noise',
    name: 'Gaussian noise',
    family: 'noise',
    formula: 'Adds normal noise to every number of the picture.',
    cause: 'Sensors give it in low light and when warm.',
    seen: 'The picture looks grainy.',
  }),
  corruption({
    id: 'shot-noise',
    name: 'shot noise',
    aliases: ['Poisson noise'],
    family: 'noise',
    formula: 'Replaces each number by a Poisson draw around it, so that the grain grows with brightness.',
    cause: 'Light itself comes in grains, which short exposures show.',
    seen: 'The picture looks grainy where it is bright.',
  }),
  corruption({
    id: 'impulse-noise',
    name: 'impulse noise',
    aliases: ['salt and pepper', 'salt-and-pepper noise'],
    family: 'noise',
    formula: 'Sets a share of the numbers to black or white, half each.',
    cause: 'Broken pixels and bit errors on the line give it.',
    seen: 'Black and white dots lie over the picture.',
  }),
  corruption({
    id: 'speckle-noise',
    name: 'speckle noise',
    family: 'noise',
    formula: 'Adds normal noise that is multiplied by the brightness of each number.',
    cause: 'Radar, ultrasound and laser images have it by nature.',
    seen: 'Bright areas are mottled.',
  }),
  corruption({
    id: 'defocus-blur',
    name: 'defocus blur',
    family: 'blur',
    formula: 'Averages over a disk with softened edges.',
    cause: 'The lens is out of focus.',
    seen: 'Everything is equally soft.',
  }),
  corruption({
    id: 'gaussian-blur',
    name: 'Gaussian blur',
    family: 'blur',
    formula: 'Averages neighbours with normal weights.',
    cause: 'Dirt on the lens or a cheap one gives it.',
    seen: 'The picture looks as through a veil.',
  }),
  corruption({
    id: 'glass-blur',
    name: 'frosted glass blur',
    aliases: ['glass blur'],
    family: 'blur',
    formula: 'Blurs, moves pixels to random places nearby, several times over, and blurs again.',
    cause: 'Pictures are taken through windows, housings or wet glass.',
    seen: 'Edges are frayed as behind a bathroom window.',
  }),
  corruption({
    id: 'motion-blur',
    name: 'motion blur',
    family: 'blur',
    formula: 'Averages along a line of random direction with falling weights.',
    cause: 'Camera or object moved during the exposure.',
    seen: 'Everything is smeared in one direction.',
  }),
  corruption({
    id: 'zoom-blur',
    name: 'zoom blur',
    family: 'blur',
    formula: 'Takes the mean of the picture and enlarged copies of its centre.',
    cause: 'The camera moves towards what it sees, as in a vehicle.',
    seen: 'The picture streaks outwards from the middle.',
  }),
  corruption({
    id: 'snow',
    name: 'snow',
    family: 'weather',
    formula:
      'Draws flakes from noise that is enlarged, cut off and blurred along the fall, over a whitened picture.',
    cause: 'It snows, or spray hits the lens.',
    seen: 'White streaks cover parts of the scene.',
  }),
  corruption({
    id: 'frost',
    name: 'frost',
    family: 'weather',
    formula: 'Mixes the picture with photographs of ice crystals.',
    cause: 'Ice grows on the lens or the window before it.',
    seen: 'Crystals hide part of the picture.',
  }),
  corruption({
    id: 'fog',
    name: 'fog',
    family: 'weather',
    formula: 'Adds a random cloud made by the diamond-square method and scales the brightness back.',
    cause: 'Fog, smoke or a misted lens takes away contrast.',
    seen: 'The scene fades into uneven grey.',
  }),
  corruption({
    id: 'spatter',
    name: 'spatter',
    family: 'weather',
    formula: 'Lays drops of water, or at high strength of mud, over the picture.',
    cause: 'Rain and dirt hit the lens.',
    seen: 'Drops or stains hide parts of the scene.',
  }),
  corruption({
    id: 'brightness',
    name: 'brightness',
    family: 'light',
    formula: 'Raises the value of each pixel in hue, saturation and value.',
    cause: 'The exposure is too long or the sun shines in.',
    seen: 'The picture is washed out.',
  }),
  corruption({
    id: 'contrast',
    name: 'contrast',
    aliases: ['low contrast'],
    family: 'light',
    formula: 'Pulls each number towards the mean of its channel.',
    cause: 'Haze, dusk or back light flattens the picture.',
    seen: 'Everything is nearly the same grey.',
  }),
  corruption({
    id: 'saturate',
    name: 'saturation',
    family: 'light',
    formula: 'Multiplies the saturation of each pixel, down or far up.',
    cause: 'Another colour profile or camera gives other colours.',
    seen: 'Colours are pale or glaring.',
  }),
  corruption({
    id: 'elastic-transform',
    name: 'elastic transform',
    aliases: ['elastic'],
    family: 'digital',
    formula: 'Shifts each pixel by a smooth random field after a slight tilt.',
    cause: 'Lenses, stitched pictures and creased documents distort like this.',
    seen: 'Shapes are bent as on rubber.',
  }),
  corruption({
    id: 'pixelate',
    name: 'pixelation',
    family: 'digital',
    formula: 'Shrinks the picture by averaging and enlarges it again.',
    cause: 'Pictures are sent small and enlarged at the other end.',
    seen: 'Little squares are visible.',
  }),
  corruption({
    id: 'jpeg',
    name: 'JPEG compression',
    aliases: ['jpeg-compression'],
    family: 'digital',
    formula: 'Stores the picture as JPEG at a low quality and reads it back.',
    cause: 'Messengers, phones and archives compress pictures on the way.',
    seen: 'Blocks and halos show around edges.',
  }),
  ownCorruption({
    id: 'tilt',
    name: 'tilt',
    aliases: ['rotation'],
    family: 'geometric',
    formula: 'Turns the picture by 2, 5, 10, 15 or 25 degrees to either side.',
    cause: 'A mount has sagged or a phone is held askew.',
    seen: 'The horizon is not level.',
  }),
  ownCorruption({
    id: 'zoom',
    name: 'zoom',
    family: 'geometric',
    formula: 'Enlarges or shrinks the picture around its middle, by 1.5 at most.',
    cause: 'The lens was changed or the distance is another than in training.',
    seen: 'Things are larger or smaller than usual.',
  }),
  ownCorruption({
    id: 'translate',
    name: 'translation',
    family: 'geometric',
    formula: 'Shifts the picture in a random direction by up to a quarter of its sides.',
    cause: 'The camera points a little aside, or the cropping step is off.',
    seen: 'The object is not in the middle.',
  }),
  ownCorruption({
    id: 'shear',
    name: 'shear',
    family: 'geometric',
    formula: 'Slides rows or columns over each other by up to 0.4 pixels a pixel.',
    cause: 'A scanner pulls paper in askew, or a sensor is read while it moves.',
    seen: 'Right angles are slanted.',
  }),
  ownCorruption({
    id: 'perspective',
    name: 'perspective',
    family: 'geometric',
    formula: 'Turns the picture like a board about an axis through its middle, by a projective map.',
    cause: 'The camera was mounted higher, lower or further aside.',
    seen: 'One side looks nearer than the other.',
  }),
  ownCorruption({
    id: 'exposure',
    name: 'wrong exposure',
    family: 'camera',
    formula:
      'Multiplies light, not its stored value, by up to 8 or an eighth, and cuts off what is too bright.',
    cause: 'Automatic exposure follows a lamp, a window or snow.',
    seen: 'The picture is too dark or burnt out.',
  }),
  ownCorruption({
    id: 'white-balance',
    name: 'wrong white balance',
    family: 'camera',
    formula: 'Multiplies red light and divides blue light by a gain of up to 3, or the other way round.',
    cause: 'Street lamps, neon light or a camera of another maker shift colours.',
    seen: 'Everything is too orange or too blue.',
  }),
  ownCorruption({
    id: 'rolling-shutter',
    name: 'rolling shutter',
    family: 'camera',
    formula: 'Shifts each row aside by its time of reading, along a pan with three shakes.',
    cause: 'Cheap sensors read rows one after another while vehicle or hand moves.',
    seen: 'Upright things lean and wobble.',
  }),
  ownCorruption({
    id: 'lens-dirt',
    name: 'dirt on the lens',
    family: 'camera',
    formula: 'Darkens up to 18 soft round spots in random places.',
    cause: 'Dust, insects and drops dry on the front glass.',
    seen: 'Dim blotches lie over the scene and stay where they are.',
  }),
  ownCorruption({
    id: 'occlusion',
    name: 'occlusion',
    family: 'occlusion',
    formula: 'Covers 4 to 40 % of the picture with a rectangle of one colour in a random place.',
    cause: 'A post, a hand, a sticker or another vehicle stands before the object.',
    seen: 'Part of the object is hidden.',
  }),
  ownCorruption({
    id: 'compression-chain',
    name: 'chain of compressions',
    aliases: ['repeated JPEG compression'],
    family: 'digital',
    formula:
      'Shrinks the picture, stores it as JPEG two to four times at qualities from 75 to 15, and enlarges it.',
    cause: 'A picture is passed from phone to messenger to archive.',
    seen: 'Blocks, halos and little squares add up.',
  }),
  {
    ...stress,
    kind: 'suite',
    id: 'imagenet-c',
    name: 'ImageNet-C and CIFAR-10-C',
    aliases: ['ImageNet-C', 'CIFAR-10-C', 'common corruptions', 'image corruptions'],
    goal: 'Accuracy under 15 kinds of damage in five strengths each.',
    say: {
      engineer:
        'Noise (3), blur (4), weather (3), brightness, contrast, and three digital kinds, at five strengths, with four extra kinds for development. Published data sets hold the damaged pictures as files; this product applies the formulas to your own pictures, so its numbers are yours and not those of a leaderboard.',
      responder:
        'Read the table by kind: the worst row says which condition to look for in the log. The mean hides it.',
      policy:
        'A catalogue of ordinary bad conditions, agreed among researchers, in which systems can be compared. It is a floor for testing and not proof of safety outdoors.',
    },
    limits: 'Real fog is not this fog: synthetic damage can be easier or harder than what the system meets.',
    source: corruptionsPaper,
  },
  {
    ...stress,
    kind: 'suite',
    id: 'imagenet-p',
    name: 'ImageNet-P',
    aliases: ['perturbation sequences'],
    goal: 'Steadiness of answers over frames that change slowly.',
    say: {
      engineer:
        'Counts how often the class flips between neighbouring frames of short sequences under ten slow changes, such as tilting, zooming and brightening. It costs one query a frame, and flip rates are divided by those of a reference model when they are published.',
      responder:
        'Flickering answers in video are the sign in service; look at single tracks and not at averages. Keep the frames in order and without re-encoding.',
      policy:
        'A decision should not flip because the camera moved by a hair. Unsteady answers are hard to explain to those concerned.',
    },
    limits: 'A model that is steadily wrong does well here.',
    source: corruptionsPaper,
  },
  {
    ...stress,
    id: 'text-corruption',
    name: 'text corruption',
    aliases: ['typos', 'CheckList transformations'],
    goal: 'Loss of accuracy on texts with everyday defects.',
    say: {
      engineer:
        'Applies typing errors, other case, missing punctuation or accents, and numbers written as words, at increasing rates, and counts flips. It costs one query a version.',
      responder:
        'Errors that gather in certain input channels, such as phones or dictation, point here. Keep the text as typed, before any correction.',
      policy: 'People who spell differently should get the same decision. This counts how often they do not.',
    },
    limits: 'A list of defects covers one language and the defects on it.',
    source: arxiv(
      '2005.04118',
      'Ribeiro et al. "Beyond accuracy: Behavioral testing of NLP models with CheckList." ACL 2020.',
      'memory',
    ),
  },
]

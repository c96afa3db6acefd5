import { createRandom, mean } from '@failmode/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Severity, severities } from '../corruptions/corruption.ts'
import { power, type Sound } from './audio-corruption.ts'
import { lowPassKernel } from './band-limit.ts'
import { colouredNoise } from './coloured-noise.ts'
import {
  type AudioCorruptionName,
  audioCorruptionNames,
  audioCorruptions,
  corruptAudio,
} from './corrupt-audio.ts'
import { convolve, fft } from './fft.ts'
import { codeCoarsely } from './low-bit-rate.ts'
import { throughMuLaw } from './mu-law.ts'
import { roomResponse } from './reverberation.ts'
import { play } from './speed.ts'
import { changeTempo } from './tempo.ts'

const rate = 16_000

/** A voice-like sound: harmonics of 140 Hz up to 7 kHz, weaker upwards, loud and quiet by turns, with a little noise. */
function voice(seconds = 2, channels = 1, seed = 1): Sound {
  const random = createRandom(seed)
  const make = (_: unknown, c: number) =>
    Float32Array.from({ length: Math.round(seconds * rate) }, (_, i) => {
      const t = i / rate
      const loud = 0.55 + 0.45 * Math.sin(2 * Math.PI * 3 * t + c)
      let sum = 0
      for (let k = 1; k <= 50; k++) sum += Math.sin(2 * Math.PI * 140 * k * t + k * k) / k
      return 0.1 * loud * sum + 0.001 * random.normal()
    })
  return { rate, channels: Array.from({ length: channels }, make) }
}

const tone = (frequency: number, { seconds = 1, height = 0.5, at = rate } = {}): Float32Array =>
  Float32Array.from({ length: seconds * at }, (_, i) => height * Math.sin((2 * Math.PI * frequency * i) / at))

const mono = (channel: Float32Array, at = rate): Sound => ({ rate: at, channels: [channel] })

function corrupt(name: AudioCorruptionName, sound: Sound, severity: Severity = 3, seed = 7): Sound {
  return corruptAudio(sound, { corruption: name, severity, random: createRandom(seed) })
}

const decibels = (ratio: number) => 10 * Math.log10(ratio)

/** Power of the difference, in dB below that of the first sound. */
function ratioToChange(before: Sound, after: Sound): number {
  const change = {
    rate,
    channels: before.channels.map((c, i) => c.map((x, t) => x - after.channels[i]![t]!)),
  }
  return decibels(power(before) / power(change))
}

/** Power at one frequency by Goertzel's recurrence under Hann's window; shares no code with what is tested. */
function powerAt(samples: ArrayLike<number>, frequency: number, at = rate): number {
  const n = samples.length
  const turn = 2 * Math.cos((2 * Math.PI * frequency) / at)
  let [s1, s2] = [0, 0]
  for (let i = 0; i < n; i++) {
    const s0 = samples[i]! * 0.5 * (1 - Math.cos((2 * Math.PI * i) / n)) + turn * s1 - s2
    ;[s1, s2] = [s0, s1]
  }
  return (s1 * s1 + s2 * s2 - turn * s1 * s2) / (n * n)
}

/** Mean of `powerAt` over consecutive stretches. */
function density(samples: Float64Array | Float32Array, frequency: number, stretch = 2048): number {
  const parts: number[] = []
  for (let from = 0; from + stretch <= samples.length; from += stretch) {
    parts.push(powerAt(samples.subarray(from, from + stretch), frequency))
  }
  return mean(parts)
}

/** The strongest frequency between two, to a tenth of a Hz. */
function pitch(samples: Float32Array, from: number, to: number, at = rate): number {
  let best = from
  for (let step = 10; step >= 0.1; step /= 10) {
    const centre = step === 10 ? (from + to) / 2 : best
    const reach = step === 10 ? (to - from) / 2 : 10 * step
    let most = -1
    for (let f = centre - reach; f <= centre + reach; f += step) {
      const p = powerAt(samples, f, at)
      if (p > most) [most, best] = [p, f]
    }
  }
  return best
}

/** Slope of a straight line through points, by least squares. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mx = mean(points.map(([x]) => x))
  const my = mean(points.map(([, y]) => y))
  const top = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0)
  return top / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)
}

const random = () => createRandom(5)

describe('every audio corruption', () => {
  const changesLength = (name: AudioCorruptionName) => name === 'speed' || name === 'tempo'

  it.each(audioCorruptionNames)('%s has the name under which it is registered', (name) => {
    expect(audioCorruptions[name].name).toBe(name)
  })

  it.each(audioCorruptionNames)(
    '%s keeps rate, channels and, where it may, length, and its input',
    (name) => {
      const sound = voice(0.5, 2)
      const before = sound.channels.map((channel) => channel.slice())
      const out = corrupt(name, sound)
      expect(out.rate).toBe(rate)
      expect(out.channels.length).toBe(2)
      expect(out.channels[0]!.length).toBe(out.channels[1]!.length)
      expect(out.channels[0]!.length !== sound.channels[0]!.length).toBe(changesLength(name))
      expect(sound.channels).toEqual(before)
      expect(out.channels[0]).not.toEqual(sound.channels[0])
    },
  )

  it.each(audioCorruptionNames)('%s is the same for the same seed', (name) => {
    const sound = voice(0.5, 2)
    expect(corrupt(name, sound)).toEqual(corrupt(name, sound))
    const isRandom = /noise|reverb|packets/.test(name)
    if (isRandom) expect(corrupt(name, sound, 5, 8)).not.toEqual(corrupt(name, sound, 5))
  })

  it.each(audioCorruptionNames.filter((name) => !changesLength(name)))(
    '%s changes the sound more with every severity',
    (name) => {
      const sound = voice(2)
      const ratios = severities.map((severity) => ratioToChange(sound, corrupt(name, sound, severity)))
      for (let i = 1; i < 5; i++) expect(ratios[i]).toBeLessThan(ratios[i - 1]!)
    },
  )

  it.each(audioCorruptionNames)('%s takes any finite sound, however short, and leaves it finite', (name) => {
    const sounds = fc
      .tuple(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 300 }),
        fc.constantFrom(1000, 8000, 11_025),
      )
      .chain(([channels, length, at]) =>
        fc
          .array(fc.float32Array({ minLength: length, maxLength: length, min: -2, max: 2, noNaN: true }), {
            minLength: channels,
            maxLength: channels,
          })
          .map((list) => ({ rate: at, channels: list })),
      )
    fc.assert(
      fc.property(sounds, fc.constantFrom(...severities), fc.integer(), (sound, severity, seed) => {
        const out = corrupt(name, sound, severity, seed)
        expect(out.channels.length).toBe(sound.channels.length)
        for (const [c, channel] of out.channels.entries()) {
          expect(channel).toBeInstanceOf(Float32Array)
          expect(channel).not.toBe(sound.channels[c])
          expect(channel.every(Number.isFinite)).toBe(true)
          if (!changesLength(name)) expect(channel.length).toBe(sound.channels[c]!.length)
        }
      }),
      { numRuns: 40 },
    )
  })

  it.each(audioCorruptionNames)('%s leaves silence silent', (name) => {
    const out = corrupt(name, mono(new Float32Array(4000)), 5)
    expect(out.channels[0]!.every((x) => Math.abs(x) < 1e-12)).toBe(true)
  })

  it('is refused on a sound without channels, with channels of different lengths, or with no usable rate', () => {
    const few = new Float32Array(3)
    expect(() => corrupt('gain', { rate, channels: [] })).toThrow(RangeError)
    expect(() => corrupt('gain', { rate, channels: [few, new Float32Array(4)] })).toThrow(RangeError)
    for (const bad of [0, 999, Number.NaN, 1e9])
      expect(() => corrupt('gain', mono(few, bad))).toThrow(RangeError)
  })
})

describe('the Fourier transform', () => {
  it('is the sum that defines it, and its own inverse', () => {
    for (const n of [1, 2, 8, 64]) {
      const re = Float64Array.from({ length: n }, random().normal)
      const im = Float64Array.from({ length: n }, createRandom(6).normal)
      const [re2, im2] = [re.slice(), im.slice()]
      fft(re2, im2)
      for (let k = 0; k < n; k++) {
        let [a, b] = [0, 0]
        for (let i = 0; i < n; i++) {
          const phase = (-2 * Math.PI * i * k) / n
          a += re[i]! * Math.cos(phase) - im[i]! * Math.sin(phase)
          b += re[i]! * Math.sin(phase) + im[i]! * Math.cos(phase)
        }
        expect(re2[k]).toBeCloseTo(a, 10)
        expect(im2[k]).toBeCloseTo(b, 10)
      }
      fft(im2, re2)
      for (let i = 0; i < n; i++) expect(re2[i]! / n).toBeCloseTo(re[i]!, 12)
    }
  })

  it('convolves as the sum of products does', () => {
    const signal = random().fillNormal(new Float32Array(50))
    const kernel = Float64Array.from({ length: 23 }, createRandom(9).normal)
    for (const from of [0, 11]) {
      const got = convolve(signal, kernel, { from })
      for (let t = 0; t < signal.length; t++) {
        let sum = 0
        for (let k = 0; k < kernel.length; k++) sum += kernel[k]! * (signal[t + from - k] ?? 0)
        expect(got[t]).toBeCloseTo(sum, 5)
      }
    }
  })
})

describe('coloured noise', () => {
  const colours = [
    ['white-noise', 0],
    ['pink-noise', 1],
    ['brown-noise', 2],
    ['blue-noise', -1],
    ['violet-noise', -2],
  ] as const

  it.each(colours)('%s is at the ratio of its severity to within 0.1 dB', (name) => {
    for (const sound of [voice(1), voice(0.05), voice(0.5, 2), mono(tone(300, { height: 0.001 }))]) {
      for (const severity of severities) {
        const ratio = ratioToChange(sound, corrupt(name, sound, severity))
        expect(Math.abs(ratio - [20, 15, 10, 5, 0][severity - 1]!)).toBeLessThan(0.1)
      }
    }
  })

  it.each(colours)('%s has the slope of its colour, -3.01 dB an octave for each unit', (_, slope) => {
    const noise = colouredNoise(40 * rate, { rate, slope, random: random() })
    const points: [number, number][] = []
    for (let f = 60; f < 7000; f *= Math.SQRT2) points.push([Math.log2(f), decibels(density(noise, f))])
    expect(points.length).toBeGreaterThan(12)
    expect(Math.abs(slopeOf(points) + slope * decibels(2))).toBeLessThan(0.25)
  })

  it('has nothing below 20 Hz', () => {
    for (const [, slope] of colours) {
      const noise = colouredNoise(16 * rate, { rate, slope, random: random() })
      expect(decibels(density(noise, 5, 32_768) / density(noise, 40, 32_768))).toBeLessThan(-25)
    }
  })

  it('is another on each channel', () => {
    const sound = mono(tone(200))
    const both = { rate, channels: [sound.channels[0]!, sound.channels[0]!] }
    const { channels } = corrupt('pink-noise', both)
    expect(channels[0]).not.toEqual(channels[1])
  })
})

describe('reverberation', () => {
  it.each(severities)('at severity %i dies away in the time it says and has the echo it says', (severity) => {
    const room = audioCorruptions.reverberation.constants[severity - 1] as {
      rt60: number
      directRatio: number
    }
    const click = new Float32Array(3 * rate)
    click[0] = 1
    const response = corrupt('reverberation', mono(click), severity).channels[0]!
    // Schroeder's backward integration of the echo, then the fall from -5 to -35 dB times two (T30 of ISO 3382).
    const remaining = new Float64Array(response.length + 1)
    for (let t = response.length - 1; t >= 0; t--) remaining[t] = remaining[t + 1]! + response[t]! ** 2
    const fall: [number, number][] = []
    for (let t = 1; t < response.length; t++) {
      const level = decibels(remaining[t]! / remaining[1]!)
      if (level <= -5 && level >= -35) fall.push([t / rate, level])
    }
    expect(Math.abs(-60 / slopeOf(fall) / room.rt60 - 1)).toBeLessThan(0.08)
    expect(decibels(response[0]! ** 2 / remaining[1]!)).toBeCloseTo(room.directRatio, 2)
    expect(remaining[0]).toBeCloseTo(1, 4)
  })

  it('keeps the loudness of a sound about as it was', () => {
    const noise = mono(random().fillNormal(new Float32Array(4 * rate)))
    expect(Math.abs(decibels(power(corrupt('reverberation', noise, 2)) / power(noise)))).toBeLessThan(1)
  })

  it('adds nothing before a sound begins', () => {
    const late = new Float32Array(rate)
    late[8000] = 1
    const out = corrupt('reverberation', mono(late), 5).channels[0]!
    expect(out.subarray(0, 8000).every((x) => Math.abs(x) < 1e-7)).toBe(true)
  })

  it('has a response of the length that its time and rate give', () => {
    expect(roomResponse({ rt60: 0.5, directRatio: 0 }, 8000, random()).length).toBe(4000)
  })
})

describe('clipping', () => {
  it('cuts the share of samples that it says, to the sample, at one level', () => {
    const sound = mono(random().fillNormal(new Float32Array(10_000)))
    severities.forEach((severity, i) => {
      const out = corrupt('clipping', sound, severity).channels[0]!
      const cut = Array.from(out.keys()).filter((t) => out[t] !== sound.channels[0]![t])
      expect(cut.length).toBe([0.01, 0.03, 0.08, 0.15, 0.3][i]! * 10_000)
      const level = Math.abs(out[cut[0]!]!)
      expect(cut.every((t) => Math.abs(out[t]!) === level)).toBe(true)
      expect(out.every((x) => Math.abs(x) <= level)).toBe(true)
    })
  })
})

describe('mu-law', () => {
  it('has the signal to noise ratio of companding theory, 6.02 bits + 4.77 - 20 log10 ln 256, at any level', () => {
    for (const bits of [8, 7, 6]) {
      const theory = 6.02 * bits + 4.77 - 20 * Math.log10(Math.log(256))
      for (const height of [0.9, 0.5, 0.2]) {
        const sound = mono(tone(440.3, { height }))
        const coded = mono(sound.channels[0]!.map((x) => throughMuLaw(x, bits)))
        expect(Math.abs(ratioToChange(sound, coded) - theory), `${bits} bits at ${height}`).toBeLessThan(1.5)
      }
    }
  })

  it('knows 2^bits - 1 levels, among them 0 and full scale, and changes nothing a second time', () => {
    const ramp = Float32Array.from({ length: 20_001 }, (_, i) => i / 10_000 - 1)
    for (const [i, bits] of [8, 7, 6, 5, 4].entries()) {
      const once = corrupt('mu-law', mono(ramp), (i + 1) as Severity)
      const levels = new Set(once.channels[0])
      expect(levels.size).toBe(2 ** bits - 1)
      expect([...levels]).toEqual(expect.arrayContaining([0, 1, -1]))
      const twice = corrupt('mu-law', once, (i + 1) as Severity)
      expect(ratioToChange(once, twice)).toBeGreaterThan(100)
    }
    expect(throughMuLaw(3, 8)).toBeCloseTo(1, 12)
  })
})

describe('low bit rate', () => {
  it('changes nothing when it neither cuts nor rounds', () => {
    const sound = voice(0.7)
    const same = mono(codeCoarsely(sound.channels[0]!, { cutoff: rate, step: 0 }, rate))
    expect(ratioToChange(sound, same)).toBeGreaterThan(120)
  })

  it('rounds white noise to the ratio that a uniform quantiser and overlap by half give', () => {
    // Two parts each off by step^2 rms^2 / 12, halved because every sample is in two frames: 12 / step^2.
    const noise = mono(random().fillNormal(new Float32Array(4 * rate)))
    for (const step of [0.5, 0.25]) {
      const out = mono(codeCoarsely(noise.channels[0]!, { cutoff: rate, step }, rate))
      expect(Math.abs(ratioToChange(noise, out) - decibels(12 / step ** 2))).toBeLessThan(0.7)
    }
  })

  it('leaves nothing above its cutoff', () => {
    const noise = mono(random().fillNormal(new Float32Array(4 * rate)))
    severities.forEach((severity, i) => {
      const cutoff = [7000, 5500, 4500, 3400, 2700][i]!
      const out = corrupt('low-bit-rate', noise, severity).channels[0]!
      expect(decibels(density(out, cutoff + 300) / density(noise.channels[0]!, cutoff + 300))).toBeLessThan(
        -35,
      )
      expect(decibels(density(out, 1000) / density(noise.channels[0]!, 1000))).toBeGreaterThan(-3)
    })
  })
})

describe('band limits', () => {
  const middle = (channel: Float32Array) => channel.subarray(rate / 4, (3 * rate) / 4)
  /** What is left of a tone, in dB. */
  function left(name: AudioCorruptionName, frequency: number, severity: Severity): number {
    const given = tone(frequency)
    const [out] = corrupt(name, mono(given), severity).channels
    return decibels(powerAt(middle(out!), frequency) / powerAt(middle(given), frequency))
  }

  it.each(severities)(
    'keep the one side, halve the cutoff and remove the other at severity %i',
    (severity) => {
      for (const name of ['low-pass', 'high-pass'] as const) {
        const cutoff = audioCorruptions[name].constants[severity - 1] as number
        const [kept, removed] = name === 'low-pass' ? [0.88, 1.12] : [1.12, 0.88]
        expect(Math.abs(left(name, cutoff * kept, severity)), `${name} ${cutoff}`).toBeLessThan(0.05)
        expect(left(name, cutoff, severity)).toBeCloseTo(-6.02, 1)
        expect(left(name, cutoff * removed, severity), `${name} ${cutoff}`).toBeLessThan(-70)
      }
    },
  )

  it('delay nothing', () => {
    const click = new Float32Array(2001)
    click[1000] = 1
    const out = corrupt('low-pass', mono(click), 4).channels[0]!
    expect(out.indexOf(Math.max(...out))).toBe(1000)
    for (let t = 1; t < 900; t++) expect(out[1000 + t]).toBeCloseTo(out[1000 - t]!, 6)
    expect(lowPassKernel(2000, rate).length % 2).toBe(1)
  })

  it('leave a sound that ends below the cutoff, or silence it', () => {
    const slow = mono(tone(300, { at: 2000 }), 2000)
    expect(corrupt('low-pass', slow, 1)).toEqual(slow)
    expect(corrupt('high-pass', slow, 5).channels[0]!.every((x) => x === 0)).toBe(true)
  })
})

describe('speed', () => {
  it('moves pitch and length by its factor and keeps loudness', () => {
    const given = tone(1000, { seconds: 2 })
    for (const factor of [0.7, 0.95, 1.05, 1.3]) {
      const out = play(given, factor)
      expect(out.length).toBe(Math.round(given.length / factor))
      expect(pitch(out, 600, 1400)).toBeCloseTo(1000 * factor, 0)
      const inside = out.subarray(1000, out.length - 1000)
      expect(Math.abs(decibels(power(mono(inside)) / power(mono(given))))).toBeLessThan(0.1)
    }
  })

  it('gives the samples of the tone played at that speed', () => {
    const factor = 1.1
    const out = play(tone(1000), factor)
    for (let i = 500; i < 12_000; i += 7) {
      expect(out[i]).toBeCloseTo(0.5 * Math.sin((2 * Math.PI * 1000 * factor * i) / rate), 3)
    }
  })

  it('lets nothing fold back from beyond half the rate', () => {
    const out = play(tone(7600), 1.3)
    expect(decibels(power(mono(out.subarray(500, 11_000))) / power(mono(tone(7600))))).toBeLessThan(-40)
  })

  it('at factor 1 changes nothing', () => {
    const given = tone(777)
    expect(ratioToChange(mono(given), mono(play(given, 1)))).toBeGreaterThan(100)
  })

  it('is as often faster as slower, by the change of its severity', () => {
    const sound = mono(new Float32Array(10_000))
    const lengths = Array.from(
      { length: 60 },
      (_, seed) => corrupt('speed', sound, 2, seed).channels[0]!.length,
    )
    expect(new Set(lengths)).toEqual(new Set([Math.round(10_000 / 1.1), Math.round(10_000 / 0.9)]))
    // 60 fair coins fall outside 15..45 once in 15,000 times.
    const faster = lengths.filter((length) => length < 10_000).length
    expect(faster).toBeGreaterThan(15)
    expect(faster).toBeLessThan(45)
  })
})

describe('tempo', () => {
  it('changes the length and neither the pitch nor the loudness', () => {
    const given = tone(440, { seconds: 2 })
    for (const factor of [0.6, 0.9, 1.1, 1.4]) {
      const out = changeTempo(mono(given), factor).channels[0]!
      expect(out.length).toBe(Math.round(given.length / factor))
      expect(Math.abs(pitch(out, 300, 700) - 440)).toBeLessThan(2)
      const inside = mono(out.subarray(1000, out.length - 1000))
      expect(Math.abs(decibels(power(inside) / power(mono(given))))).toBeLessThan(0.3)
    }
  })

  it('at factor 1 changes nothing', () => {
    const sound = voice(0.6)
    expect(ratioToChange(sound, changeTempo(sound, 1))).toBeGreaterThan(100)
  })

  it('moves events to where the new tempo has them', () => {
    const given = new Float32Array(2 * rate)
    for (const second of [0.5, 1, 1.5]) given.set(tone(500, { seconds: 0.1 }), second * rate)
    const factor = 1.25
    const out = changeTempo(mono(given), factor).channels[0]!
    for (const second of [0.5, 1, 1.5]) {
      const [from, to] = [second / factor - 0.03, (second + 0.1) / factor + 0.03].map((s) =>
        Math.round(s * rate),
      )
      const heard = out.subarray(from, to).reduce((sum, x) => sum + x * x, 0)
      expect(heard).toBeGreaterThan(0.7 * ((0.1 * rate) / factor) * 0.125)
    }
    const quiet = out.subarray(Math.round((0.66 / factor) * rate), Math.round((0.94 / factor) * rate))
    expect(quiet.every((x) => Math.abs(x) < 1e-3)).toBe(true)
  })

  it('moves all channels alike', () => {
    const given = voice(0.5).channels[0]!
    const [a, b] = corrupt('tempo', { rate, channels: [given, given.map((x) => x / 2)] }).channels
    expect(ratioToChange(mono(a!), mono(b!.map((x) => 2 * x)))).toBeGreaterThan(100)
  })
})

describe('gain', () => {
  it('is exact in dB where there is room, and cut at full scale where there is none', () => {
    const quiet = mono(tone(300, { height: 0.01 }))
    const seen = new Set<number>()
    for (let seed = 0; seed < 20; seed++) {
      severities.forEach((severity, i) => {
        const change = decibels(power(corrupt('gain', quiet, severity, seed)) / power(quiet))
        expect(Math.abs(Math.abs(change) - [3, 6, 12, 18, 24][i]!)).toBeLessThan(0.01)
        seen.add(Math.sign(change))
      })
      const loud = corrupt('gain', mono(tone(300, { height: 0.9 })), 5, seed).channels[0]!
      expect(loud.every((x) => Math.abs(x) <= 1)).toBe(true)
    }
    expect(seen.size).toBe(2)
  })
})

describe('dropped packets', () => {
  it('are the share that it says of packets of 20 ms, silent in all channels, and nothing else', () => {
    const length = 0.02 * rate
    const ones = () => new Float32Array(200 * length).fill(1)
    const counts = severities.map((severity) => {
      const { channels } = corrupt('dropped-packets', { rate, channels: [ones(), ones()] }, severity)
      expect(channels[0]).toEqual(channels[1])
      let lost = 0
      for (let packet = 0; packet < 200; packet++) {
        const part = channels[0]!.subarray(packet * length, (packet + 1) * length)
        expect(new Set(part).size).toBe(1)
        if (part[0] === 0) lost++
      }
      return lost
    })
    expect(counts).toEqual([2, 6, 10, 20, 40])
  })
})

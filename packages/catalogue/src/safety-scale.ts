// A scale of our own for what no published bar rates: mode 11, the unintentional modes 12 to 17, and modes added later.
// It turns on how bad the measured harm is, how often the system will meet it, whether it can be undone, and whether it
// reaches the physical world. Every use of it is labelled as ours.
import type { Condition, SafetyScale } from './schema.ts'

const harm = (...is: string[]): Condition => ({ fact: 'harm', is })
const exposure = (...is: string[]): Condition => ({ fact: 'exposure', is })
const irreversible: Condition = { fact: 'reversibility', is: ['irreversible'] }
const physical: Condition = { fact: 'actsOnPhysicalWorld', is: [true] }

export const safetyScale: SafetyScale = {
  id: 'failmode-safety',
  title: 'Safety scale of failmode',
  notice:
    'This scale is ours. No published bug bar rates these modes, so these levels must not be read as ratings by Microsoft or anybody else.',
  rules: [
    {
      id: 'severe-physical',
      when: [harm('severe'), physical],
      severity: 'high',
      because: 'Severe harm that reaches the physical world.',
      ours: true,
    },
    {
      id: 'severe-exposed',
      when: [harm('severe'), exposure('occasional', 'routine')],
      severity: 'high',
      because: 'Severe harm under conditions that the system will meet.',
      ours: true,
    },
    {
      id: 'severe-irreversible',
      when: [harm('severe'), irreversible],
      severity: 'high',
      because: 'Severe harm that cannot be undone, however rare.',
      ours: true,
    },
    {
      id: 'noticeable-routine-irreversible',
      when: [harm('noticeable'), exposure('routine'), irreversible],
      severity: 'high',
      because: 'Noticeable harm that happens as a matter of routine and cannot be undone.',
      ours: true,
    },
    {
      id: 'severe',
      when: [harm('severe')],
      severity: 'medium',
      because: 'Severe harm, but rare, and it can be undone.',
      ours: true,
    },
    {
      id: 'noticeable-exposed',
      when: [harm('noticeable'), exposure('occasional', 'routine')],
      severity: 'medium',
      because: 'Noticeable harm under conditions that the system will meet.',
      ours: true,
    },
    {
      id: 'noticeable-irreversible',
      when: [harm('noticeable'), irreversible],
      severity: 'medium',
      because: 'Noticeable harm that cannot be undone.',
      ours: true,
    },
    {
      id: 'noticeable-physical',
      when: [harm('noticeable'), physical],
      severity: 'medium',
      because: 'Noticeable harm that reaches the physical world.',
      ours: true,
    },
    {
      id: 'slight-routine-irreversible',
      when: [harm('slight'), exposure('routine'), irreversible],
      severity: 'medium',
      because: 'Slight harm that adds up: it is routine and cannot be undone.',
      ours: true,
    },
    { id: 'otherwise', when: [], severity: 'low', because: 'Slight, or rare and easily undone.', ours: true },
  ],
}

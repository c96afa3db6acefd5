// The signs of the report. Each is told apart by its shape, so it survives a grey printer and a colour-blind eye:
// a filled triangle found something, a ring with a tick is clean, everything dashed or hatched was not observed.
import type { Outcome } from '@failmode/core'
import type { ReactNode } from 'react'
import { outcomeWords, type Rating, scaleWords } from '../../wording.ts'
import { each } from './each.tsx'

const shapes: Readonly<Record<Outcome, ReactNode>> = {
  finding: <path d="M10 2.2 18.6 17.4H1.4Z" className="solid" />,
  error: (
    <>
      <rect x="2" y="2" width="16" height="16" rx="1.5" className="dashed" />
      <path d="M6.5 6.5l7 7m0-7l-7 7" className="line" />
    </>
  ),
  inconclusive: (
    <>
      <circle cx="10" cy="10" r="8" className="dashed" />
      <path d="M7.4 7.9a2.6 2.6 0 1 1 3.9 2.2c-.9.5-1.3 1-1.3 2" className="line" />
      <circle cx="10" cy="14.6" r="1.1" className="solid" />
    </>
  ),
  manual: (
    <>
      <circle cx="10" cy="10" r="8" className="dashed" />
      <path d="M6.2 13.9l.7-2.8 5.2-5.2 2 2-5.2 5.2z" className="line" />
    </>
  ),
  skipped: <circle cx="10" cy="10" r="8" className="dashed" />,
  'no-finding': (
    <>
      <circle cx="10" cy="10" r="8" className="line" />
      <path d="M6.2 10.4l2.7 2.7 5-5.6" className="line" />
    </>
  ),
  'not-applicable': <path d="M4 10h12" className="line" />,
}

/** The sign of an outcome alone; the word stands beside it. */
export function OutcomeMark({ outcome }: { readonly outcome: Outcome }) {
  const className = `mark reads-${outcomeWords[outcome].reading}`
  return (
    <svg className={className} viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      {shapes[outcome]}
    </svg>
  )
}

export function OutcomeLabel({ outcome }: { readonly outcome: Outcome }) {
  const { word, reading, meaning } = outcomeWords[outcome]
  return (
    <span className={`outcome reads-${reading}`} title={meaning}>
      <OutcomeMark outcome={outcome} />
      <span>{word}</span>
    </span>
  )
}

/** How many of the bars of a severity's meter are filled, and how many there are. */
const meters: Readonly<Record<Rating['scale'], Readonly<Record<string, readonly [number, number]>>>> = {
  sdl: { critical: [4, 4], important: [3, 4], moderate: [2, 4], low: [1, 4] },
  safety: { high: [3, 3], medium: [2, 3], low: [1, 3] },
}

/** A severity with its scale. The bug bar is a filled plate, our own safety scale an outlined one. */
export function SeverityChip({ severity, scale, waived = false }: Rating & { readonly waived?: boolean }) {
  const [filled, of] = meters[scale][severity] ?? [0, 0]
  return (
    <span className={`chip ${scale} ${severity}${waived ? ' waived' : ''}`}>
      <svg viewBox={`0 0 ${of * 5 - 1} 12`} width={of * 5 - 1} height="12" aria-hidden="true">
        {each(
          Array.from({ length: of }, (_, i) => 4.5 + (i * 7.5) / (of - 1)),
          (height, i) => (
            <rect x={i * 5} y={12 - height} width="4" height={height} className={i < filled ? 'on' : 'off'} />
          ),
        )}
      </svg>
      <b>{severity}</b> <small>{waived ? `${scaleWords[scale]}, waived` : scaleWords[scale]}</small>
    </span>
  )
}

/** The target that a crash-test laboratory sticks on what it films. */
export function Logo({ size }: { readonly size: number }) {
  return (
    <svg className="logo" viewBox="0 0 40 40" width={size} height={size} aria-hidden="true">
      <circle cx="20" cy="20" r="19" className="plate" />
      <path d="M20 20V4A16 16 0 0 1 36 20ZM20 20v16A16 16 0 0 1 4 20Z" className="quarter" />
      <circle cx="20" cy="20" r="16" className="ring" />
      <path d="M20 0v5M20 35v5M0 20h5M35 20h5" className="ring" />
    </svg>
  )
}

// The limits that a server is asked within: so many requests at once, so many in a second, and none while it asked
// to be left alone. Who comes first goes first. One gate stands before all requests of a run.
import { setTimeout as sleep } from 'node:timers/promises'

export interface Gate {
  /** Waits for a place. @throws the reason of `signal` */
  enter(signal: AbortSignal): Promise<void>
  leave(): void
  /** Lets nobody in for so long. */
  close(milliseconds: number): void
}

export function createGate({
  concurrency,
  requestsPerSecond,
}: {
  readonly concurrency: number
  readonly requestsPerSecond: number | null
}): Gate {
  const waiting: (() => void)[] = []
  let inside = 0
  /** When the next may go in, by the rate and by what the server asked for. */
  let next = 0
  let shutUntil = 0

  const leave = () => {
    const first = waiting.shift()
    if (first === undefined) inside--
    // The place goes over to the one who waits.
    else first()
  }
  const place = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (inside < concurrency) {
        inside++
        resolve()
        return
      }
      const enter = () => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = () => {
        waiting.splice(waiting.indexOf(enter), 1)
        reject(signal.reason)
      }
      waiting.push(enter)
      signal.addEventListener('abort', giveUp, { once: true })
    })

  return {
    leave,
    async enter(signal) {
      signal.throwIfAborted()
      await place(signal)
      try {
        for (;;) {
          const now = performance.now()
          if (now >= shutUntil && requestsPerSecond === null) return
          const at = Math.max(now, next, shutUntil)
          if (requestsPerSecond !== null) next = at + 1000 / requestsPerSecond
          await wait(at - now, signal)
          // The server may have asked for more time meanwhile.
          if (performance.now() >= shutUntil) return
        }
      } catch (cause) {
        leave()
        throw cause
      }
    },
    close(milliseconds) {
      shutUntil = Math.max(shutUntil, performance.now() + milliseconds)
    },
  }
}

/** @throws the reason of `signal` */
export async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (milliseconds <= 0) return
  try {
    await sleep(milliseconds, undefined, { signal })
  } catch (cause) {
    signal.throwIfAborted()
    throw cause
  }
}

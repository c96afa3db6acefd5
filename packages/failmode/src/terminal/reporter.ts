// Progress on stderr: a live list where a person watches, plain lines where a log is kept. Both are fed by the
// run's events and neither touches the result.
import type { RunEvents } from '@failmode/system'
import pc from 'picocolors'

export function createReporter(stream: NodeJS.WriteStream = process.stderr): RunEvents {
  const live = stream.isTTY === true && process.env.CI === undefined && process.env.TERM !== 'dumb'
  return live ? liveReporter(stream) : lineReporter(stream)
}

const marks = { waiting: '·', running: '▸', measured: '✓', error: '✗', interrupted: '‖' } as const

function liveReporter(stream: NodeJS.WriteStream): RunEvents {
  const checks = new Map<string, keyof typeof marks>()
  let drawn = 0
  let last = 0
  const draw = (share: number, left: number | null, force = false): void => {
    const now = performance.now()
    if (!force && now - last < 80) return
    last = now
    const width = Math.max(20, Math.min(stream.columns || 80, 110))
    const filled = Math.round(share * 24)
    const bar = `${'█'.repeat(filled)}${pc.dim('░'.repeat(24 - filled))}`
    const lines = [...checks].map(([id, state]) => {
      const mark = {
        waiting: pc.dim,
        running: pc.cyan,
        measured: pc.green,
        error: pc.red,
        interrupted: pc.yellow,
      }[state](marks[state])
      return `  ${mark} ${id.slice(0, width - 6)}`
    })
    lines.push(
      `  ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${left === null ? '' : `${duration(left)} left`}`,
    )
    const up = drawn > 0 ? `\u001b[${drawn}A` : ''
    stream.write(`${up}${lines.map((line) => `\u001b[2K${line}`).join('\n')}\n`)
    drawn = lines.length
  }
  let share = 0
  return {
    planned(plan) {
      for (const { check, state } of plan.checks)
        if (state.kind === 'run') checks.set(check.meta.id, 'waiting')
      draw(0, null, true)
    },
    checkStarted(id) {
      checks.set(id, 'running')
      draw(share, null, true)
    },
    checkEnded(id, result) {
      checks.set(id, result)
      draw(share, null, true)
    },
    progress(now, left) {
      share = now
      draw(share, left, now >= 1)
    },
  }
}

function lineReporter(stream: NodeJS.WriteStream): RunEvents {
  let next = 0.1
  return {
    planned(plan, folder) {
      const running = plan.checks.filter(({ state }) => state.kind === 'run')
      stream.write(`failmode: ${running.length} checks, up to ${plan.cost.queries} queries, into ${folder}\n`)
    },
    checkEnded(id, result, reason) {
      stream.write(`failmode: ${id} ${result}${reason === null ? '' : `: ${reason}`}\n`)
    },
    progress(share, left) {
      if (share < next) return
      next = Math.floor(share * 10) / 10 + 0.1
      stream.write(
        `failmode: ${Math.floor(share * 100)} %${left === null ? '' : `, ${duration(left)} left`}\n`,
      )
    },
  }
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}

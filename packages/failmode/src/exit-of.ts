import { exitStatus, type RunDocument } from '@failmode/core'

/**
 * The exit status of a run. A failed gate outranks everything that ended; an error in any check makes the run
 * incomplete even without a gate, because a program that broke must not look like one that found nothing.
 */
export function exitOf(run: RunDocument): number {
  if (!run.complete) return exitStatus.interrupted
  if (run.gate !== null && !run.gate.passed) return exitStatus.gateFailed
  const broken = run.modes.some((mode) => mode.checks.some((check) => check.outcome === 'error'))
  return broken || run.gate?.incomplete === true ? exitStatus.incomplete : exitStatus.done
}

/**
 * An abort signal that Ctrl-C and a polite kill fire. The first time lets the run save what it has; the second
 * ends the process at once.
 */
export function interruption(): { readonly signal: AbortSignal; readonly dispose: () => void } {
  const controller = new AbortController()
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      // Ending by the signal itself waits for no thread that computes; a shell reports 130 for Ctrl-C.
      dispose()
      process.kill(process.pid, name)
      return
    }
    process.stderr.write('\nfailmode: stopping; press Ctrl-C again to end at once\n')
    controller.abort()
  }
  const dispose = (): void => {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return { signal: controller.signal, dispose }
}

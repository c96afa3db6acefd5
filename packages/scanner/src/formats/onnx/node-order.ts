/** What takes values by name and gives values by name: a node of a graph, or a function that calls functions. */
export interface Step {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

/** An output of a step that depends on itself, or null. Takes time in proportion to the steps (Kahn's algorithm). */
export function selfDependent(steps: readonly Step[]): string | null {
  const maker = new Map<string, number>()
  for (const [index, { outputs }] of steps.entries()) {
    for (const output of outputs) if (output !== '') maker.set(output, index)
  }
  const users: number[][] = steps.map(() => [])
  const waiting = new Uint32Array(steps.length)
  for (const [index, { inputs }] of steps.entries()) {
    for (const input of new Set(inputs)) {
      const from = maker.get(input)
      if (from === undefined) continue
      users[from]!.push(index)
      waiting[index]! += 1
    }
  }
  const ready: number[] = []
  for (let index = 0; index < steps.length; index++) if (waiting[index] === 0) ready.push(index)
  let done = 0
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    done += 1
    for (const user of users[index]!) {
      waiting[user]! -= 1
      if (waiting[user] === 0) ready.push(user)
    }
  }
  if (done === steps.length) return null
  return steps.find((_, index) => waiting[index]! > 0)?.outputs[0] ?? ''
}

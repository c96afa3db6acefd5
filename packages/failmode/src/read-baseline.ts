// A baseline file, checked against its schema before anything relies on it.
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Baseline, baselineSchema, FailmodeError } from '@failmode/core'

export async function readBaseline(name: string): Promise<Baseline> {
  let text: string
  try {
    text = await readFile(resolve(name), 'utf8')
  } catch (cause) {
    throw new FailmodeError('file-not-found', {
      message: `there is no baseline at ${name}.`,
      hint: `Make one of a run: failmode baseline create RUN --out ${name}`,
      cause,
    })
  }
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw new FailmodeError('config-invalid', {
      message: `${name} is not JSON: ${(cause as Error).message}.`,
      cause,
    })
  }
  const parsed = baselineSchema.safeParse(data)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new FailmodeError('config-invalid', {
      message: `${name} is not a baseline of this version: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`,
      hint: 'Make it anew with failmode baseline create.',
    })
  }
  return parsed.data
}

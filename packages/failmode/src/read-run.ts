// A stored run, named by its folder or by its run.json, checked against the schema before anything reads it.
import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { FailmodeError, type RunDocument, runDocumentSchema } from '@failmode/core'

export async function readRun(name: string): Promise<{ readonly run: RunDocument; readonly folder: string }> {
  const given = resolve(name)
  const info = await stat(given).catch(() => null)
  if (info === null) {
    throw new FailmodeError('file-not-found', {
      message: `there is no run at ${name}.`,
      hint: 'Give a run folder, or the run.json in it.',
    })
  }
  const path = info.isDirectory() ? join(given, 'run.json') : given
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new FailmodeError('run-invalid', {
      message: `${name} holds no run.json.`,
      hint: `If the run was stopped, finish it: failmode run --resume ${name}`,
      cause,
    })
  }
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw new FailmodeError('run-invalid', {
      message: `${path} is not JSON: ${(cause as Error).message}.`,
      cause,
    })
  }
  const parsed = runDocumentSchema.safeParse(data)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new FailmodeError('run-invalid', {
      message: `${path} is not a run document of this version: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`,
      hint: 'See failmode schema run.',
    })
  }
  return { run: parsed.data, folder: dirname(path) }
}

import { catalogueJsonSchema, ownBugBarJsonSchema } from '@failmode/catalogue'
import { runJsonSchema, triageResultSchema } from '@failmode/core'
import { configJsonSchema } from '@failmode/system'
import { z } from 'zod'
import { type Options, oneOf } from '../terminal/options.ts'

const schemas: Readonly<Record<string, () => unknown>> = {
  run: runJsonSchema,
  config: configJsonSchema,
  catalogue: catalogueJsonSchema,
  'bug-bar': ownBugBarJsonSchema,
  triage: () => ({ title: 'failmode triage', ...z.toJSONSchema(triageResultSchema) }),
}

export async function run([name]: readonly string[], _: Options): Promise<number> {
  const schema = schemas[oneOf(name as string, Object.keys(schemas), 'the schema')]
  process.stdout.write(`${JSON.stringify(schema?.(), null, 2)}\n`)
  return 0
}

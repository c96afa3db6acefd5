// The catalogue as JSON, for readers outside TypeScript. Keys come in the order of the schema and nothing depends on time
// or machine, so the same catalogue always gives the same bytes.
import * as z from 'zod'
import { createCatalogue } from './catalogue.ts'
import { CatalogueError } from './catalogue-error.ts'
import { Catalogue, type CatalogueInput, ModeFile } from './schema.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/** The catalogue as indented JSON text that ends in a newline. */
export function catalogueToJson(catalogue: Catalogue): string {
  return `${JSON.stringify(catalogue, null, 2)}\n`
}

/** Reads and checks what `catalogueToJson` wrote. Throws `catalogue-not-json` or `catalogue-inconsistent`. */
export function catalogueFromJson(json: string): Catalogue {
  let parts: unknown
  try {
    parts = JSON.parse(json)
  } catch (cause) {
    throw new CatalogueError(
      'catalogue-not-json',
      'The text of the catalogue is not JSON.',
      'Give it the text that catalogueToJson returned.',
      { cause },
    )
  }
  return createCatalogue(parts as CatalogueInput)
}

/** JSON Schema (draft 2020-12) of the exported catalogue. */
export function catalogueJsonSchema(): JsonSchema {
  return { title: 'Catalogue of failure modes', ...z.toJSONSchema(Catalogue) }
}

/** JSON Schema (draft 2020-12) of the data file that adds a mode; fields with a default may be left out. */
export function modeFileJsonSchema(): JsonSchema {
  return { title: 'Data file of a failure mode', ...z.toJSONSchema(ModeFile, { io: 'input' }) }
}

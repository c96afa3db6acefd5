import { type SystemConfig, systemConfigSchema } from './config-schema.ts'

/** Longest value that is kept on one line. */
const maxLine = 100

/**
 * A configuration as the text of a JSON file: keys in the order of the documentation, short values on one line,
 * a line break at the end. Reading it back gives the same configuration.
 */
export function writeConfig(config: SystemConfig): string {
  const order = Object.keys(systemConfigSchema.shape)
  const members = Object.entries(config).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
  const lines = members
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `  ${JSON.stringify(key)}: ${format(value, '  ', key.length + 6)}`)
  return `{\n${lines.join(',\n')}\n}\n`
}

function format(value: unknown, indent: string, used: number): string {
  const flat = oneLine(value)
  if (used + flat.length <= maxLine || typeof value !== 'object' || value === null) return flat
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => inner + format(item, inner, inner.length)).join(',\n')}\n${indent}]`
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  const lines = members.map(([key, member]) => {
    const name = `${inner}${JSON.stringify(key)}: `
    return name + format(member, inner, name.length)
  })
  return `{\n${lines.join(',\n')}\n${indent}}`
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`
  if (typeof value !== 'object' || value === null) {
    const text: string | undefined = JSON.stringify(value)
    if (text === undefined) throw new TypeError(`JSON cannot carry a ${typeof value}`)
    return text
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  if (members.length === 0) return '{}'
  return `{ ${members.map(([key, member]) => `${JSON.stringify(key)}: ${oneLine(member)}`).join(', ')} }`
}

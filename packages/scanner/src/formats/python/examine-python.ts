// What Python source is worth, wherever it stands: in a file of its own or in the cells of a notebook.

import { dangerOf } from '../../policy/judge-import.ts'
import { quoted } from '../../scan/quoted.ts'
import type { ScanContext } from '../format.ts'
import { type PythonSource, readPython } from './read-python.ts'
import { pythonRules } from './rules.ts'

/** Arguments that switch a protection off, by name. */
const protections = new Set(['trust_remote_code', 'allow_pickle', 'unsafe', 'enable_unsafe_deserialization'])
const callsShown = 50

/**
 * Reports on source that has been read.
 * @param offsetOf where a character of the source stands in the part; the start of a notebook's cell, for instance
 */
export function examinePython(
  source: PythonSource,
  context: ScanContext,
  {
    offsetOf = (at) => at,
    where = '',
  }: { readonly offsetOf?: (at: number) => number; readonly where?: string } = {},
): void {
  let told = 0
  for (const call of source.calls) {
    const danger = dangerOf(call.callee)
    if (danger === null) continue
    const runs = call.when === 'import' && danger.severity === 'critical' && danger.kind !== 'resolver'
    const rule = runs ? pythonRules['runs-on-import'] : pythonRules['reaches-system']
    context.report(rule, {
      message: `${where}${quoted(call.text)} calls ${call.callee} (${danger.kind})${call.when === 'import' ? ' when the file is imported' : ''}.`,
      offset: offsetOf(call.at),
      call: call.text,
      ...(danger.severity === 'medium' ? { severity: 'medium' as const } : {}),
    })
    if (++told === callsShown) break
  }
  for (const { name, at } of source.switchedOn) {
    if (!protections.has(name)) continue
    context.report(pythonRules['trusts-remote-code'], {
      message: `${where}It passes ${name}=True.`,
      offset: offsetOf(at),
    })
  }
  if (!source.inert && told === 0) {
    const modules = [...new Set(source.imports.map(({ name }) => name.split('.')[0] ?? name))].slice(0, 12)
    context.report(pythonRules.code, {
      message: `${where}${source.statements} statements at the top level${modules.length === 0 ? '' : `; it imports ${modules.join(', ')}`}. Nothing in it calls anything on the list of dangerous functions.`,
    })
  }
}

export { readPython }

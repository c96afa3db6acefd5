// The forensic record of a decision of high impact: the five fields that the document on securing AI asks for. What the
// run knows of each stands there, and what it cannot know is said to be missing.
import type { RunDocument } from '@failmode/core'
import { counted, shortDigest } from '../format.ts'
import type { ReportCatalogue } from '../report-catalogue.ts'

export function decisionRecord(
  run: RunDocument,
  catalogue: Pick<ReportCatalogue, 'decisionRecord'>,
): readonly (readonly [field: string, known: string])[] {
  const { model, data, artifacts } = run.system
  const sets = Object.entries(data).map(
    ([split, { digest, count }]) => `${split}, ${counted(count, 'sample')}, ${shortDigest(digest)}…`,
  )
  const files = new Set(
    run.modes.flatMap(({ checks }) =>
      checks.flatMap(({ measurements }) => measurements.flatMap(({ samples }) => samples?.blob.path ?? [])),
    ),
  )
  const components = [
    model === null ? '' : `the model, ${shortDigest(model.digest)}…`,
    ...artifacts.map((path) => `file ${path}`),
    ...Object.entries(run.environment.libraries).map(([library, version]) => `${library} ${version}`),
  ].filter((part) => part !== '')
  const known = [
    'Not in this run. Take it from the logs of the training.',
    `Not in this run.${sets.length === 0 ? '' : ` Data sets it looked at: ${sets.join('; ')}.`}`,
    model === null
      ? 'This run had no model.'
      : `Weights: the ${model.kind} model with SHA-256 ${model.digest}. Confidences of decisions in use: from the log of the system.`,
    components.length === 0 ? 'Not in this run.' : components.join('; '),
    `Decisions in use: from the log of the system.${files.size === 0 ? '' : ` Of each sample of this run: ${[...files].slice(0, 6).join(', ')}${files.size > 6 ? ` and ${counted(files.size - 6, 'more file')}` : ''}.`}`,
  ]
  return catalogue.decisionRecord.fields.map((field, i) => [field, known[i] ?? 'Not in this run.'] as const)
}

// A file that differs from its record was tampered with or changed without anybody writing it down; from the bytes alone
// these look the same, so it is rated as the former. A file without a digest is a lesser thing: nothing is known to have
// happened to it, but if something did, nobody would see. A forgeable digest counts as none. A file that is not there
// could not be looked at, and is never clean.
import type { Claim, Evidence, Judgement, Measured } from '@failmode/core'
import type { SupplyChainOptions } from './options.ts'

type FileEvidence = Extract<Evidence, { kind: 'file' }>

export function judgeDigests(measured: Measured, { threshold }: SupplyChainOptions): Judgement {
  const evidenceOf = (name: string): readonly Evidence[] =>
    measured.measurements.find((measurement) => measurement.name === name)?.evidence ?? []
  const files = (name: string): readonly FileEvidence[] =>
    evidenceOf(name).filter((evidence): evidence is FileEvidence => evidence.kind === 'file')
  const total = measured.measurements.find(({ name }) => name === 'artifacts')?.value ?? 0
  const lockName = String(measured.facts?.lockName ?? 'the lock file')
  const mismatches = files('digest-mismatches')
  const unverifiable = [...files('without-digest'), ...files('weak-digests')]
  const missing = files('missing-artifacts')

  const claims: Claim[] = []
  if (mismatches.length > threshold.mismatches)
    claims.push(...mismatches.map((file) => changed(file, lockName)))
  if (unverifiable.length > threshold.withoutDigest) {
    claims.push(undigested(unverifiable, { total, table: evidenceOf('artifacts'), lockName }))
  }

  const reason = [
    `${mismatches.length} of ${total} artifacts differ from their recorded digest and ${unverifiable.length} have none that can be relied on.`,
    ...(measured.facts?.lock === false ? [`There is no ${lockName}.`] : []),
    ...(missing.length === 0 ? [] : [`Not there: ${paths(missing).join(', ')}.`]),
  ].join(' ')
  if (claims.length > 0) return { outcome: 'finding', reason, detectable: null, claims }
  if (missing.length > 0 || total === 0) return { outcome: 'inconclusive', reason, detectable: null, claims }
  return {
    outcome: 'no-finding',
    reason,
    detectable: {
      measurement: 'digest-mismatches',
      value: 1,
      text: 'One changed byte in one artifact that has a SHA-256 on record would have been a finding.',
    },
    claims,
  }
}

function changed(file: FileEvidence, lockName: string): Claim {
  return {
    title: `${file.path} is not the file whose digest was recorded: tampering, or an unrecorded change`,
    description: `${file.title}. ${lockName} expects ${file.expected ?? 'another size'}, the file has SHA-256 ${file.actual}. Do not load it before you know why. If the change was meant, look at what changed and lock it again.`,
    variant: null,
    subject: `changed ${file.path}`,
    facts: {},
    measurements: ['digest-mismatches'],
    evidence: [file],
    mitigations: ['9-o1', '9-o3', '9-m3'],
  }
}

function undigested(
  files: readonly FileEvidence[],
  {
    total,
    table,
    lockName,
  }: { readonly total: number; readonly table: readonly Evidence[]; readonly lockName: string },
): Claim {
  return {
    title:
      files.length === 1
        ? `${files[0]!.path} has no digest to verify it by`
        : `${files.length} of ${total} artifacts have no digest to verify them by`,
    description: `If one of these files were replaced on its way here or in place, nobody would notice: ${paths(files).join(', ')}. Lock them with failmode lock once you know that they are the right ones, and keep ${lockName} under version control. Digests by SHA-1 or MD5 do not count: other files with the same digest can be made.`,
    variant: null,
    // Names the files, so that a baseline that accepts these does not hide another one.
    subject: `undigested ${JSON.stringify([...paths(files)].sort())}`,
    // The bar's row is about an altered model; that nobody could tell is a weakness, and only our scale rates it.
    offBar: true,
    facts: { harm: 'slight' },
    measurements: ['without-digest', 'weak-digests'],
    evidence: [...files, ...table],
    mitigations: ['9-o1', '9-m1'],
  }
}

function paths(files: readonly FileEvidence[]): readonly string[] {
  return files.map(({ path }) => path)
}

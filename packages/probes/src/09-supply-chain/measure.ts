// Compares every artifact with the lock file and counts the states. Which file is in which state, and the digests
// on both sides, travel as evidence of the counts, where the judge and the reader find them.
import {
  type CheckContext,
  type Evidence,
  FailmodeError,
  type Measured,
  type Measurement,
} from '@failmode/core'
import {
  compareLock,
  type Lock,
  type LockComparison,
  type LockState,
  parseLock,
  ScannerError,
} from '@failmode/scanner'
import { measureDigestsStep } from './measure-digests-step.ts'
import type { SupplyChainOptions } from './options.ts'

const said: Readonly<Record<LockState, string>> = {
  match: 'as recorded',
  mismatch: 'differs from what was recorded',
  'missing-digest': 'no digest on record',
  'weak-digest': 'only a digest that can be forged',
  'missing-file': 'not there',
  'not-measured': 'in the lock file, not an artifact of this system',
}

export async function measureDigests(context: CheckContext<SupplyChainOptions>): Promise<Measured> {
  const { output } = await context.step(measureDigestsStep, {})
  const compared = compareLock(
    output.lock === null ? null : readLock(output.lock, output.lockName),
    output.artifacts,
  )
  const files = compared.filter(({ state }) => state !== 'not-measured')
  const count = (
    name: string,
    states: readonly LockState[],
    evidence: readonly Evidence[] = [],
  ): Measurement => {
    const counted = files.filter(({ state }) => states.includes(state))
    return {
      name,
      value: counted.length,
      unit: 'count',
      n: files.length,
      denominator: 'artifacts of the configuration',
      access: 'artifact',
      evidence: [...counted.filter(({ state }) => state !== 'match').map(fileEvidence), ...evidence],
    }
  }
  return {
    measurements: [
      count('verified-artifacts', ['match']),
      {
        ...count('artifacts', ['match', 'mismatch', 'missing-digest', 'weak-digest', 'missing-file']),
        evidence: [table(compared, output.lock === null ? null : output.lockName)],
      },
      count('digest-mismatches', ['mismatch']),
      count('without-digest', ['missing-digest']),
      count('weak-digests', ['weak-digest']),
      count('missing-artifacts', ['missing-file']),
    ],
    notCovered: notCovered(compared, output.lockName),
    facts: { lock: output.lock !== null, lockName: output.lockName },
  }
}

function readLock(text: string, lockName: string): Lock {
  try {
    return parseLock(text)
  } catch (error) {
    if (!(error instanceof ScannerError)) throw error
    throw new FailmodeError('file-unreadable', {
      message: `${lockName} cannot be trusted: ${error.message}`,
      hint: error.hint ?? `Write it anew with failmode lock.`,
      cause: error,
    })
  }
}

function fileEvidence({ path, state, expected, actual, difference }: LockComparison): Evidence {
  return { kind: 'file', title: `${path}: ${difference ?? said[state]}`, path, expected, actual }
}

function table(compared: readonly LockComparison[], lockName: string | null): Evidence {
  return {
    kind: 'table',
    sample: false,
    title: lockName === null ? 'Artifacts; there is no lock file' : `Artifacts beside ${lockName}`,
    columns: ['path', 'state', 'recorded', 'measured SHA-256'],
    rows: compared.map(({ path, state, expected, actual, difference }) => [
      path,
      difference === null ? said[state] : `${said[state]}: ${difference}`,
      expected,
      actual,
    ]),
  }
}

function notCovered(compared: readonly LockComparison[], lockName: string): string[] {
  const rest = compared.filter(({ state }) => state === 'not-measured').map(({ path }) => path)
  return [
    'What is inside the files: code, unusual operators, hidden data, backdoors.',
    'Who made the files: signatures and origin are not verified.',
    `Whether the files were good when ${lockName} was written, and whether somebody changed ${lockName} too.`,
    ...(rest.length === 0
      ? []
      : [`Entries of ${lockName} that are not artifacts of this system: ${rest.join(', ')}.`]),
  ]
}

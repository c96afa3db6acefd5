// Counts the artifacts by what the scan of their bytes says, and rates what is not clean. A malicious file is the bar's
// row (an altered model that harms whoever loads it); a suspicious or malformed one is a weakness that only our scale
// rates; one that could not be examined is neither, and keeps the check from saying that nothing was found.
import {
  type ArtifactVerdict,
  artifactVerdicts,
  type CheckContext,
  type Claim,
  type Evidence,
  type Judgement,
  type Measured,
  type ScannedArtifact,
} from '@failmode/core'
import type { SupplyChainOptions } from './options.ts'
import { scanArtifactsStep } from './scan-artifacts-step.ts'

const findingsOfFile = 5

export async function measureContents(context: CheckContext<SupplyChainOptions>): Promise<Measured> {
  const { output } = await context.step(scanArtifactsStep, {})
  const { scanned } = output
  const counted = {
    unit: 'count',
    n: scanned.length,
    denominator: 'files of the artifacts',
    access: 'artifact',
  } as const
  return {
    measurements: [
      { ...counted, name: 'scanned-artifacts', value: scanned.length, evidence: [table(scanned)] },
      ...artifactVerdicts.map((verdict) => {
        const files = scanned.filter((file) => file.verdict === verdict)
        return {
          ...counted,
          name: `${verdict}-artifacts`,
          value: files.length,
          evidence: verdict === 'clean' ? [] : files.map(fileTable),
        }
      }),
    ],
    notCovered: [
      'What the numbers in the files do: a backdoor in the weights is mode 10, hidden training data mode 8.',
      'What the scanner’s version does not know: new formats, new tricks of known ones.',
      ...scanned
        .filter(({ verdict }) => verdict === 'not-examined')
        .slice(0, 20)
        .map(({ path, findings }) => `${path}: ${findings[0]?.message ?? 'not examined'}`),
    ],
  }
}

type TableEvidence = Extract<Evidence, { kind: 'table' }>

export function judgeContents(measured: Measured, { threshold }: SupplyChainOptions): Judgement {
  const tables = (name: string): readonly TableEvidence[] =>
    (measured.measurements.find((measurement) => measurement.name === name)?.evidence ?? []).filter(
      (evidence): evidence is TableEvidence => evidence.kind === 'table',
    )
  const total = measured.measurements.find(({ name }) => name === 'scanned-artifacts')?.value ?? 0
  const malicious = tables('malicious-artifacts')
  const suspicious = tables('suspicious-artifacts')
  const malformed = tables('malformed-artifacts')
  const doubtful = suspicious.length + malformed.length
  const unseen = tables('not-examined-artifacts').length
  const claims: Claim[] = []
  if (malicious.length > threshold.malicious)
    claims.push(...malicious.map((file) => claim(file, 'malicious')))
  if (doubtful > threshold.suspicious) {
    // The bar's row is about an altered model; that one may be, only our scale rates.
    claims.push(
      ...suspicious.map((file) => ({
        ...claim(file, 'suspicious'),
        offBar: true,
        facts: { harm: 'noticeable' },
      })),
      ...malformed.map((file) => ({ ...claim(file, 'malformed'), offBar: true, facts: { harm: 'slight' } })),
    )
  }
  const reason = `${malicious.length} of ${total} files are malicious, ${doubtful} suspicious or malformed, and ${unseen} could not be examined.`
  if (claims.length > 0) return { outcome: 'finding', reason, detectable: null, claims }
  if (unseen > 0 || total === 0) {
    return { outcome: 'inconclusive', reason, detectable: null, claims }
  }
  return {
    outcome: 'no-finding',
    reason,
    detectable: {
      measurement: 'malicious-artifacts',
      value: 1,
      text: 'One file that imports anything not known to be harmless would have been a finding.',
    },
    claims,
  }
}

function claim(file: TableEvidence, verdict: ArtifactVerdict): Claim {
  const [rule, what = '', , call, advice] = (file.rows[0] ?? []).map((cell) => String(cell ?? ''))
  // No title of a rule has a colon.
  const [title = '', message] = [what.slice(0, what.indexOf(': ')), what.slice(what.indexOf(': ') + 2)]
  const path = file.title.slice(0, file.title.lastIndexOf(': '))
  return {
    title: `${path} is ${verdict}${title ? `: ${title.replace(/^(?:The|A|An|It|What|This|There|Some|No) /, (word) => word.toLowerCase())}` : ''}`,
    description: [message, call ? `Loading it would run: ${call}.` : '', advice].filter(Boolean).join(' '),
    variant: null,
    subject: `contents of ${path}: ${rule ?? ''}`,
    facts: {},
    measurements: [`${verdict}-artifacts`],
    evidence: [file],
    mitigations: ['9-o1', '9-o2', '9-o3'],
  }
}

function table(scanned: readonly ScannedArtifact[]): Evidence {
  return {
    kind: 'table',
    sample: false,
    title: 'What the scan of each file says',
    columns: ['path', 'format', 'verdict', 'worst finding'],
    rows: scanned.map(({ path, format, verdict, findings }) => [
      path,
      format,
      verdict,
      findings[0]?.title ?? null,
    ]),
  }
}

/** The first row is the worst finding, from which the claim is worded. */
function fileTable({ path, verdict, findings, more }: ScannedArtifact): Evidence {
  const shown = findings.slice(0, findingsOfFile)
  const rest = findings.length - shown.length + more
  return {
    kind: 'table',
    sample: false,
    title: `${path}: ${verdict}${rest > 0 ? `, the first ${shown.length} of ${shown.length + rest} findings` : ''}`,
    columns: ['rule', 'what was found', 'where', 'would run', 'what to do'],
    rows: shown.map(({ rule, title, message, part, offset, call, advice }) => {
      const within = part === path ? [] : [part.startsWith(`${path}!`) ? part.slice(path.length + 1) : part]
      const place = [...within, ...(offset === null ? [] : [`byte ${offset}`])].join(', ')
      return [rule, `${title}: ${message}`, place, call, advice]
    }),
  }
}

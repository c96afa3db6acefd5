// A scan as SARIF 2.1.0, which code hosts and security dashboards read. Offsets are bytes of a binary file, so they go
// into `byteOffset`; a part nested in a file is a logical location, because no path on disk leads to it.
import type { Scan } from '../scan/scan-paths.ts'
import type { ScanFinding } from '../scan/scan-report.ts'
import type { Verdict } from '../scan/verdict.ts'

const levels: Readonly<Record<Verdict, 'error' | 'warning' | 'note'>> = {
  malicious: 'error',
  suspicious: 'warning',
  malformed: 'warning',
  'not-examined': 'warning',
  clean: 'note',
}
const securitySeverity = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.5', info: '0.0' } as const

/** The SARIF document of a scan, as plain data. */
export function scanSarif(scan: Scan, { version }: { readonly version: string }): object {
  const rules = new Map<string, ScanFinding>()
  for (const { findings } of scan.files) {
    for (const finding of findings) if (!rules.has(finding.rule)) rules.set(finding.rule, finding)
  }
  const ids = [...rules.keys()].sort()
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'failmode scan',
            semanticVersion: version,
            rules: ids.map((id) => {
              const { title, why, advice, references, severity, verdict } = rules.get(id)!
              return {
                id,
                shortDescription: { text: title },
                fullDescription: { text: why },
                help: { text: advice },
                defaultConfiguration: { level: levels[verdict] },
                properties: {
                  tags: ['security', 'supply-chain', ...references],
                  'security-severity': securitySeverity[severity],
                },
              }
            }),
          },
        },
        artifacts: scan.files.map(({ path, bytes }) => ({ location: { uri: uri(path) }, length: bytes })),
        results: scan.files.flatMap(({ path, findings }, index) =>
          findings.map((finding) => ({
            ruleId: finding.rule,
            ruleIndex: ids.indexOf(finding.rule),
            // A kind other than `fail` may carry no level (SARIF 2.1.0, 3.27.10).
            ...(finding.verdict === 'clean'
              ? { kind: 'informational', level: 'none' }
              : { kind: 'fail', level: levels[finding.verdict] }),
            message: {
              text: `${finding.title}: ${finding.message}${finding.call === null ? '' : ` It would run: ${finding.call}`}`,
            },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: uri(path), index },
                  ...(finding.part === path && finding.offset !== null
                    ? { region: { byteOffset: finding.offset } }
                    : {}),
                },
                ...(finding.part === path
                  ? {}
                  : { logicalLocations: [{ fullyQualifiedName: finding.part, kind: 'member' }] }),
              },
            ],
            properties: { verdict: finding.verdict, severity: finding.severity, offset: finding.offset },
          })),
        ),
      },
    ],
  }
}

/** A relative reference: SARIF readers resolve it against the checkout. */
function uri(path: string): string {
  return path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')
}

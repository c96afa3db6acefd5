// A scan on stdout: the files that are not clean, worst first, each finding with what it would do, why it matters and
// what to do; then one line of counts. Clean files are only counted, unless all are wanted.
import { type FileScan, type Scan, type ScanFinding, type Verdict, verdicts } from '@failmode/scanner'
import pc from 'picocolors'
import { paragraph } from './paragraph.ts'
import { printable } from './printable.ts'

const marks: Readonly<Record<Verdict, string>> = {
  malicious: '✗',
  suspicious: '▲',
  malformed: '▲',
  'not-examined': '?',
  clean: '✓',
}
const paints: Readonly<Record<Verdict, (text: string) => string>> = {
  malicious: pc.red,
  suspicious: pc.yellow,
  malformed: pc.yellow,
  'not-examined': pc.magenta,
  clean: pc.green,
}
const words: Readonly<Record<Verdict, string>> = {
  malicious: 'malicious',
  suspicious: 'suspicious',
  malformed: 'malformed',
  'not-examined': 'not examined',
  clean: 'clean',
}
const findingsShown = 8

export function printScan(scan: Scan, { all }: { readonly all: boolean }): void {
  const out = (line = '') => process.stdout.write(`${line}\n`)
  const files = [...scan.files].sort((a, b) => verdicts.indexOf(a.verdict) - verdicts.indexOf(b.verdict))
  for (const file of files) {
    if (file.verdict === 'clean' && !all) continue
    out(
      `${paints[file.verdict](`${marks[file.verdict]} ${words[file.verdict].padEnd(12)}`)}  ${pc.bold(printable(file.path))}  ${pc.dim(kindOf(file))}`,
    )
    const told = file.findings.filter(({ verdict }) => verdict !== 'clean' || all)
    for (const [index, finding] of told.slice(0, findingsShown).entries()) {
      printFinding(finding, file, out, told.findIndex(({ rule }) => rule === finding.rule) === index)
    }
    if (told.length > findingsShown)
      out(`    ${pc.dim(`${told.length - findingsShown} more findings; --json has all`)}`)
    if (told.length > 0) out()
  }
  const counts = verdicts.filter((verdict) => scan.counts[verdict] > 0)
  out(
    `${pc.bold(`${scan.files.length} ${scan.files.length === 1 ? 'file' : 'files'}`)}: ${counts.map((verdict) => paints[verdict](`${scan.counts[verdict]} ${words[verdict]}`)).join(', ') || 'nothing to scan'}`,
  )
  if (scan.excluded.length > 0) {
    out(
      pc.dim(
        `left out: ${scan.excluded.slice(0, 5).map(printable).join(', ')}${scan.excluded.length > 5 ? ` and ${scan.excluded.length - 5} more` : ''}`,
      ),
    )
  }
}

function printFinding(
  finding: ScanFinding,
  file: FileScan,
  out: (line?: string) => void,
  first: boolean,
): void {
  const place = [
    ...(finding.part === file.path ? [] : [finding.part.slice(file.path.length + 1)]),
    ...(finding.offset === null ? [] : [`byte ${finding.offset}`]),
  ].join(', ')
  out(
    `    ${pc.bold(finding.title)}  ${pc.dim(`${finding.severity}${place === '' ? '' : `, ${printable(place)}`}`)}`,
  )
  for (const line of paragraph(printable(finding.message)).split('\n')) out(`      ${line}`)
  if (finding.call !== null) out(`      ${pc.dim('would run:')} ${pc.red(printable(finding.call))}`)
  // Said once a file: the same rule has the same reason.
  if (!first || finding.verdict === 'clean') return
  for (const line of paragraph(`${finding.why} ${finding.advice}`).split('\n')) out(`      ${pc.dim(line)}`)
  out(`      ${pc.dim([finding.rule, ...finding.references].join('  '))}`)
}

function kindOf({ parts, bytes }: FileScan): string {
  const { format = null, facts } = parts[0] ?? {}
  const kind = [format, typeof facts?.layout === 'string' ? facts.layout : null]
    .filter((one) => one !== null)
    .join(', ')
  return `${kind === '' ? 'unknown format' : kind}, ${sizeOf(bytes)}`
}

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const step = Math.min(4, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** step).toPrecision(3)} ${['B', 'kB', 'MB', 'GB', 'TB'][step]}`
}

// The one entry that examines bytes, a file as well as anything nested in one. All formats are asked; those that are
// sure examine it, and two that are sure make a polyglot. Where none is, those that think it possible try in turn. What
// lies behind the end of a format is examined anew, and where nothing fits, or something broke, the bytes are searched
// for what may hide in them. So no trick of naming, padding, prefixing or nesting changes what is looked at.
import {
  type Archive,
  type ArchiveEntry,
  type FindingDetail,
  type Format,
  type Layout,
  Malformed,
  NotThisFormat,
  type ScanContext,
} from '../formats/format.ts'
import { examineStrings, stringBytes } from '../formats/strings/strings.ts'
import { pieces, type Source, slice } from '../source/source.ts'
import { Budget, defaultLimits, LimitReached, type ScanLimits } from './limits.ts'
import type { Rule } from './rule.ts'
import { scanRules } from './rules.ts'
import type { FileScan, Json, ScanFinding, ScanPart } from './scan-report.ts'
import { findSignatures } from './search.ts'
import { severities, type Verdict, verdicts, worstVerdict } from './verdict.ts'

/** What the scanner knows: the formats in order of precedence, the layouts, and how pickles are found. */
export interface Knowledge {
  readonly formats: readonly Format[]
  readonly layouts: readonly Layout[]
  /** Offsets at which a pickle may begin. */
  readonly findPickles: (source: Source, range: { from: number; to: number }) => Iterable<number>
  /** The kind of executable that a claimed member begins with, or null. */
  readonly executable: (head: Uint8Array) => string | null
  /** Formats that may follow others behind their end without being hidden there: `tflite` -> `zip`. */
  readonly mayFollow: ReadonlyMap<string, readonly string[]>
}

export interface ExamineOptions {
  readonly limits?: Partial<ScanLimits>
  /** Files beside this one. */
  readonly beside?: Archive | null
}

const headSize = 4096
/** Findings of one rule in one file that are written out; the rest are counted. */
const findingsOfRule = 100
const partsOfFile = 10_000
const triesOfSearch = 2_000

/** Examines a file. Never throws for what the bytes are. */
export async function examine(
  source: Source,
  path: string,
  knowledge: Knowledge,
  { limits = {}, beside = null }: ExamineOptions = {},
): Promise<FileScan> {
  const budget = new Budget({ ...defaultLimits, ...limits })
  const notes = new Notes()
  await new Examination(knowledge, budget).examine(source, { path, depth: 0, beside, notes })
  return notes.summary(path, source.size)
}

/** Runs the layouts that fit on a folder; what they find, or null when none fits. */
export async function examineFolder(
  archive: Archive,
  path: string,
  knowledge: Knowledge,
  { limits = {} }: Pick<ExamineOptions, 'limits'> = {},
): Promise<{ readonly scan: FileScan; readonly claimed: ReadonlySet<string> } | null> {
  const fitting = knowledge.layouts.filter((layout) => layout.recognise(archive))
  if (fitting.length === 0) return null
  const notes = new Notes()
  const examination = new Examination(knowledge, new Budget({ ...defaultLimits, ...limits }))
  const place: Place = { path, depth: 0, beside: archive, notes }
  const part = notes.open(
    path,
    archive.entries.reduce((sum, { bytes }) => sum + bytes, 0),
  )
  const claimed = await examination.layouts(archive, fitting, place, part)
  return { scan: notes.summary(path, part.bytes), claimed }
}

interface Place {
  readonly path: string
  readonly depth: number
  readonly beside: Archive | null
  readonly notes: Notes
}

interface OpenPart {
  readonly path: string
  readonly bytes: number
  format: string | null
  facts: Record<string, Json>
}

/** What is written down while a file is examined. A trial writes into notes of its own, which are kept or thrown away. */
class Notes {
  readonly parts: OpenPart[] = []
  readonly findings: ScanFinding[] = []
  private readonly counts = new Map<string, number>()
  private unwritten: { readonly path: string; readonly verdict: Verdict }[] = []

  open(path: string, bytes: number): OpenPart {
    const part: OpenPart = { path, bytes, format: null, facts: {} }
    if (this.parts.length < partsOfFile) this.parts.push(part)
    return part
  }

  note(rule: Rule, path: string, detail: FindingDetail): void {
    this.add({
      rule: rule.id,
      verdict: detail.verdict ?? rule.verdict,
      severity: detail.severity ?? rule.severity,
      title: rule.title,
      part: path,
      offset: detail.offset ?? null,
      message: detail.message,
      call: detail.call ?? null,
      why: rule.why,
      advice: rule.advice,
      references: [...rule.references, ...(detail.references ?? [])],
    })
  }

  private add(finding: ScanFinding): void {
    const key = `${finding.rule} ${finding.verdict}`
    const count = (this.counts.get(key) ?? 0) + 1
    this.counts.set(key, count)
    if (count <= findingsOfRule) this.findings.push(finding)
    else if (this.unwritten.length < partsOfFile) {
      this.unwritten.push({ path: finding.part, verdict: finding.verdict })
    }
  }

  keep(trial: Notes): void {
    for (const part of trial.parts) if (this.parts.length < partsOfFile) this.parts.push(part)
    for (const finding of trial.findings) this.add(finding)
    this.unwritten.push(...trial.unwritten)
    for (const [key, count] of trial.counts) {
      const written = Math.min(count, findingsOfRule)
      this.counts.set(key, (this.counts.get(key) ?? 0) + count - written)
    }
  }

  verdict(): Verdict {
    return worstVerdict([
      ...this.findings.map(({ verdict }) => verdict),
      ...this.unwritten.map(({ verdict }) => verdict),
    ])
  }

  summary(path: string, bytes: number): FileScan {
    const more = [...this.counts].filter(([, count]) => count > findingsOfRule)
    const findings = this.findings.map((finding) => ({ ...finding }))
    for (const [key, count] of more) {
      const last = findings.findLastIndex(({ rule, verdict }) => `${rule} ${verdict}` === key)
      findings[last]!.message += ` (${count - findingsOfRule} more of this kind are not listed)`
    }
    findings.sort(
      (a, b) =>
        verdicts.indexOf(a.verdict) - verdicts.indexOf(b.verdict) ||
        severities.indexOf(a.severity) - severities.indexOf(b.severity),
    )
    const below = verdictsBelow([
      ...this.findings.map(({ part, verdict }) => ({ path: part, verdict })),
      ...this.unwritten,
    ])
    return {
      path,
      bytes,
      verdict: this.verdict(),
      parts: this.parts.map((part): ScanPart => ({ ...part, verdict: below.get(part.path) ?? 'clean' })),
      findings,
    }
  }
}

/** The verdict of each part: the worst of what was found in it and in what is nested in it. */
function verdictsBelow(
  found: readonly { readonly path: string; readonly verdict: Verdict }[],
): ReadonlyMap<string, Verdict> {
  const worst = new Map<string, Verdict>()
  for (const { path, verdict } of found) {
    for (let end = path.length; end > 0; end = path.lastIndexOf('!', end - 1)) {
      const at = path.slice(0, end)
      worst.set(at, worstVerdict([worst.get(at) ?? 'clean', verdict]))
    }
  }
  return worst
}

type Outcome =
  | { readonly kind: 'done'; readonly end: number }
  | { readonly kind: 'malformed'; readonly end: number }
  | { readonly kind: 'not-this' }

class Examination {
  private readonly knowledge: Knowledge
  private readonly budget: Budget
  /** Once something that all parts share is spent, nothing more is opened; one finding says so. */
  private spent = false
  private searched = 0
  private stringsRead = 0

  constructor(knowledge: Knowledge, budget: Budget) {
    this.knowledge = knowledge
    this.budget = budget
  }

  async examine(source: Source, place: Place): Promise<string | null> {
    const { path, notes } = place
    const part = notes.open(path, source.size)
    if (this.spent) return null
    if (source.size === 0) {
      notes.note(scanRules.empty, path, { message: 'It holds no bytes.' })
      part.format = 'empty'
      return 'empty'
    }
    const limit = this.budget.limits.depth
    if (place.depth > limit) {
      notes.note(scanRules.limit, path, {
        message: `This is nested in more than ${limit} containers, and was not opened.`,
        offset: 0,
      })
      return null
    }
    try {
      return await this.examineFormats(source, place, part)
    } catch (error) {
      if (!(error instanceof LimitReached)) throw error
      this.reached(error, place)
      return part.format
    }
  }

  private async examineFormats(source: Source, place: Place, part: OpenPart): Promise<string | null> {
    const { path, notes } = place
    const head = source.read(0, headSize)
    const answers = this.knowledge.formats.map((format) => ({
      format,
      answer: format.recognise(head, source),
    }))
    const sure = answers.filter(({ answer }) => answer === 'sure').map(({ format }) => format)
    const maybe = answers.filter(({ answer }) => answer === 'maybe').map(({ format }) => format)

    let broken = false
    let whole = 0
    let end = 0
    const fits: Format[] = []
    for (const format of sure) {
      // A format of which all was accounted for up to where this one begins is not the same bytes twice.
      if (fits.length > 0 && !broken && end < source.size) break
      const outcome = await this.attempt(format, source, place, part)
      if (outcome.kind === 'not-this') continue
      fits.push(format)
      if (outcome.kind === 'malformed') broken = true
      else whole += 1
      end = Math.max(end, outcome.end)
    }
    if (whole > 1) {
      notes.note(scanRules.polyglot, path, {
        message: `It is ${fits.map(({ title }) => title).join(' and ')} at once.`,
      })
    }
    if (fits.length === 0 || broken) {
      for (const format of maybe) {
        const outcome = await this.attempt(format, source, place, part, { mustFit: true })
        if (outcome.kind === 'not-this') continue
        fits.push(format)
        broken = outcome.kind === 'malformed'
        end = Math.max(end, outcome.end)
        if (!broken) break
      }
    }
    if (fits.length === 0) return await this.unknown(source, place)
    if (broken) await this.search(source, { from: 0, to: source.size }, place)
    else if (end < source.size) await this.rest(source, end, fits.at(-1)!, place)
    return part.format
  }

  /** Runs one format. What it reports is kept unless it was the wrong one. */
  private async attempt(
    format: Format,
    source: Source,
    place: Place,
    part: OpenPart,
    { mustFit = false }: { readonly mustFit?: boolean } = {},
  ): Promise<Outcome> {
    const trial = new Notes()
    const facts: Record<string, Json> = {}
    const context = this.context({ ...place, notes: trial }, facts)
    const keep = (): void => {
      part.format ??= format.id
      part.facts = { ...part.facts, ...facts }
      place.notes.keep(trial)
    }
    try {
      const { end } = await format.examine(source, context)
      if (trial.parts.length === 0) this.strings(source, context)
      keep()
      return { kind: 'done', end }
    } catch (error) {
      if (error instanceof NotThisFormat) return { kind: 'not-this' }
      if (error instanceof LimitReached) {
        keep()
        this.reached(error, place)
        return { kind: 'done', end: source.size }
      }
      if (!(error instanceof Malformed)) throw error
      // A guess that broke at once says nothing; a guess that had found something does.
      if (mustFit && trial.verdict() === 'clean') return { kind: 'not-this' }
      if (trial.parts.length === 0) this.strings(source, context)
      keep()
      place.notes.note(scanRules.malformed, place.path, {
        message: `As ${format.title}: ${error.message}`,
        ...(error.offset === null ? {} : { offset: error.offset }),
      })
      return { kind: 'malformed', end: 0 }
    }
  }

  /** What has nothing nested in it is looked through for secrets; of the rest, what is nested is. */
  private strings(source: Source, context: ScanContext): void {
    const bytes = Math.min(source.size, stringBytes)
    if (this.stringsRead + bytes > this.budget.limits.searchBytes) return
    this.stringsRead += bytes
    examineStrings(source, context)
  }

  private context(place: Place, facts: Record<string, Json>): ScanContext {
    const { path, notes } = place
    return {
      budget: this.budget,
      path,
      beside: place.beside,
      report: (rule, detail) => notes.note(rule, path, detail),
      fact: (name, value) => {
        facts[name] = value
      },
      scan: async (source, name) => {
        const nested = `${path}!${name}`
        const before = new Notes()
        const format = await this.examine(source, {
          ...place,
          path: nested,
          depth: place.depth + 1,
          notes: before,
        })
        const verdict = before.verdict()
        notes.keep(before)
        return { format, verdict }
      },
      scanMembers: async (archive) => {
        const fitting = this.knowledge.layouts.filter((layout) => layout.recognise(archive))
        const part: OpenPart = { path, bytes: 0, format: null, facts: {} }
        const claimed = await this.layouts(archive, fitting, { ...place, beside: archive }, part)
        Object.assign(facts, part.facts)
        for (const entry of archive.entries) {
          if (entry.kind !== 'file') continue
          if (this.spent) break
          await this.member(entry, claimed, { ...place, beside: archive })
        }
      },
      search: (source, { from = 0, to = source.size } = {}) => this.search(source, { from, to }, place),
    }
  }

  async layouts(
    archive: Archive,
    fitting: readonly Layout[],
    place: Place,
    part: OpenPart,
  ): Promise<ReadonlySet<string>> {
    const claimed = new Set<string>()
    for (const layout of fitting) {
      try {
        const result = await layout.examine(archive, this.context(place, part.facts))
        for (const path of result.claimed) claimed.add(path)
      } catch (error) {
        if (error instanceof LimitReached) this.reached(error, place)
        else if (error instanceof Malformed) {
          place.notes.note(scanRules.malformed, place.path, {
            message: `As ${layout.title}: ${error.message}`,
          })
        } else throw error
      }
    }
    if (fitting.length > 0) {
      part.format ??= fitting[0]!.id
      part.facts.layout = fitting.map(({ id }) => id).join(', ')
    }
    return claimed
  }

  private async member(entry: ArchiveEntry, claimed: ReadonlySet<string>, place: Place): Promise<void> {
    const path = `${place.path}!${entry.path}`
    const inside: Place = { ...place, path, depth: place.depth + 1 }
    try {
      this.budget.spendMember()
      const source = await entry.open()
      if (!claimed.has(entry.path)) {
        await this.examine(source, inside)
        return
      }
      // Raw numbers are not examined, but native code under their name is.
      const kind = this.knowledge.executable(source.read(0, headSize))
      if (kind === null) return
      place.notes.note(scanRules.hidden, path, {
        message: `This member should hold raw numbers and begins as ${kind}.`,
        verdict: 'malicious',
        severity: 'critical',
        offset: 0,
      })
    } catch (error) {
      if (error instanceof LimitReached) this.reached(error, inside)
      else if (error instanceof Malformed) {
        place.notes.open(path, entry.bytes)
        place.notes.note(scanRules.malformed, path, { message: error.message })
      } else throw error
    }
  }

  private reached(error: LimitReached, { path, notes }: Place): void {
    const shared = error.limit !== 'ratio' && error.limit !== 'headerBytes' && error.limit !== 'depth'
    if (shared && this.spent) return
    if (shared) this.spent = true
    notes.note(scanRules.limit, path, {
      message: `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}; what comes after was not examined.`,
    })
  }

  /** Nothing fits: filler in front is taken off, and the rest is searched. */
  private async unknown(source: Source, place: Place): Promise<null> {
    const { path, notes } = place
    const start = endOfFiller(source, 0, this.budget)
    if (start > 0 && start < source.size) {
      const trial = new Notes()
      const inside: Place = { ...place, path: `${path}!at ${start}`, depth: place.depth + 1, notes: trial }
      const format = await this.examine(slice(source, start), inside)
      if (format !== null) {
        notes.note(scanRules['leading-data'], path, {
          message: `${start} bytes of filler stand before a file of format ${format}.`,
          offset: 0,
        })
        notes.keep(trial)
        return null
      }
    }
    notes.note(scanRules['unknown-format'], path, {
      message: `Its first bytes are ${hex(source.read(0, 8))}.`,
      offset: 0,
    })
    this.strings(source, this.context(place, {}))
    await this.search(source, { from: 0, to: source.size }, place)
    return null
  }

  /** What lies behind the end of a format. */
  private async rest(source: Source, end: number, format: Format, place: Place): Promise<void> {
    const { path, notes } = place
    const start = endOfFiller(source, end, this.budget)
    if (start >= source.size) {
      notes.note(scanRules.padding, path, { message: `${source.size - end} zero bytes.`, offset: end })
      return
    }
    const found = await this.examine(slice(source, start), {
      ...place,
      path: `${path}!at ${start}`,
      depth: place.depth + 1,
    })
    if (found !== null && this.knowledge.mayFollow.get(format.id)?.includes(found)) return
    notes.note(scanRules['appended-data'], path, {
      message: `${format.title} ends at byte ${end}; ${source.size - start} bytes ${found === null ? 'of no known format' : `of format ${found}`} follow at byte ${start}.`,
      offset: start,
    })
  }

  private async search(source: Source, range: { from: number; to: number }, place: Place): Promise<number> {
    const to = Math.min(range.to, range.from + this.budget.limits.searchBytes - this.searched)
    if (to <= range.from) return 0
    this.searched += to - range.from
    let found = 0
    let tries = 0
    let after = range.from
    for (const { offset, formats } of findSignatures(source, { from: range.from, to }, this.knowledge)) {
      this.budget.checkTime()
      // At the start it has been tried as a whole, and within what was just found it is no longer hidden.
      if (offset < after || offset === 0) continue
      if (++tries > triesOfSearch || this.spent) break
      for (const format of formats) {
        const rest = slice(source, offset)
        if (format.recognise(rest.read(0, headSize), rest) === 'no') continue
        const trial = new Notes()
        const path = `${place.path}!at ${offset}`
        const part = trial.open(path, rest.size)
        const inside: Place = { ...place, path, depth: place.depth + 1, notes: trial }
        if (inside.depth > this.budget.limits.depth) return found
        const outcome = await this.attempt(format, rest, inside, part, { mustFit: true })
        if (outcome.kind === 'not-this') continue
        found += 1
        after = offset + Math.max(1, outcome.end)
        place.notes.note(scanRules.hidden, place.path, {
          message: `${format.title} begins at byte ${offset}.`,
          offset,
        })
        place.notes.keep(trial)
        break
      }
    }
    return found
  }
}

/** Where filler (one of zero, 0xff or space, repeated) that starts at an offset ends. */
function endOfFiller(source: Source, from: number, budget: Budget): number {
  const filler = source.read(from, 1)[0]
  if (filler !== 0 && filler !== 0xff && filler !== 0x20) return from
  for (const { offset, bytes } of pieces(source, { from })) {
    budget.checkTime()
    for (let i = 0; i < bytes.length; i++) if (bytes[i] !== filler) return offset + i
  }
  return source.size
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

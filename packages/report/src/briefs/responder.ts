// A finding for the incident responder: what happened, who is affected, what to do first, what must not be lost, whom to
// call, and how to see it again.
import { type Blob, type Evidence, whomToInvolve } from '@failmode/core'
import { counted, formatNumber, shortDigest } from '../format.ts'
import { mitigationWords } from '../report-catalogue.ts'
import { involvedText } from '../whom-words.ts'
import { type BriefSection, type FindingContext, list, section, text } from './brief.ts'
import { plainMeasurement } from './plain-measurement.ts'

const shownMeasurements = 3
const shownFiles = 8

export function responderBrief(context: FindingContext): readonly BriefSection[] {
  const { finding, words, measurements, catalogue } = context
  const response = words?.response
  const advice = mitigationWords(catalogue, finding.mitigations).filter(
    ({ phase }) => phase === 'response' || phase === 'detective',
  )
  return [
    ...section('What happened', [
      text(finding.description),
      ...list(measurements.slice(0, shownMeasurements).map((each) => plainMeasurement(each, catalogue))),
    ]),
    ...section('What to expect of this kind', words === undefined ? [] : [text(words.say.responder)]),
    ...section('Who is affected', [{ kind: 'terms', rows: affected(context) }]),
    ...section(
      'First response, if it has happened in use',
      response === undefined ? [] : [{ kind: 'list', items: response.firstResponse, ordered: true }],
    ),
    ...section('Evidence to keep', [...list(response?.evidenceToPreserve ?? []), ...list(files(context))]),
    ...section('Whom to involve', list(involved(context))),
    ...section('See it again', [{ kind: 'command', command: finding.reproduce }]),
    ...section('Afterwards', list(advice.map(({ id, title, text: words }) => `${id}, ${title}: ${words}`))),
    ...section('Not looked at', list(context.check?.notCovered ?? [])),
  ]
}

function involved({ run, catalogue, finding, words }: FindingContext): readonly string[] {
  if (words === undefined) return []
  const variants = finding.variant === null ? [] : [finding.variant]
  return whomToInvolve(catalogue, words, { variants, facts: run.system.assets }).map((entry) => {
    const text = involvedText(entry)
    return `${text[0]?.toUpperCase()}${text.slice(1)}`
  })
}

/** The facts that say whom the harm reaches, as the owner of the system answered them. */
const reach = ['affects', 'interaction', 'dataSensitivity', 'actsOnPhysicalWorld', 'modelIsSecurityControl']

function affected({ run, catalogue, finding }: FindingContext): readonly (readonly [string, string])[] {
  return reach.flatMap((name) => {
    const fact = catalogue.ratingFacts.find((candidate) => candidate.name === name)
    if (fact === undefined) return []
    const answer = run.system.assets[name]
    const open = finding.rule.open.find((each) => each.fact === name)
    const said =
      answer === undefined
        ? `Nobody answered ("${name}" under "assets"). ${open === undefined ? 'The rating does not turn on it.' : open.effect}`
        : answerText(answer)
    return [[fact.question, said] as const]
  })
}

export function answerText(answer: string | boolean): string {
  if (typeof answer === 'boolean') return answer ? 'yes' : 'no'
  return answer.replaceAll('-', ' ')
}

/** Files of the run folder that show the finding, with the digests that prove them unchanged. */
function files({ finding, measurements, run }: FindingContext): readonly string[] {
  const blobs = new Map<string, Blob>()
  for (const blob of [
    ...finding.evidence.flatMap(blobsOf),
    ...measurements.flatMap(({ samples }) => (samples === undefined ? [] : [samples.blob])),
  ])
    blobs.set(blob.path, blob)
  const shown = [...blobs.values()].slice(0, shownFiles)
  const more = blobs.size - shown.length
  return [
    'The five-field record of each decision; what this run knows of it stands below the findings',
    `This run as a whole: the folder of ${run.id}, with run.json and journal.jsonl`,
    ...shown.map(
      ({ path, sha256, bytes }) => `${path}, ${formatNumber(bytes)} bytes, SHA-256 ${shortDigest(sha256)}…`,
    ),
    ...(more === 0 ? [] : [`${counted(more, 'more file')} that run.json names`]),
  ]
}

function blobsOf(evidence: Evidence): readonly Blob[] {
  return evidence.kind === 'images' ? evidence.images.map(({ blob }) => blob) : []
}

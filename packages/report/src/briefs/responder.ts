// A finding for the incident responder: what happened, who is affected, what to do first, what must not be lost, whom to
// call, and how to see it again. The forensic record has the five fields that the document on securing AI asks for; what
// this run knows of them stands there, and what it cannot know is said to be missing.
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
      ...list(measurements.slice(0, shownMeasurements).map(plainMeasurement)),
      ...(words === undefined ? [] : [text(words.say.responder)]),
    ]),
    ...section('Who is affected', [{ kind: 'terms', rows: affected(context) }]),
    ...section('First response', list(response?.firstResponse ?? [])),
    ...section('Evidence to keep', [...list(response?.evidenceToPreserve ?? []), ...list(files(context))]),
    ...section('The record of the decision', [
      { kind: 'terms', rows: decisionRecord(context) },
      text(catalogue.decisionRecord.also),
    ]),
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
        ? `Nobody answered. ${open === undefined ? 'The rating does not turn on it.' : open.effect}`
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

function decisionRecord(context: FindingContext): readonly (readonly [string, string])[] {
  const { run, catalogue, measurements } = context
  const { model, data } = run.system
  const sets = Object.entries(data).map(
    ([split, { digest, count }]) => `${split}, ${counted(count, 'sample')}, ${shortDigest(digest)}…`,
  )
  const samples = measurements.find((measurement) => measurement.samples !== undefined)?.samples
  const known = [
    'Not in this run. Take it from the logs of the training.',
    `Not in this run.${sets.length === 0 ? '' : ` Data sets it looked at: ${sets.join('; ')}.`}`,
    model === null
      ? 'This run had no model.'
      : `Weights: the ${model.kind} model with SHA-256 ${model.digest}. Confidences: log them with each decision; this run keeps what it measured in ${samples?.blob.path ?? 'run.json'}.`,
    [
      model === null ? '' : `the model, ${shortDigest(model.digest)}…`,
      ...run.system.artifacts.map((path) => `file ${path}`),
      ...Object.entries(run.environment.libraries).map(([library, version]) => `${library} ${version}`),
    ]
      .filter((part) => part !== '')
      .join('; '),
    samples === undefined
      ? 'Not in this run. Take it from the log of the system.'
      : `For each sample of this run: column "${samples.column}" of ${samples.blob.path}. For decisions in use: from the log of the system.`,
  ]
  return catalogue.decisionRecord.fields.map((field, i) => [field, known[i] ?? 'Not in this run.'] as const)
}

// Asks until the answers single a mode out, until no question tells anything more, or until the person stops; then
// asks the facts that the ratings of the leading modes still turn on. Who is asked, and how, comes in as an asker.
import type { Catalogue, TriageAnswer } from '@failmode/catalogue'
import { type TriageFile, type TriageResult, triage } from '@failmode/core'

export type OpenQuestion = TriageResult['next']['questions'][number]
export type OpenFact = TriageResult['next']['facts'][number]

export type FactReply = { readonly answer: string | boolean } | 'unknown' | 'stop'

export interface Asker {
  /** Null when the person has none. */
  complaint(): Promise<string | null>
  /** Shows how things stand before the next question. */
  show(result: TriageResult): void
  question(question: OpenQuestion): Promise<TriageAnswer | 'stop'>
  fact(fact: OpenFact): Promise<FactReply>
}

/** Bits below which an answer is not worth a person's time. */
const leastGain = 0.02

/** What was said, as an answers file would hold it. */
export async function interview(
  catalogue: Catalogue,
  asker: Asker,
  given: TriageFile = { complaint: null, answers: {}, facts: {} },
): Promise<TriageFile> {
  const complaint = given.complaint ?? (await asker.complaint())
  let { answers, facts } = given
  for (;;) {
    const result = triage({ catalogue, complaint, answers, facts })
    asker.show(result)
    const question = result.next.questions[0]
    if (result.decided || question === undefined || question.gain < leastGain) break
    const answer = await asker.question(question)
    if (answer === 'stop') break
    answers = { ...answers, [question.id]: answer }
  }
  const passed = new Set<string>()
  for (;;) {
    const open = triage({ catalogue, complaint, answers, facts }).next.facts
    const fact = open.find(({ name }) => !passed.has(name))
    if (fact === undefined) break
    passed.add(fact.name)
    const reply = await asker.fact(fact)
    if (reply === 'stop') break
    if (reply !== 'unknown') facts = { ...facts, [fact.name]: reply.answer }
  }
  return { complaint, answers, facts }
}

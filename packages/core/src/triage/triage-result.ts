// The result of a triage as JSON, version 1. It repeats what was given (complaint, answers, facts), so that it can be
// handed in again as an answers file and continued.
import { severities, triageAnswers } from '@failmode/catalogue'
import { z } from 'zod'
import { involvedSchema } from '../rating/whom-to-involve.ts'
import { safetySeveritySchema, scaleSchema, sdlSeveritySchema } from '../words.ts'
import { matchPlaces } from './match-complaint.ts'
import { candidateStatuses } from './weigh-modes.ts'

export const triageFormat = 'failmode-triage/1'

const factSchema = z.union([z.string(), z.boolean()])

const answerReasonSchema = z.object({
  question: z.string(),
  text: z.string(),
  answer: z.enum(['yes', 'no']),
})

const ratingSchema = z.object({
  severity: z.union([sdlSeveritySchema, safetySeveritySchema]),
  scale: scaleSchema,
  ruleId: z.string(),
  bar: z.string(),
  text: z.string().describe('the rule in words'),
  open: z
    .array(z.object({ fact: z.string(), question: z.string(), effect: z.string() }))
    .readonly()
    .describe('facts that nobody answered, taken at their worst'),
})

const opinionSchema = z
  .object({
    bar: z.string(),
    title: z.string(),
    rating: ratingSchema.nullable().describe('null where the bar has no rule for the mode'),
    rows: z
      .array(
        z.object({
          id: z.string(),
          title: z.string(),
          severity: z
            .object({ low: z.enum(severities), high: z.enum(severities) })
            .readonly()
            .nullable(),
          condition: z.string().nullable(),
          questions: z.array(z.string()).readonly(),
        }),
      )
      .readonly(),
  })
  .describe('what one published bug bar says')

const candidateSchema = z.object({
  mode: z.string(),
  number: z.int().nullable(),
  name: z.string(),
  status: z.enum(candidateStatuses),
  weight: z.number().nonnegative().describe('orders the candidates; not a probability'),
  reasons: z.object({
    supports: z.array(answerReasonSchema).readonly(),
    against: z.array(answerReasonSchema).readonly(),
    rulesOut: z.array(answerReasonSchema).readonly(),
    words: z
      .array(
        z.object({
          word: z.string(),
          met: z.string(),
          in: z.enum(matchPlaces),
          text: z.string(),
          variant: z.string().nullable(),
        }),
      )
      .readonly(),
  }),
  variant: z.string().nullable().describe('the one variant that most answers point to'),
  variants: z.array(z.object({ id: z.string(), name: z.string() })).readonly(),
  opinions: z.array(opinionSchema).readonly(),
  safety: ratingSchema.nullable().describe('on our own scale, where no published bar has a rule'),
  involve: z.array(involvedSchema).readonly(),
  firstResponse: z.array(z.string()).readonly(),
  evidenceToPreserve: z.array(z.string()).readonly(),
  mitigations: z
    .array(
      z.object({
        id: z.string(),
        title: z.string(),
        text: z.string(),
        phase: z.enum(['response', 'detective', 'proactive', 'general']),
      }),
    )
    .readonly(),
  checks: z.object({
    command: z.string(),
    ids: z.array(z.string()).readonly().describe('checks of this version; empty where there are none'),
  }),
})

export const triageResultSchema = z.object({
  format: z.literal(triageFormat),
  complaint: z.string().nullable(),
  answers: z.record(z.string(), z.enum(triageAnswers)).readonly(),
  facts: z.record(z.string(), factSchema).readonly(),
  decided: z.boolean().describe('whether the answers, and not the words, single one mode out'),
  statement: z.string(),
  unmatched: z.boolean().describe('a complaint was given, and no word of it is known to the catalogue'),
  candidates: z.array(candidateSchema).readonly().describe('every mode, best first'),
  next: z.object({
    questions: z
      .array(
        z.object({
          id: z.string(),
          text: z.string(),
          why: z.string(),
          gain: z.number().nonnegative().describe('expected loss of doubt, in bits'),
        }),
      )
      .readonly(),
    facts: z
      .array(
        z.object({
          name: z.string(),
          question: z.string(),
          answers: z.array(factSchema).readonly().describe('from least to most harmful'),
          concerns: z.array(z.string()).readonly().describe('modes whose rating could change'),
        }),
      )
      .readonly(),
  }),
  decisionRecord: z.object({ fields: z.array(z.string()).readonly(), also: z.string() }),
  notices: z.array(z.string()).readonly(),
})
export type TriageResult = z.infer<typeof triageResultSchema>
export type TriageCandidate = TriageResult['candidates'][number]

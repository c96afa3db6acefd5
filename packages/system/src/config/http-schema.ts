// The part of a configuration that says how a model behind an address is asked. A configuration is shown, stored
// and shared, so nothing that opens a door may stand in it: a token is named by the environment variable that holds
// it, and an address or a header that looks as if it held one itself is refused.
import { z } from 'zod'

const text = z.string().min(1)
const count = z.int().min(1)

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected the name of a header')
const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, 'expected visible characters in one line')

/** Words in the name of a header or a parameter whose value is meant for few. */
const secretName =
  /auth|cookie|token|secret|passw|pwd|credential|session|signature|api-?_?key|access-?_?key|subscription|^x-.*key$|^(key|sig|code)$/i

/** Headers that the transport writes itself. */
const ownHeaders =
  /^(host|connection|keep-alive|transfer-encoding|content-length|upgrade|te|trailer|expect)$/i

/** Whether a value looks like a token: a known scheme, or a long word that no person would choose. */
function looksSecret(value: string): boolean {
  if (/^(bearer|basic|digest|token|negotiate|aws4-)/i.test(value)) return true
  return value
    .split(/[\s,;=]+/)
    .some((word) => /^[\w.+/~-]{20,}$/.test(word) && /\d/.test(word) && /[A-Za-z]/.test(word))
}

const authSchema = z.strictObject({
  header: headerName.optional().describe('Authorization unless said'),
  env: z
    .string()
    // The message does not repeat what stands there: it may be the token itself.
    .refine((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name), {
      error:
        'is no name of an environment variable, expected one such as MODEL_TOKEN, and never the token itself',
    })
    .describe('environment variable that holds the token; read when a request is sent and stored nowhere'),
  prefix: headerValue.optional().describe('stands before the token, such as "Bearer "'),
})
export type HttpAuth = z.infer<typeof authSchema>

const urlSchema = z
  .url({ protocol: /^https?$/, error: 'expected an address such as https://example.org/model' })
  .superRefine((value, context) => {
    const url = URL.canParse(value) ? new URL(value) : null
    if (url === null) return
    const say = (message: string) => context.addIssue({ code: 'custom', message })
    if (url.username !== '' || url.password !== '') {
      say('holds a name or a password, expected them in "auth" as the name of an environment variable')
    }
    const secret = [...url.searchParams].find(
      ([name, value]) => secretName.test(name.replaceAll('_', '-')) || looksSecret(value),
    )
    if (secret !== undefined) {
      say(
        `has the parameter "${secret[0]}", which looks like a secret, expected it in a header that "auth" names`,
      )
    }
  })

const headersSchema = z.record(headerName, headerValue).superRefine((headers, context) => {
  for (const [name, value] of Object.entries(headers)) {
    const say = (message: string) => context.addIssue({ code: 'custom', path: [name], message })
    if (ownHeaders.test(name)) say('is written by the program itself, expected other headers')
    else if (secretName.test(name) || looksSecret(value)) {
      say('looks like a secret, expected "auth" with the name of an environment variable in its place')
    }
  }
})

const templateSchema = z
  .strictObject({
    body: z
      .unknown()
      .describe(
        'the JSON to send; the text "{{batch}}" becomes a list of samples, "{{sample}}" one sample (one request each)',
      ),
    scores: text.optional().describe('where the scores are in the answer, such as results[*].scores'),
    labels: text
      .optional()
      .describe('where the classes are; beside `scores` they name what each score is of'),
  })
  .superRefine((template, context) => {
    if (template.body === undefined) {
      context.addIssue({ code: 'custom', path: ['body'], message: 'is missing, expected the JSON to send' })
    }
    if (template.scores !== undefined || template.labels !== undefined) return
    context.addIssue({
      code: 'custom',
      message: 'names neither "scores" nor "labels", expected where the answer holds one of them',
    })
  })
export type HttpTemplate = z.infer<typeof templateSchema>

export const httpProtocols = ['open-inference', 'mlflow', 'tfserving', 'template', 'openai-chat'] as const

/** Keys that only some protocols know. */
const ownKeys = {
  model: ['open-inference', 'tfserving'],
  version: ['open-inference', 'tfserving'],
  format: ['mlflow', 'tfserving'],
  columns: ['mlflow'],
  template: ['template'],
} as const

export const httpSchema = z
  .strictObject({
    url: urlSchema.describe('of the server, or of the model on it'),
    protocol: z.enum(httpProtocols),
    model: text.optional().describe('name of the model, where the address does not hold it'),
    version: text.optional().describe('version of the model; what the server chooses unless said'),
    format: z
      .enum(['inputs', 'instances', 'dataframe_split'])
      .optional()
      .describe('form of the request; tfserving takes `instances` unless said, mlflow `inputs`'),
    columns: z.array(text).min(1).optional().describe('names of the columns of `dataframe_split`'),
    template: templateSchema.optional(),
    auth: authSchema.optional(),
    headers: headersSchema.optional().describe('sent with every request; no secrets'),
    batch: count.optional().describe('most samples of one request; found by asking unless said'),
    concurrency: z
      .int()
      .min(1)
      .max(256)
      .optional()
      .describe('most requests under way at once; 8 unless said'),
    requestsPerSecond: z.number().positive().optional().describe('no limit unless said'),
    timeoutSeconds: z.number().positive().max(3600).optional().describe('for one request; 30 unless said'),
    retries: z.int().min(0).max(20).optional().describe('of a request that failed in passing; 5 unless said'),
  })
  .superRefine((http, context) => {
    for (const [key, protocols] of Object.entries(ownKeys)) {
      if (http[key as keyof typeof ownKeys] === undefined) continue
      if ((protocols as readonly string[]).includes(http.protocol)) continue
      context.addIssue({
        code: 'custom',
        path: [key],
        message: `belongs to ${protocols.join(' and ')}, expected it not beside the protocol ${http.protocol}`,
      })
    }
    if (http.protocol === 'template' && http.template === undefined) {
      context.addIssue({ code: 'custom', path: ['template'], message: 'is missing, expected an object' })
    }
    if (http.format === 'dataframe_split' && http.protocol === 'tfserving') {
      context.addIssue({
        code: 'custom',
        path: ['format'],
        message: 'is "dataframe_split", expected "instances" or "inputs" with the protocol tfserving',
      })
    }
    const auth = (http.auth?.header ?? 'Authorization').toLowerCase()
    if (
      http.auth !== undefined &&
      Object.keys(http.headers ?? {}).some((name) => name.toLowerCase() === auth)
    ) {
      context.addIssue({
        code: 'custom',
        path: ['headers'],
        message: `names ${http.auth.header ?? 'Authorization'}, which "auth" gives, expected it once`,
      })
    }
  })
export type HttpConfig = z.infer<typeof httpSchema>

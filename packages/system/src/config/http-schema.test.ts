import { describe, expect, it } from 'vitest'
import { errorOf } from '../testing/arrays.ts'
import { validateConfig } from './validate-config.ts'

const http = { url: 'https://models.example.org/v2/models/m', protocol: 'open-inference' }
const check = (parts: object, rest: object = {}) =>
  validateConfig(
    { name: 'x', task: 'image-classification', model: { http: { ...http, ...parts } }, ...rest },
    { file: 'failmode.config.json' },
  )

describe('a model behind an address in a configuration', () => {
  it('may say how it is asked, within which limits, and which variable holds the token', () => {
    const parts = {
      model: 'm',
      version: '3',
      auth: { header: 'Authorization', env: 'MODEL_TOKEN', prefix: 'Bearer ' },
      headers: { 'X-Tenant': 'blue', Accept: 'application/json' },
      batch: 32,
      concurrency: 4,
      requestsPerSecond: 0.5,
      timeoutSeconds: 5,
      retries: 0,
    }
    const { config } = check(parts, { pricePer1000Queries: 1.5, maxCost: 10 })
    expect(config.model).toEqual({ http: { ...http, ...parts } })
  })

  it.each([
    'http://user:hunter2hunter2@example.org/',
    'http://:hunter2hunter2@example.org/',
    'https://example.org/m?api_key=hunter2hunter2',
    'https://example.org/m?x-goog-signature=hunter2hunter2',
    'https://example.org/m?q=hunter2hunter2abcdef0123',
    'https://example.org/m?sig=hunter2hunter2',
  ])('may hold no secret in its address: %s', (url) => {
    const { code, message, hint } = errorOf(() => check({ url }))
    expect(code).toBe('config-invalid')
    expect(message).toContain('"model.http.url"')
    expect(`${message}${hint}`).not.toContain('hunter2')
  })

  it.each([
    ['Authorization', 'x'],
    ['X-API-Key', 'x'],
    ['api-key', 'x'],
    ['X-Auth-Token', 'x'],
    ['Cookie', 'a=b'],
    ['Ocp-Apim-Subscription-Key', 'x'],
    ['X-Functions-Key', 'x'],
    ['X-Client-Secret', 'x'],
    ['X-Custom', 'Bearer hunter2'],
    ['X-Custom', 'hunter2_abcdefghijklmnop'],
    ['X-Custom', 'id=hunter2.abcdefgh.ijklmnop'],
  ])('may hold no secret in its headers: %s', (name, value) => {
    const { message, hint } = errorOf(() => check({ headers: { [name]: value } }))
    expect(message).toContain(`"model.http.headers.${name}" looks like a secret`)
    expect(message).toContain('"auth"')
    expect(`${message}${hint}`).not.toContain('hunter2')
  })

  it.each([
    { 'X-Request-Source': 'failmode crash test of the credit model, May' },
    { 'X-Model-Version': '2024-05-06' },
    { Accept: 'application/vnd.kserve.inference+json' },
    { 'User-Agent': 'failmode' },
  ])('may have other headers: %j', (headers) => {
    expect(() => check({ headers })).not.toThrow()
  })

  it.each([
    ['url', { url: 'ftp://example.org' }, /expected an address/],
    ['auth.env', { auth: { env: 'sk-hunter2' } }, /no name of an environment variable/],
    ['headers.Host', { headers: { Host: 'x' } }, /written by the program itself/],
    [
      'headers',
      { headers: { authorization: 'x' }, auth: { env: 'T' } },
      /names Authorization, which "auth" gives/,
    ],
    ['format', { format: 'inputs' }, /belongs to mlflow and tfserving/],
    ['columns', { columns: ['a'], protocol: 'tfserving' }, /belongs to mlflow/],
    ['model', { model: 'm', protocol: 'mlflow' }, /belongs to open-inference and tfserving/],
    ['format', { format: 'dataframe_split', protocol: 'tfserving' }, /"instances" or "inputs"/],
    ['template', { protocol: 'template' }, /is missing/],
    ['template', { protocol: 'template', template: { body: '{{batch}}' } }, /neither "scores" nor "labels"/],
    ['template.body', { protocol: 'template', template: { scores: 'x' } }, /is missing/],
    ['concurrency', { concurrency: 0 }, /at least 1/],
    ['timeoutSeconds', { timeoutSeconds: 0 }, /more than 0/],
    ['retires', { retires: 3 }, /unknown key/],
  ])('is held to its form: %s', (key, parts, words) => {
    const { code, message, hint } = errorOf(() => check(parts))
    expect(code).toBe('config-invalid')
    expect(message).toContain(`model.http.${key}"`)
    expect(message).toMatch(words)
    expect(`${message}${hint}`).not.toContain('hunter2')
  })

  it('has a ceiling of cost only with a price', () => {
    expect(errorOf(() => check({}, { maxCost: 10 })).message).toContain('"maxCost" stands alone')
    expect(errorOf(() => check({}, { pricePer1000Queries: 0, maxCost: 10 })).message).toContain('more than 0')
  })
})

import { catalogue } from '@failmode/catalogue'
import type { RunDocument } from '@failmode/core'
import { describe, expect, it } from 'vitest'
import { exampleRun, hostileRun, sha256 } from '../testing/example-run.ts'
import { outcomeWords, voiceNames } from '../wording.ts'
import { renderHtml } from './html.tsx'

const render = ({ run, blobs } = exampleRun()) =>
  renderHtml(run, { catalogue, readBlob: (path) => blobs.get(path) })
const withoutTags = (html: string) => withoutStyle(html).replace(/<[^>]*>/g, '')
const withoutStyle = (html: string) => html.replace(/<style>[\s\S]*?<\/style>/, '')

describe('the HTML report', () => {
  const html = render()

  it('is one document that allows nothing but its own styles and data pictures', () => {
    expect(html.startsWith('<!doctype html>\n<html lang="en">')).toBe(true)
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/i
      .exec(html)?.[1]
      ?.replaceAll('&#x27;', "'")
    expect(policy).toMatch(/^default-src 'none'; style-src 'unsafe-inline'; img-src data:/)
  })

  it('loads nothing: no script, no outside style, font or picture', () => {
    expect(html).not.toMatch(
      /<script|<iframe|<object|<embed|<base|@import|<link(?! rel="icon" href="data:,")/i,
    )
    for (const [, address] of html.matchAll(/\ssrc(?:set)?="([^"]*)"/gi))
      expect(address).toMatch(/^data:image\/png;base64,/)
    for (const [, address] of html.matchAll(/url\(([^)]*)\)/gi)) expect(address).toMatch(/^["']?data:/)
  })

  it('links to its own anchors and to https pages only', () => {
    const ids = new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id))
    const links = [...html.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href]) => href as string)
    expect(links.length).toBeGreaterThan(50)
    for (const href of links) {
      if (href.startsWith('#')) expect(ids).toContain(href.slice(1))
      else expect(href).toMatch(/^https:\/\//)
    }
  })

  it('has a row and a section for each of the 17 modes, and one anchor for each finding', () => {
    const { run } = exampleRun()
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => id?.startsWith('mode-'))).toHaveLength(18)
    expect(html.match(/<td class="modes-number">/g)).toHaveLength(18)
    expect(ids.filter((id) => id?.startsWith('finding-'))).toHaveLength(run.findings.length)
  })

  it('never draws what was not observed like what was found clean', () => {
    const reads = (slug: string) =>
      new RegExp(`<section id="mode-${slug}" class="mode reads-(\\w+)"`).exec(html)?.[1]
    expect(reads('membership-inference')).toBe('clean')
    for (const slug of [
      'reprogramming',
      'distributional-shift',
      'malicious-provider',
      'incomplete-testing',
    ]) {
      expect(reads(slug)).toBe('unobserved')
    }
    expect(reads('reward-hacking')).toBe('outside')
  })

  it('says all that is needed to judge a number', () => {
    expect(html).toContain('95 % wilson')
    expect(html).toContain('white-box')
    expect(html).toContain('black-box')
    expect(html).toContain('a trigger of up to 12 pixels for one class')
    expect(html).toContain('Triggers that are not a patch')
    expect(html).toContain('Can a wrong decision act on the physical world?')
    expect(html).toContain('failmode run --config failmode.config.json --budget standard --seed 7')
  })

  it('names the source and licence of the taxonomy, and labels the safety scale as ours', () => {
    expect(html).toContain('CC BY 4.0')
    expect(html).toContain('Berkman Klein Center')
    expect(html).toContain('safety scale')
  })

  it.each([
    ['engineer', 'Reproduce', 'First response, if it has happened in use'],
    ['responder', 'First response, if it has happened in use', 'Legal questions'],
    ['policy', 'Legal questions', 'First response, if it has happened in use'],
  ] as const)('speaks to the %s when asked: has %s, and not %s', (audience, own, other) => {
    const { run } = exampleRun()
    const page = withoutStyle(renderHtml(run, { catalogue, audience }))
    expect(page.match(new RegExp(`<h4>${own}</h4>`, 'g'))).toHaveLength(run.findings.length)
    expect(page).not.toContain(`<h4>${other}</h4>`)
    expect(page.includes('id="detail"')).toBe(audience === 'engineer')
    expect(page).toContain(`crash-test report for the ${voiceNames[audience]}`)
    for (const [, href] of page.matchAll(/<a [^>]*href="#([^"]*)"/g)) expect(page).toContain(`id="${href}"`)
  })

  it('gives the responder the five fields of the decision record, each with what the run knows of it', () => {
    const { run } = exampleRun()
    const page = renderHtml(run, { catalogue, audience: 'responder' })
    expect(catalogue.decisionRecord.fields).toHaveLength(5)
    for (const field of catalogue.decisionRecord.fields)
      expect(page.split(`<dt>${field}</dt>`)).toHaveLength(2)
    expect(page).toContain(`SHA-256 ${run.system.model?.digest}`)
  })

  it('gives policy both readings of access, and each legal note with place, date, certainty and whose it is', () => {
    const { run } = exampleRun()
    const page = renderHtml(run, { catalogue, audience: 'policy' })
      .replaceAll('&#x27;', "'")
      .replaceAll('&quot;', '"')
    const mode = catalogue.modes.find(({ slug }) => slug === 'perturbation')!
    for (const text of [mode.accessViolation.comments.text, mode.accessViolation.paper.text, mode.say.policy])
      expect(page).toContain(text)
    for (const note of mode.legalNotes) {
      for (const part of [note.jurisdiction, note.text, note.asOf, note.opinionOf, note.source])
        expect(page).toContain(part)
    }
    expect(page).toContain('They are no legal advice.')
  })

  it('says what was not looked at, of modes without a result as of checks with one', () => {
    expect(html).toContain('Perturbations outside the linf ball')
    const gaps = /<section id="gaps">[\s\S]*?<\/section>/.exec(html)?.[0] ?? ''
    for (const { number, name, outcome, reason } of exampleRun().run.modes) {
      if (outcomeWords[outcome].reading !== 'unobserved') continue
      expect(gaps).toContain(`${number}. ${name}`)
      expect(gaps.replaceAll('&quot;', '"')).toContain(reason)
    }
  })

  it('shows what another bug bar says where the two disagree', () => {
    const { run } = exampleRun()
    const [first, ...others] = run.findings
    const elsewhere = [{ bar: 'threat-modeling-2019', severity: 'moderate' as const, text: 'because' }]
    const title = catalogue.bugBars.find(({ id }) => id === 'threat-modeling-2019')?.title
    const changed = { ...run, findings: [{ ...first!, rule: { ...first!.rule, elsewhere } }, ...others] }
    for (const audience of [undefined, 'policy'] as const) {
      const page = renderHtml(changed, { catalogue, ...(audience && { audience }) })
      expect(withoutTags(page)).toContain(`${title} rates the same moderate: because`)
    }
  })
})

describe('a report of a hostile run', () => {
  const html = withoutStyle(render(hostileRun()))

  it('has no element or attribute that came from a name', () => {
    expect(html).not.toContain('<script')
    expect(html).not.toMatch(/<img src="?x/)
    expect(html).not.toMatch(/\son\w+="/)
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html).not.toMatch(/href="(?!#|https:\/\/|data:,)/)
  })

  it('shows characters that would turn or hide the text', () => {
    expect(html).not.toMatch(/[\u202a-\u202e\u2066-\u2069]|(?![\n\r\t])\p{Cc}/u)
    expect(html).toContain('abc[U+202E]gnp.exe')
  })

  it('still has unique anchors', () => {
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[A-Za-z][A-Za-z0-9._-]*$/)
  })
})

describe('the size of the report', () => {
  it('stays under 3 MB however many pictures there are, and says what was left out', () => {
    const { run } = exampleRun()
    const bytes = new Uint8Array(40_000)
    const images = Array.from({ length: 200 }, (_, i) => ({
      label: `sample ${i}`,
      blob: {
        path: `evidence/${i}.png`,
        sha256: sha256(String(i)),
        bytes: bytes.length,
        mediaType: 'image/png',
      },
      width: 224,
      height: 224,
      sample: true,
    }))
    const [first, ...rest] = run.findings as [RunDocument['findings'][number], ...RunDocument['findings']]
    const heavy = {
      ...run,
      findings: [{ ...first, evidence: [{ kind: 'images' as const, title: 'all', images }] }, ...rest],
    }
    const html = renderHtml(heavy, { catalogue, readBlob: () => bytes })
    expect(html.length).toBeGreaterThan(2_400_000)
    expect(html.length).toBeLessThan(3_000_000)
    const embedded = html.match(/src="data:/g)?.length as number
    expect(html).toContain('over the size a report may have')
    expect(/(\d+) pictures left out of this file, (\d+) shown/.exec(html)?.slice(1).map(Number)).toEqual([
      205 - embedded,
      embedded,
    ])
  })

  it('is under 300 kB for a run with few pictures', () => {
    expect(render().length).toBeLessThan(300_000)
  })
})

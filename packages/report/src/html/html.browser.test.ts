// Opens the report in a real browser at the width of a phone and of a desk, light and dark, and looks for what a
// reader would see: something that sticks out to the side, a message in the console, a request to anywhere.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { catalogue } from '@failmode/catalogue'
import type { RunDocument } from '@failmode/core'
import axe from 'axe-core'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exampleRun, hostileRun } from '../testing/example-run.ts'
import { renderHtml } from './html.tsx'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = process.env.FAILMODE_CHROMIUM ?? places.find((path) => existsSync(path))
const missing = executablePath === undefined
if (missing)
  console.warn('SKIPPED: the report is not opened in a browser (no Chromium; set FAILMODE_CHROMIUM)')

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const openAll = `document.querySelectorAll('details').forEach((details) => { details.open = true })`

describe.skipIf(missing)(`the report in a browser${missing ? ' (SKIPPED: no Chromium found)' : ''}`, () => {
  let browser: Browser
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'failmode-report-'))
    for (const [name, { run, blobs }] of [
      ['example', exampleRun()],
      ['hostile', hostileRun()],
    ] as const) {
      writeFileSync(
        join(folder, `${name}.html`),
        renderHtml(run, { catalogue, readBlob: (path) => blobs.get(path) }),
      )
    }
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: flags,
    })
  })
  afterAll(async () => {
    await browser?.close()
    if (folder !== undefined) rmSync(folder, { recursive: true })
  })

  const cases = ['example', 'hostile'].flatMap((name) =>
    [360, 1280].flatMap((width) =>
      (['light', 'dark'] as const).map((scheme) => [name, width, scheme] as const),
    ),
  )
  it.each(cases)('%s at %i px, %s: fits, is quiet and asks for nothing', async (name, width, scheme) => {
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme: scheme })
    const page = await context.newPage()
    const address = pathToFileURL(join(folder, `${name}.html`)).href
    const console: string[] = []
    const requests: string[] = []
    page.on('console', (message) => console.push(message.text()))
    page.on('pageerror', (error) => console.push(error.message))
    page.on('request', (request) => {
      if (request.url() !== address && !request.url().startsWith('data:')) requests.push(request.url())
    })
    await page.goto(address)
    const look = () =>
      page.evaluate(`({
        overflow: document.documentElement.scrollWidth - innerWidth,
        broken: [...document.images].filter((image) => !image.complete || image.naturalWidth === 0).length,
        images: document.images.length,
        paper: getComputedStyle(document.documentElement).backgroundColor,
      })`) as Promise<{ overflow: number; broken: number; images: number; paper: string }>
    const folded = await look()
    await page.evaluate(openAll)
    const open = await look()
    expect(folded.overflow).toBeLessThanOrEqual(0)
    expect(open.overflow).toBeLessThanOrEqual(0)
    expect(open.images).toBeGreaterThan(3)
    expect(open.broken).toBe(0)
    expect(open.paper).toBe(scheme === 'light' ? 'rgb(246, 245, 241)' : 'rgb(18, 20, 23)')
    expect(console).toEqual([])
    expect(requests).toEqual([])
    await context.close()
  })

  it('prints what is folded', async () => {
    const page = await browser.newPage()
    await page.goto(pathToFileURL(join(folder, 'example.html')).href)
    const height = () => page.evaluate(`document.querySelector('#mode-common-corruption').offsetHeight`)
    const folded = (await height()) as number
    await page.emulateMedia({ media: 'print' })
    expect((await height()) as number).toBeGreaterThan(folded * 2)
    await page.close()
  })

  // The engineer's page is part of the one for all.
  const read = ([undefined, 'responder', 'policy'] as const).flatMap((audience) =>
    (['light', 'dark'] as const).map((scheme) => [audience, scheme] as const),
  )
  it.each(read)('for %s in %s has nothing that axe calls serious', async (audience, scheme) => {
    const { run, blobs } = exampleRun()
    const path = join(folder, `axe-${audience}-${scheme}.html`)
    writeFileSync(
      path,
      renderHtml(run, { catalogue, readBlob: (name) => blobs.get(name), ...(audience && { audience }) }),
    )
    // The page allows no script; axe is one.
    const context = await browser.newContext({ colorScheme: scheme, bypassCSP: true })
    const page = await context.newPage()
    await page.goto(pathToFileURL(path).href)
    await page.evaluate(openAll)
    await page.addScriptTag({ content: axe.source })
    const { violations, passes } = (await page.evaluate('axe.run(document)')) as axe.AxeResults
    const serious = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`))
    expect(serious).toEqual([])
    expect(passes.length).toBeGreaterThan(20)
    await context.close()
  })

  it('can be read with the keyboard alone: all that does something gets a visible focus, and folds open', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(pathToFileURL(join(folder, 'example.html')).href)
    const wanted = await page.locator('a[href], summary').count()
    let seen = 0
    for (let i = 0; i < wanted + 5; i++) {
      await page.keyboard.press('Tab')
      const focus = (await page.evaluate(`(() => {
        const element = document.activeElement
        if (element === null || element === document.body) return null
        const { outlineStyle, outlineWidth } = getComputedStyle(element)
        return { outline: outlineStyle !== 'none' && outlineWidth !== '0px' }
      })()`)) as { outline: boolean } | null
      if (focus === null) break
      expect(focus.outline).toBe(true)
      seen++
    }
    // Links inside a fold are reached once it is open.
    expect(seen).toBeGreaterThan(40)
    const fold = page.locator('details').first()
    await fold.locator('summary').first().focus()
    await page.keyboard.press('Enter')
    expect(await fold.getAttribute('open')).not.toBeNull()
    await context.close()
  })

  it('prints each finding for policy on two pages at most, whatever the mode', async () => {
    const { run } = exampleRun()
    const context = await browser.newContext({ bypassCSP: true })
    const page = await context.newPage()
    const path = join(folder, 'policy.html')
    writeFileSync(path, renderHtml(aFindingOfEach(run), { catalogue, audience: 'policy' }))
    await page.goto(pathToFileURL(path).href)
    const pages: number[] = []
    for (let i = 0; i < 17; i++) {
      await page.evaluate(`(() => {
        const others = '.masthead, main > p, .verdict, .plates, .contents, footer, main > section:not(#findings), h2, .left-out'
        for (const other of document.querySelectorAll(others)) other.style.display = 'none'
        for (const [at, article] of document.querySelectorAll('article.finding').entries())
          article.style.display = at === ${i} ? '' : 'none'
      })()`)
      const pdf = (await page.pdf({ format: 'A4', preferCSSPageSize: true })).toString('latin1')
      pages.push([...pdf.matchAll(/\/Type\s*\/Page\b/g)].length)
    }
    expect(pages).toHaveLength(17)
    expect(Math.min(...pages)).toBeGreaterThan(0)
    expect(Math.max(...pages), `pages by mode: ${pages.join(' ')}`).toBeLessThanOrEqual(2)
    await context.close()
  })
})

/** A finding of each of the 17 modes, with everything that a report for policy says of one. */
function aFindingOfEach(run: RunDocument): RunDocument {
  const [example] = run.findings
  const findings = catalogue.modes.map((mode) => ({
    ...example!,
    id: `${mode.slug}-1`,
    mode: mode.slug,
    variant: mode.variants[0]?.id ?? null,
    check: run.modes.find(({ slug }) => slug === mode.slug)?.checks[0]?.id ?? example!.check,
    mitigations: [...mode.mitigations],
    rule: {
      ...example!.rule,
      elsewhere: [{ bar: 'threat-modeling-2019', severity: 'moderate' as const, text: example!.rule.text }],
      open: catalogue.ratingFacts
        .slice(0, 2)
        .map(({ name, question }) => ({ fact: name, question, effect: 'Not answered: it could be lower.' })),
    },
  }))
  return { ...run, findings }
}

// Opens the report in a real browser at the width of a phone and of a desk, light and dark, and looks for what a
// reader would see: something that sticks out to the side, a message in the console, a request to anywhere.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { catalogue } from '@failmode/catalogue'
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
    await page.evaluate(`document.querySelectorAll('details').forEach((details) => { details.open = true })`)
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
})

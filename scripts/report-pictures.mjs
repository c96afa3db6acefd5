// Pictures of the report for docs/, taken in Chromium from a run of the bundled system:
// `node packages/failmode/dist/cli.js demo --out DIR && node scripts/report-pictures.mjs DIR`.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import sharp from 'sharp'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: node scripts/report-pictures.mjs RUN')
  process.exit(2)
}
const root = join(import.meta.dirname, '..')
const cli = join(root, 'packages', 'failmode', 'dist', 'cli.js')
const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = process.env.FAILMODE_CHROMIUM ?? places.find((path) => existsSync(path))
const browser = await chromium.launch({
  ...(executablePath === undefined ? {} : { executablePath }),
  args: ['--no-sandbox', '--disable-gpu'],
})
const page = await browser.newPage({ viewport: { width: 1120, height: 1400 } })

/** The first screen, or with a selector what begins there. */
async function take(file, name, from) {
  await page.goto(pathToFileURL(resolve(file)).href)
  const box = from === undefined ? null : await page.locator(from).first().boundingBox()
  const top = box === null ? 0 : Math.max(0, box.y - 16)
  const picture = await page.screenshot({
    fullPage: true,
    clip: { x: 0, y: top, width: 1120, height: 1400 },
  })
  await sharp(picture)
    .png({ palette: true, colours: 64, effort: 10 })
    .toFile(join(root, 'docs', name))
}

await take(join(folder, 'report.html'), 'report.png')
for (const audience of ['engineer', 'responder', 'policy']) {
  execFileSync(process.execPath, [cli, 'report', folder, '--audience', audience])
  await take(join(folder, `report.${audience}.html`), `report-${audience}.png`, 'article.finding')
}
await browser.close()

import { describe, expect, it } from 'vitest'
import { renderJunit } from './junit.ts'
import { exampleRun, hostileRun } from './testing/example-run.ts'
import { parseXml, type XmlElement } from './testing/xml.ts'

const find = (root: XmlElement, name: string): XmlElement =>
  root.children.flatMap((suite) => suite.children).find((one) => one.attributes.name === name) as XmlElement

describe('JUnit XML', () => {
  const root = parseXml(renderJunit(exampleRun().run))

  it('has a suite per mode and a case per check, and no empty suite', () => {
    const { run } = exampleRun()
    expect(root.children).toHaveLength(run.modes.length)
    for (const suite of root.children) expect(suite.children.length).toBeGreaterThan(0)
    expect(find(root, 'incomplete-testing').children[0]?.name).toBe('skipped')
  })

  it('says a finding as failure with its severity and rule', () => {
    const [failure] = find(root, 'perturbation/pgd').children
    expect(failure).toMatchObject({
      name: 'failure',
      attributes: { type: 'important (bug bar)', message: 'Small changes to a picture change the decision' },
    })
    expect(failure?.text).toContain('Random misclassification without lasting damage')
    expect(failure?.text).toContain('failmode run --config failmode.config.json --only perturbation/pgd')
  })

  it('never lets what was not observed pass', () => {
    const child = (name: string) => find(root, name).children[0]?.name
    expect(child('reprogramming/border')).toBe('error')
    expect(child('perturbation/decision')).toBe('error')
    expect(child('malicious-provider/memorised')).toBe('skipped')
    expect(child('software-dependencies/advisories')).toBe('skipped')
    expect(child('reward-hacking/gridworld')).toBe('skipped')
    expect(find(root, 'supply-chain/pickle').children.map(({ name }) => name)).toEqual(['system-out'])
    // A finding without a claim of its own still fails.
    expect(child('perturbation/square')).toBe('failure')
  })

  it('skips a check whose findings are all waived, and says who until when', () => {
    const [skipped] = find(root, 'model-inversion/gradient').children
    expect(skipped?.name).toBe('skipped')
    expect(skipped?.attributes.message).toContain('Public handwriting data (until 2027-06-30)')
  })

  it('counts what it holds', () => {
    const cases = root.children.flatMap((suite) => suite.children)
    const having = (name: string) =>
      String(cases.filter((one) => one.children.some((child) => child.name === name)).length)
    expect(root.attributes).toMatchObject({
      tests: String(cases.length),
      failures: having('failure'),
      errors: having('error'),
      skipped: having('skipped'),
    })
  })

  it('is well formed whatever things are called, and loses nothing but hidden characters', () => {
    const hostile = parseXml(renderJunit(hostileRun().run))
    const text = JSON.stringify(hostile)
    expect(text).toContain('<script>alert(1)</script>')
    expect(text).toContain('ends ]]> here & there')
    expect(text).toContain('[U+0000]')
  })
})

describe('the reader that these tests trust', () => {
  const wrapped = (inner: string) => `<?xml version="1.0" encoding="UTF-8"?>\n<a>${inner}</a>`
  it('refuses what is not well formed', () => {
    for (const inner of [
      '<b>',
      '</b>',
      'a & b',
      '&nbsp;',
      ']]>',
      '<b c=1/>',
      '<b c="<"/>',
      '<b c="1" c="2"/>',
      '\u0000',
      '<!-- -->',
    ]) {
      expect(() => parseXml(wrapped(inner)), inner).toThrow()
    }
    expect(() => parseXml(`${wrapped('')}<b/>`)).toThrow()
    expect(parseXml(wrapped('x &lt; &#13;<b c="&quot;"/>'))).toEqual({
      name: 'a',
      attributes: {},
      text: 'x < \r',
      children: [{ name: 'b', attributes: { c: '"' }, children: [], text: '' }],
    })
  })
})

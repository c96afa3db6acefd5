import { describe, expect, it } from 'vitest'
import { expectRobust } from '../testing/expect-robust.ts'
import { systemPickle } from '../testing/opcodes.ts'
import { scanned } from '../testing/scanned.ts'
import { pmml, samples } from './samples.ts'
import { xml } from './xml.ts'

const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>\n`
const entity = '<!DOCTYPE PMML [<!ENTITY e SYSTEM "file:///etc/hostname">]>\n'

describe('a PMML document', () => {
  it.each(samples().map(({ name, bytes }) => [name, bytes] as const))(
    'with %s is clean',
    async (_, bytes) => {
      expect(await scanned(bytes)).toMatchObject({
        verdict: 'clean',
        rules: [],
        facts: { root: 'PMML', models: { RegressionModel: 1 } },
      })
    },
  )

  it.each<readonly [string, string, string | Buffer]>([
    ['a type', 'xml/doctype', `${declared('UTF-8')}<!DOCTYPE PMML>\n${pmml('', { before: '' })}`],
    ['an entity of a file', 'xml/doctype', pmml('', { before: declared('UTF-8') + entity })],
    ['a type without a declaration', 'xml/doctype', pmml('', { before: entity })],
    [
      'an external type',
      'xml/doctype',
      pmml('', { before: '<!DOCTYPE PMML SYSTEM "http://example.invalid/x.dtd">' }),
    ],
    [
      'an entity in UTF-16',
      'xml/doctype',
      Buffer.from(`\ufeff${entity}${pmml('', { before: '' })}`, 'utf16le'),
    ],
    [
      'UTF-16 without a mark',
      'xml/encoding',
      Buffer.from(pmml('', { before: declared('UTF-16') }), 'utf16le'),
    ],
    ['UTF-7', 'xml/encoding', `${declared('UTF-7')}+ADw-x+AD4-`],
    ['UTF-16 declared over UTF-8', 'xml/encoding', pmml('', { before: declared('UTF-16') })],
    ['UTF-32', 'xml/encoding', Buffer.from('fffe00003c000000', 'hex')],
    ['EBCDIC', 'xml/encoding', Buffer.from('4c6fa794937a', 'hex')],
    [
      'a style sheet',
      'xml/instruction',
      pmml('', { before: '<?xml version="1.0"?><?xml-stylesheet href="http://example.invalid/x.xsl"?>' }),
    ],
    [
      'a part elsewhere',
      'xml/includes-other',
      pmml('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/hostname"/>'),
    ],
    [
      'a table elsewhere',
      'xml/includes-other',
      pmml('<TableLocator><Extension name="url" value="file:///etc/hostname"/></TableLocator>'),
    ],
    ['a script', 'xml/script', pmml('<Extension><script type="text/javascript">1+1</script></Extension>')],
    ['a class as a function', 'xml/calls-code', pmml('<Apply function="org.example.Own"/>')],
    ['an array that lies', 'xml/lying-length', pmml('<Array n="999999999999" type="real">1 2 3</Array>')],
  ])('with %s is told by %s', async (_, rule, content) => {
    const { verdict, rules } = await scanned(content)
    expect(rules).toContain(rule)
    expect(verdict).not.toBe('clean')
  })

  it('that runs commands through Java is malicious', async () => {
    expect(
      (await scanned(pmml('<Apply function="java.lang.Runtime.exec"><Constant>true</Constant></Apply>')))
        .verdict,
    ).toBe('malicious')
  })

  it('that is broken, endless or followed by something is not clean', async () => {
    expect((await scanned(pmml().replace('</PMML>', ''))).rules).toContain('scan/malformed')
    expect((await scanned(pmml() + pmml())).rules).toContain('scan/malformed')
    expect((await scanned(pmml('<Extension>'.repeat(20_000)))).rules).toContain('scan/malformed')
    expect((await scanned(Buffer.concat([Buffer.from(pmml()), systemPickle]))).verdict).toBe('malicious')
  })

  it('never crashes the scanner, however it is broken', async () => {
    await expectRobust(xml, samples())
  })
})

describe('another document', () => {
  it('of a known kind is clean, of an unknown kind not examined', async () => {
    expect((await scanned('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>')).verdict).toBe(
      'clean',
    )
    expect((await scanned('<svg xmlns="http://www.w3.org/2000/svg" onload="1"/>')).rules).toEqual([
      'xml/script',
    ])
    expect((await scanned('<?xml version="1.0"?><net name="a"/>')).rules).toEqual(['xml/unknown-vocabulary'])
  })
})

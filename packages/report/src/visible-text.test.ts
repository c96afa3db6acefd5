import { expect, it } from 'vitest'
import { oneLine, visibleText } from './visible-text.ts'

it('shows characters that turn the text around or that nobody sees', () => {
  expect(visibleText('abc\u202Egnp.exe')).toBe('abc[U+202E]gnp.exe')
  expect(visibleText('a\u0000b\u001b[31m')).toBe('a[U+0000]b[U+001B][31m')
  expect(visibleText('lone \ud800 half')).toBe('lone [U+D800] half')
})

it('leaves ordinary text of any script alone', () => {
  const text = 'Ziffern, نموذج, 数字, 👩‍🔬, é\n\ttwo lines'
  expect(visibleText(text)).toBe(text)
})

it('puts text on one line', () => {
  expect(oneLine('  a\r\n\n b\tc ')).toBe('a b c')
})

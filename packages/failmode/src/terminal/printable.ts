import { visibleText } from '@failmode/report'

/**
 * Text of a stranger as a terminal may show it: nothing in it moves the cursor, paints over what was printed, or
 * turns the reading direction.
 */
export function printable(text: string): string {
  return visibleText(text).replaceAll('\r', '[U+000D]')
}

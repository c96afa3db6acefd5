/** Text broken at spaces to the terminal's width (at most 100), a list item indented under its dash. */
export function paragraph(text: string, width = Math.min(process.stdout.columns ?? 100, 100)): string {
  const indent = text.startsWith('- ') ? '  ' : ''
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = `${indent}${word}`
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].join('\n')
}

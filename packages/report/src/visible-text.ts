// Names in a run come from files, models and configurations of strangers. A character that turns the reading
// direction of what follows, or that is not seen at all, can make a report say something else than it does
// ("Trojan Source", CVE-2021-42574), and most control characters may not stand in XML. They are shown as their
// code point instead. Letters that are written from right to left are ordinary text and stay.

const hidden = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff\ufffe\uffff]/gu

/** The text with hidden characters written as `[U+202E]`; tab, line feed and carriage return stay. */
export function visibleText(text: string): string {
  return text.replace(hidden, (character) =>
    character === '\n' || character === '\t' || character === '\r' ? character : codePoint(character),
  )
}

/** The text on one line: visible, with every run of white space as one space. */
export function oneLine(text: string): string {
  return visibleText(text).replace(/\s+/g, ' ').trim()
}

function codePoint(character: string): string {
  return `[U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}]`
}

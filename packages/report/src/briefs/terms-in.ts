import type { ReportCatalogue } from '../report-catalogue.ts'
import type { Block, BriefSection } from './brief.ts'

/** More would be a dictionary. */
const most = 7

/** The words of the glossary that these sections use, in the order in which a reader meets them. */
export function termsIn(
  sections: readonly BriefSection[],
  glossary: ReportCatalogue['glossary'],
): readonly (readonly [term: string, definition: string])[] {
  const content = sections.flatMap(({ title, blocks }) => [title, ...blocks.map(textOf)]).join('\n')
  return glossary
    .map(({ term, definition }) => ({ term, definition, at: placeOf(term, content) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
    .slice(0, most)
    .map(({ term, definition }) => [term, definition] as const)
}

function placeOf(term: string, content: string): number {
  const plain = term.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/[-\s]+/g, '[-\\s]+')
  return content.search(new RegExp(`(?<![\\p{L}\\p{N}])${plain}s?(?![\\p{L}\\p{N}])`, 'iu'))
}

function textOf(block: Block): string {
  switch (block.kind) {
    case 'text':
      return block.text
    case 'list':
      return block.items.join('\n')
    case 'terms':
      return block.rows.map((row) => row.join(': ')).join('\n')
    case 'command':
      return ''
    case 'notes':
      return block.notes.map(({ head, text }) => `${head} ${text}`).join('\n')
  }
}

import type { Block, BriefSection, Note } from '../../briefs/brief.ts'
import { each } from './each.tsx'
import { SafeLink } from './safe-link.tsx'

/** The sections of a finding as its reader needs them. */
export function BriefBody({ sections }: { readonly sections: readonly BriefSection[] }) {
  return (
    <div className="brief">
      {each(sections, ({ title, blocks }) => (
        <section>
          <h4>{title}</h4>
          {each(blocks, (block) => (
            <BlockView block={block} />
          ))}
        </section>
      ))}
    </div>
  )
}

/** One block, drawn. */
export function BlockView({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'text':
      return (
        <p className="lead">
          <bdi>{block.text}</bdi>
        </p>
      )
    case 'list': {
      const List = block.ordered === true ? 'ol' : 'ul'
      return (
        <List className="brief-list">
          {each(block.items, (item) => (
            <li>
              <bdi>{item}</bdi>
            </li>
          ))}
        </List>
      )
    }
    case 'terms':
      return (
        <dl className="brief-terms">
          {each(block.rows, ([term, text]) => (
            <div>
              <dt>{term}</dt>
              <dd>
                <bdi>{text}</bdi>
              </dd>
            </div>
          ))}
        </dl>
      )
    case 'command':
      return (
        <pre className="command">
          <code>{block.command}</code>
        </pre>
      )
    case 'notes':
      return (
        <ul className="brief-notes">
          {each(block.notes, (note) => (
            <NoteView note={note} />
          ))}
        </ul>
      )
  }
}

function NoteView({ note: { head, text, foot, url } }: { readonly note: Note }) {
  return (
    <li>
      <strong>{head}.</strong> {text}{' '}
      <small>
        {foot}
        {url === null ? null : (
          <>
            {' '}
            <SafeLink href={url}>{url.replace(/^https:\/\//, '')}</SafeLink>
          </>
        )}
      </small>
    </li>
  )
}

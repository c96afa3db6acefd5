import type { ReactNode } from 'react'

/** A link to the web, only where the address is https; otherwise the text alone. */
export function SafeLink({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  return /^https:\/\/[^\s"'<>]+$/.test(href) ? (
    <a href={href} rel="noreferrer noopener">
      {children}
    </a>
  ) : (
    children
  )
}

import { createElement, Fragment, type ReactNode } from 'react'

/** The items of a list that never changes: they need no keys, so they may be the same text twice. */
export function each<T>(items: readonly T[], render: (item: T, index: number) => ReactNode): ReactNode {
  return createElement(Fragment, null, ...items.map(render))
}

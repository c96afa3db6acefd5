/**
 * Whether a path is one of these or lies below one. Entries that are absolute or lead out of the folder cover nothing,
 * as with the reference tool; `.` covers all.
 * @param path relative, forward slashes, in plain form
 */
export function coveredBy(ignored: readonly string[], path: string): boolean {
  // A model that is a single file is itself the root: only what lies in a folder can be left out.
  if (path === '.') return false
  return ignored.some((entry) => {
    if (entry.startsWith('/')) return false
    const parts = entry.split('/').filter((part) => part !== '' && part !== '.')
    if (parts.includes('..')) return false
    const plain = parts.join('/')
    return plain === '' || path === plain || path.startsWith(`${plain}/`)
  })
}

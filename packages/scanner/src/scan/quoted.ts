/**
 * Text from a file as it may stand in a message: in quotes, control and other invisible characters escaped, cut at
 * `limit` characters.
 */
export function quoted(text: string, { limit = 120 }: { readonly limit?: number } = {}): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text
  const escaped = JSON.stringify(cut).replace(
    /[\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return escaped
}

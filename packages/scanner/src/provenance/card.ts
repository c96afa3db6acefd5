// A model card: Markdown with settings in YAML in front, as model hubs and the old Caffe zoo have it. It comes with the
// model and is no more to be trusted than that, so aliases are not expanded and long ones not read.
import { parseDocument } from 'yaml'

export interface Card {
  readonly settings: ReadonlyMap<string, unknown>
  readonly body: string
}

const longest = 1 << 20

/** The card, or null when it is longer than a megabyte or its settings are not YAML. */
export function readCard(text: string): Card | null {
  if (text.length > longest) return null
  const front = /^\ufeff?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text)
  if (front === null) return { settings: new Map(), body: text }
  try {
    const document = parseDocument(front[1]!, { schema: 'core' })
    if (document.errors.length > 0) return null
    const value: unknown = document.toJS({ maxAliasCount: 0 })
    const settings =
      typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
    return { settings: new Map(settings), body: text.slice(front[0].length) }
  } catch {
    return null
  }
}

/** Whether a heading about data of training has something under it. */
export function tellsOfTraining({ settings, body }: Card): string | null {
  const datasets = textsOf(settings.get('datasets'))
  if (datasets.length > 0) return datasets.slice(0, 10).join(', ')
  const section =
    /^#{1,6}[ \t]+((?:[\w ]{0,40}\b)?(?:training|pre-?training|fine-?tuning)[\w ]{0,20}(?:data|dataset|corpus|procedure|details)?|datasets?|data)[ \t:]*\r?\n+([^\n#][^\n]{3,})/im.exec(
      body,
    )
  return section === null ? null : section[2]!.trim().slice(0, 200)
}

/** Texts of a value that is a text or a list of texts. */
export function textsOf(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value]
  return list
    .filter((one): one is string => typeof one === 'string' && one.trim() !== '')
    .map((one) => one.trim())
}

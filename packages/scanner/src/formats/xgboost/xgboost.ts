// XGBoost saves its models as JSON, as UBJSON, and once did as a dump of memory. All of it is numbers; what can go wrong
// is that they are followed.
import { LimitReached } from '../../scan/limits.ts'
import { type Format, type JsonKind, NotThisFormat, type ScanContext } from '../format.ts'
import { checkXgboost, isXgboost } from './check-model.ts'
import { xgboostRules } from './rules.ts'
import { readUbjson } from './ubjson.ts'

const largest = 256 * 2 ** 20

export const xgboostJson: JsonKind = {
  id: 'xgboost',
  title: 'XGBoost model',
  recognise: isXgboost,
  async examine(value, context) {
    if (isXgboost(value)) tell(value, context)
  },
}

export const xgboostUbjson: Format = {
  id: 'xgboost',
  title: 'XGBoost model (UBJSON)',
  recognise(head) {
    // An object whose first key has at most four digits of length, and is one that XGBoost writes first.
    const start = Buffer.from(head.subarray(0, 64)).toString('latin1')
    const key =
      /^\{(?:L[\0]{6}[\0-\xff]{2}|l[\0]{2}[\0-\xff]{2}|I[\0-\xff]{2}|[iU][\0-\xff])([a-z_]{4,20})/.exec(
        start,
      )?.[1]
    if (key === undefined) return 'no'
    return /^(?:learner|version|Config|Model)/.test(key) ? 'sure' : 'no'
  },
  async examine(source, context) {
    if (source.size > largest) throw new LimitReached('headerBytes', `${source.size} bytes of UBJSON`)
    const { value, end } = readUbjson(source, context.budget)
    // A pickled booster keeps its settings beside the model.
    const model = typeof value === 'object' && value !== null && 'Model' in value ? value.Model : value
    if (!isXgboost(model)) throw new NotThisFormat('no model of XGBoost')
    tell(model, context)
    return { end }
  },
}

/** `binf`, or its base64 behind `bs64`. */
export const xgboostBinary: Format = {
  id: 'xgboost-binary',
  title: 'XGBoost model (old binary)',
  recognise(head) {
    const start = Buffer.from(head.subarray(0, 5)).toString('latin1')
    return start.startsWith('binf') || start === 'bs64\t' ? 'sure' : 'no'
  },
  async examine(source, context) {
    context.report(xgboostRules['old-format'], {
      message: `It begins with ${JSON.stringify(Buffer.from(source.read(0, 4)).toString('latin1'))}.`,
      offset: 0,
    })
    await context.search(source)
    return { end: source.size }
  },
}

function tell(model: { readonly learner: Readonly<Record<string, unknown>> }, context: ScanContext): void {
  const { objections, booster, trees, features } = checkXgboost(model, context.budget)
  for (const { kind, message } of objections) context.report(xgboostRules[kind], { message: `${message}.` })
  context.fact('booster', booster.slice(0, 80))
  context.fact('trees', trees)
  context.fact('features', features)
}

// A number entered in another unit than its column has: inches for centimetres, pounds for kilograms, Fahrenheit for
// Celsius. The Mars Climate Orbiter was lost to one in 1999. The unit of the schema says which other is likely; a column
// without a known unit is taken in thousands. In integer columns the result is rounded.
import { columnsFor, defineTableCorruption, editCells, mistakeShares } from './table-corruption.ts'

interface Conversion {
  readonly factor: number
  readonly offset?: number
}

/** Unit of the column -> from a value in it to the number that stands there after the mix-up. */
export const unitMixUps: Readonly<Record<string, Conversion>> = {
  cm: { factor: 1 / 2.54 },
  in: { factor: 2.54 },
  mm: { factor: 0.1 },
  m: { factor: 1 / 0.3048 },
  ft: { factor: 0.3048 },
  km: { factor: 1 / 1.609344 },
  mi: { factor: 1.609344 },
  'km/h': { factor: 1 / 1.609344 },
  mph: { factor: 1.609344 },
  'm/s': { factor: 3.6 },
  g: { factor: 0.001 },
  kg: { factor: 1 / 0.45359237 },
  lb: { factor: 0.45359237 },
  mg: { factor: 0.001 },
  l: { factor: 1 / 3.785411784 },
  ml: { factor: 0.001 },
  gal: { factor: 3.785411784 },
  '°C': { factor: 1.8, offset: 32 },
  '°F': { factor: 1 / 1.8, offset: -32 / 1.8 },
  '%': { factor: 0.01 },
  s: { factor: 1000 },
  ms: { factor: 0.001 },
}

const thousands: Conversion = { factor: 0.001 }

/** Constants: share of the column's values, out of those that the conversion changes. */
export const unitMixUp = defineTableCorruption<number>({
  name: 'unit-mix-up',
  constants: mistakeShares,
  apply(table, share, context) {
    const columns = columnsFor(table, context, ({ kind }) => kind !== 'category')
    return editCells(table, columns, {
      share,
      random: context.random,
      edits(name) {
        const column = table.schema[name]!
        const unit = column.kind === 'category' ? undefined : column.unit
        const known = unit !== undefined && Object.hasOwn(unitMixUps, unit) ? unitMixUps[unit] : undefined
        const { factor, offset = 0 } = context.conversion ?? known ?? thousands
        return (cell) => {
          if (typeof cell !== 'number') return undefined
          const converted = cell * factor + offset
          return column.kind === 'integer' ? Math.round(converted) : converted
        }
      },
    })
  },
})

import type { ExportMap } from './map.ts'

/** Where the service takes dates. */
const DATES = new Set(['referredOn', 'firstContactOn', 'startedOn', 'closedOn', 'assessedOn', 'on'])

/** Why a line was rejected, in the file of those that were: it is not sent again. */
export const REASON = 'reason'

/** From an export's rows to the service's. */
export interface Translation {
  header: string[]
  row: (fields: readonly string[]) => string[]
  /** The export's name of a field of the service, for who has to mend it there. */
  nameOf: (field: string) => string
}

export function translationOf(header: readonly string[], map: ExportMap): Translation {
  const columns = header.flatMap((given, index) => {
    const name = given.trim()
    const target = name === REASON ? null : name in map.columns ? map.columns[name] : name
    return typeof target === 'string' ? [{ index, name, target }] : []
  })
  const constants = Object.entries(map.constants)
  const nameOf = new Map(columns.map(({ name, target }) => [target, name]))
  return {
    header: [...columns.map(({ target }) => target), ...constants.map(([target]) => target)],
    row: (fields) => [
      ...columns.map(({ index, target }) => {
        const text = fields[index] ?? ''
        const value = map.values[target]?.[text.trim()] ?? text
        return DATES.has(target) ? map.readDate(value) : value
      }),
      ...constants.map(([, value]) => value),
    ],
    nameOf: (field) => nameOf.get(field) ?? field,
  }
}

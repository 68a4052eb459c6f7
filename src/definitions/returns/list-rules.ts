import { listedCharacteristics, valuesOfList, type HarmonisedList } from '../../domain/casework/harmonise.ts'
import { NOT_STATED } from '../../domain/measures/where.ts'
import type { Finding, Path } from '../yaml-source.ts'
import type { RowContent, TemplateContent } from './template-shape.ts'

/** A row, what it asks of a characteristic, and the place that says it. */
interface Asking {
  row: string
  path: Path
  isNot: boolean
  values: readonly string[]
}

/**
 * Where a template names a list: a row that asks for what the list has not, a value that no row asks for, and a row of all
 * the others that would count one of the list's, too.
 */
export function listFindings(
  { lists: names, sections }: Pick<TemplateContent, 'lists' | 'sections'>,
  lists: readonly HarmonisedList[],
): Finding[] {
  const rows = sections.flatMap((section, at) =>
    section.rows.map((row, index) => ({ row, path: ['sections', at, 'rows', index] as Path })),
  )
  return names.flatMap((name, at) => {
    const list = lists.find(({ id, version }) => `${id}@${version}` === name)
    const path = ['lists', at]
    if (list === undefined) return [{ path, reason: `there is no list ${name}` }]
    const asking = rows.flatMap(({ row, path: inFile }) => askingOf(list, row, inFile))
    const known = [...valuesOfList(list), NOT_STATED]
    const named = asking.filter(({ isNot }) => !isNot).flatMap(({ values }) => values)
    return [
      ...asking.flatMap((one) => strangers(list, one, known)),
      ...asking.filter(({ isNot }) => isNot).flatMap((one) => left(list, one, known)),
      ...missing(known, named, (values) => ({ path, reason: `${name}: no row asks for ${values}` })),
    ]
  })
}

function askingOf({ id }: HarmonisedList, { id: row, where }: RowContent, path: Path): Asking[] {
  const field = listedCharacteristics[id]
  const choice = where?.[field]
  if (choice === undefined) return []
  const inFile = [...path, 'where', field]
  return 'not' in choice
    ? [{ row, isNot: true, values: choice.not, path: [...inFile, 'not'] }]
    : [{ row, isNot: false, values: choice, path: inFile }]
}

const strangers = (
  { id, version }: HarmonisedList,
  { row, path, values }: Asking,
  known: readonly string[],
) =>
  values.flatMap((value, at): Finding[] =>
    known.includes(value)
      ? []
      : [{ path: [...path, at], reason: `row ${row}: ${value} is not in ${id}@${version}` }],
  )

const left = ({ id, version }: HarmonisedList, { row, path, values }: Asking, known: readonly string[]) =>
  missing(known, values, (rest) => ({
    path,
    reason: `row ${row}: not leaves in ${rest} of ${id}@${version}`,
  }))

function missing(
  known: readonly string[],
  named: readonly string[],
  findingOf: (values: string) => Finding,
): Finding[] {
  const rest = known.filter((value) => !named.includes(value))
  return rest.length === 0 ? [] : [findingOf(rest.join(', '))]
}

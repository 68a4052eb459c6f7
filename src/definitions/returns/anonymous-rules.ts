import type { Instrument } from '../../domain/instrument.ts'
import { matchesWhere } from '../../domain/measures/where.ts'
import type { MeasureRowOfTemplate, ShownNumber } from '../../domain/returns/template.ts'
import type { Finding, Path } from '../yaml-source.ts'

type Counting = Pick<MeasureRowOfTemplate, 'id' | 'measure' | 'show'>

/** The rows that an ascending check names, in its order; undefined: no row of a measure. */
export interface Ascending {
  check: string
  path: Path
  rows: readonly (Counting | undefined)[]
}

/**
 * Where a check holds answers against people asked though some may answer without a case: these are in the answers and are not
 * in those asked, so that a sound return would fail.
 */
export function anonymousFindings(
  { check, path, rows }: Ascending,
  instruments: readonly Instrument[],
): Finding[] {
  const answers = rows.findIndex((row) => row !== undefined && mayHaveNoCase(row, instruments))
  return rows.flatMap((row, at) =>
    answers < 0 || at < answers || row === undefined || !isOfCases(row)
      ? []
      : [
          {
            path: [...path, at],
            reason: `check ${check}: answers without a case are in row ${rows[answers]?.id ?? ''}, and not in row ${row.id}`,
          },
        ],
  )
}

/** What a check takes of a row. */
const countedOf = ({ show }: Counting): ShownNumber | undefined =>
  show.includes('numerator') ? 'numerator' : show[0]

const isOfCases = (row: Counting): boolean => ['asked', 'eligible'].includes(countedOf(row) ?? '')

function mayHaveNoCase(row: Counting, instruments: readonly Instrument[]): boolean {
  const { measure } = row
  if (measure.kind !== 'answered' || isOfCases(row) || !matchesWhere(measure.where, {})) return false
  const { id, version } = measure.instrument
  return instruments.some(
    (one) => one.anonymous && one.id === id && (version === undefined || one.version === version),
  )
}

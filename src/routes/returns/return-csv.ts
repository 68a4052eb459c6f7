import { csvLine } from '../../lines/csv-line.ts'
import type { ContractCell, ReturnCell } from '../../domain/returns/return-content.ts'
import type { StoredReturn } from '../../store/returns/returns.ts'
import { periodOfMonths } from '../../domain/period.ts'

/** Fixed, so that the files of many areas can be stacked. */
const COLUMNS = [
  ...['areaCode', 'template', 'templateVersion', 'period', 'returnVersion', 'returnStatus', 'contract'],
  ...['section', 'row', 'measure', 'value', 'numerator', 'denominator', 'status', 'basis'],
]

/** One line a row over all contracts, where `contract` is empty, and one for each contract after it. */
export function returnAsCsv(stored: StoredReturn): string {
  const { areaCode, template, templateVersion, version, status, content } = stored
  const period = periodOfMonths(stored.firstMonth, stored.lastMonth).label
  const lines = content.sections.flatMap(({ id: section, rows }) =>
    rows.flatMap(({ id, measure, basis, byContract, ...all }) => {
      const line = (cell: ReturnCell | ContractCell): string[] => [
        ...[areaCode ?? '', template, String(templateVersion), period, String(version), status],
        ...['contract' in cell ? cell.contract : '', section, id, measure ?? ''],
        ...[cell.value, cell.numerator, cell.denominator].map(asText),
        ...[cell.status, basis],
      ]
      return [line(all), ...byContract.map(line)]
    }),
  )
  return [COLUMNS, ...lines].map((fields) => csvLine(fields.map(withoutFormula))).join('')
}

const asText = (value: number | string | null | undefined): string => String(value ?? '')

/** A spreadsheet would run what begins like this, so that it is marked as text; a number is none. */
const withoutFormula = (field: string): string =>
  /^[=+\-@\t\r]/.test(field) && !/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(field) ? `'${field}` : field

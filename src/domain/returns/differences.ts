import { canonicalJson } from '../canonical-json.ts'
import type { ReturnCell, ReturnContent } from './return-content.ts'

/** A row that says something else than before; null: it was not there. */
export interface RowDifference {
  section: string
  id: string
  old: ReturnCell | null
  new: ReturnCell | null
}

type Sections = Pick<ReturnContent, 'sections'>

/** What changed between two versions of a return, in the order of the newer one. */
export function returnDifferences(older: Sections, newer: Sections): RowDifference[] {
  const [before, after] = [cellsOf(older), cellsOf(newer)]
  const keys = [...after.keys(), ...[...before.keys()].filter((key) => !after.has(key))]
  return keys.flatMap((key) => {
    const [old, now] = [before.get(key), after.get(key)]
    const named = now ?? old
    if (named === undefined || canonicalJson(old?.cell) === canonicalJson(now?.cell)) return []
    return [{ section: named.section, id: named.id, old: old?.cell ?? null, new: now?.cell ?? null }]
  })
}

function cellsOf({ sections }: Sections): Map<string, { section: string; id: string; cell: ReturnCell }> {
  return new Map(
    sections.flatMap(({ id: section, rows }) =>
      rows.map(({ id, status, value, numerator, denominator }) => [
        `${section}/${id}`,
        {
          section,
          id,
          cell: {
            status,
            value,
            ...(numerator !== undefined && { numerator }),
            ...(denominator !== undefined && { denominator }),
          },
        },
      ]),
    ),
  )
}

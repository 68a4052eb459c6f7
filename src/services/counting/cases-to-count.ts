import type { CaseToCount } from '../../domain/counting/case-reading.ts'
import type { AssessmentRow, CaseRow } from '../../store/counting.ts'

/** An assessment as it is counted. */
export const withAnswers = ({ answers, ...one }: AssessmentRow) => ({ ...one, ...(answers && { answers }) })

/** Cases with all that hangs on them. */
export function withAssessments(
  cases: readonly CaseRow[],
  assessments: readonly AssessmentRow[],
  contacts: readonly { caseRef: string; heldOn: string }[],
): CaseToCount[] {
  const assessmentsOf = byCase(assessments)
  const contactsOf = byCase(contacts)
  return cases.map((one) => ({
    ...one,
    assessments: (assessmentsOf.get(one.caseRef) ?? []).map(withAnswers),
    contacts: (contactsOf.get(one.caseRef) ?? []).map(({ heldOn }) => heldOn),
  }))
}

/** Rows by the case that they hang on. */
export function byCase<T extends { caseRef: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(row.caseRef)
    if (group) group.push(row)
    else groups.set(row.caseRef, [row])
  }
  return groups
}

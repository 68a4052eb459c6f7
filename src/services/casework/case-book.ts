import { datesOf, touchedMonths, type CaseDates } from './changed-dates.ts'
import type { Assessment, Dating } from '../../domain/casework/support-case.ts'
import type { Month } from '../../domain/period.ts'
import { notFound, type Problem } from '../../domain/problem.ts'
import type { StoredCase } from '../../store/cases.ts'
import type { Store } from '../../store/store.ts'

/** Cases that are locked for this unit of work, and how their dates change with each assessment that it takes. */
export class CaseBook {
  readonly #cases = new Map<string, { before: StoredCase; datings: Map<string, Dating> }>()

  /**
   * Locks the cases, having made those that are not known yet, and reads what dates them.
   * One that is there but that the key cannot see stays out of the book.
   */
  static async open(
    store: Store,
    contractId: string,
    refs: readonly (string | null | undefined)[],
    provider: string,
  ): Promise<CaseBook> {
    const book = new CaseBook()
    const caseRefs = [...new Set(refs.filter((ref) => typeof ref === 'string'))].sort()
    if (caseRefs.length === 0) return book
    const [locked, datings] = await Promise.all([
      store.cases.lock(contractId, caseRefs),
      store.assessments.datingsOf(contractId, caseRefs),
    ])
    book.#add(locked, datings)
    const missing = caseRefs.filter((ref) => !book.has(ref))
    if (missing.length === 0) return book
    book.#add(await store.cases.insertBlank(contractId, missing, provider), [])
    const overtaken = missing.filter((ref) => !book.has(ref))
    if (overtaken.length === 0) return book
    const [others, theirDatings] = await Promise.all([
      store.cases.lock(contractId, overtaken),
      store.assessments.datingsOf(contractId, overtaken),
    ])
    book.#add(others, theirDatings)
    return book
  }

  #add(cases: readonly StoredCase[], datings: readonly (Dating & { caseRef: string })[]): void {
    for (const before of cases) this.#cases.set(before.caseRef, { before, datings: new Map() })
    for (const dating of datings) this.#cases.get(dating.caseRef)?.datings.set(dating.ref, dating)
  }

  has(caseRef: string): boolean {
    return this.#cases.has(caseRef)
  }

  /** @returns what to tell a sender who names a case that its key cannot see */
  refusal({ caseRef }: Pick<Assessment, 'caseRef'>): Problem | undefined {
    return caseRef === null || this.has(caseRef) ? undefined : notFound()
  }

  /** Takes an assessment in, away from the case that it was on before. */
  take(assessment: Assessment, formerCaseRef: string | null | undefined): void {
    for (const caseRef of [formerCaseRef, assessment.caseRef]) {
      if (typeof caseRef === 'string') this.#touched.add(caseRef)
    }
    if (typeof formerCaseRef === 'string') this.#cases.get(formerCaseRef)?.datings.delete(assessment.ref)
    if (assessment.caseRef !== null)
      this.#cases.get(assessment.caseRef)?.datings.set(assessment.ref, assessment)
  }

  readonly #touched = new Set<string>()

  /** The new dates of those cases that have other ones now, and every month whose counts are touched. */
  changes(): { dates: ({ caseRef: string } & CaseDates)[]; months: Month[] } {
    const dates: ({ caseRef: string } & CaseDates)[] = []
    const months = new Set<Month>()
    for (const caseRef of this.#touched) {
      const known = this.#cases.get(caseRef)
      if (known === undefined) continue
      const { before, datings } = known
      const after = datesOf(before, [...datings.values()])
      for (const month of touchedMonths(before, after)) months.add(month)
      if (before.countedOn !== after.countedOn || before.inSupportFrom !== after.inSupportFrom) {
        dates.push({ caseRef, ...after })
      }
    }
    return { dates, months: [...months] }
  }
}

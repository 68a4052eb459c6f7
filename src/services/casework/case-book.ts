import { datesOf, touchedMonths } from './changed-dates.ts'
import type { Assessment, Dating } from '../../domain/casework/support-case.ts'
import type { CountMarks } from '../../domain/counting/plan.ts'
import { monthOf, type Month } from '../../domain/period.ts'
import type { CaseDating, CaseDays } from '../../store/casework/cases.ts'
import type { Store } from '../../store/store.ts'

const UNKNOWN = { closedOn: null, startedOn: null, referredOn: null, countedOn: null, inSupportFrom: null }

interface Entry {
  /** Undefined: not there yet, as far as this key can see. */
  before: CaseDays | undefined
  /** Its valid assessments by their references. */
  datings: Map<string, Dating>
  isTouched: boolean
}

/** What a unit of work changes: the dates of known cases, cases that are new, and the months touched. */
export interface CaseChanges {
  made: CaseDating[]
  redated: CaseDating[]
  months: Month[]
}

/** Cases that are locked for this unit of work, and how their dates change with each assessment that it takes. */
export class CaseBook {
  readonly #store: Store
  readonly #contractId: string
  readonly #entries = new Map<string, Entry>()
  /** In which assessments without a case count. */
  readonly #months = new Set<Month>()

  constructor(store: Store, contractId: string) {
    this.#store = store
    this.#contractId = contractId
  }

  /** Locks those of the cases that are there and are not in the book yet, and reads what dates them. */
  async open(refs: readonly (string | null | undefined)[]): Promise<void> {
    const wanted = new Set(refs.filter((ref) => typeof ref === 'string'))
    const caseRefs = [...wanted].filter((ref) => !this.#entries.has(ref)).sort()
    if (caseRefs.length === 0) return
    const [locked, datings] = await Promise.all([
      this.#store.cases.lockDays(this.#contractId, caseRefs),
      this.#store.assessments.datingsOf(this.#contractId, caseRefs),
    ])
    for (const ref of caseRefs) {
      this.#entries.set(ref, { before: undefined, datings: new Map(), isTouched: false })
    }
    for (const before of locked) this.#entry(before.caseRef).before = before
    for (const dating of datings) this.#entry(dating.caseRef).datings.set(dating.ref, dating)
  }

  /** Takes an assessment in, in the place of what it said before. */
  take(assessment: Assessment, former: Assessment | undefined): void {
    if (former !== undefined) this.drop(former)
    if (assessment.caseRef === null) this.#months.add(monthOf(assessment.assessedOn))
    else this.#touch(assessment.caseRef).datings.set(assessment.ref, assessment)
  }

  /** Takes an assessment out. */
  drop({ ref, caseRef, assessedOn }: Assessment): void {
    if (caseRef === null) this.#months.add(monthOf(assessedOn))
    else this.#touch(caseRef).datings.delete(ref)
  }

  /** @param marks by which dates the contract's cases are counted */
  changes(marks: CountMarks): CaseChanges {
    const changes = { made: [] as CaseDating[], redated: [] as CaseDating[] }
    const months = new Set(this.#months)
    for (const [caseRef, { before, datings, isTouched }] of this.#entries) {
      if (!isTouched) continue
      const known = before ?? UNKNOWN
      const after = datesOf(known, [...datings.values()])
      const { referredOn } = known
      for (const month of touchedMonths(marks, known, { ...after, referredOn })) months.add(month)
      if (before === undefined) changes.made.push({ caseRef, ...after })
      else if (before.countedOn !== after.countedOn || before.inSupportFrom !== after.inSupportFrom)
        changes.redated.push({ caseRef, ...after })
    }
    return { ...changes, months: [...months] }
  }

  #touch(caseRef: string): Entry {
    const entry = this.#entry(caseRef)
    entry.isTouched = true
    return entry
  }

  #entry(caseRef: string): Entry {
    const entry = this.#entries.get(caseRef)
    if (entry === undefined) throw new Error('a case is taken into the book before it changes')
    return entry
  }
}

import { agreedMeasures, type Contract } from '../contracts/contract.ts'
import type { Instrument } from '../instrument.ts'
import { isPairMeasure, type Measure } from '../measure.ts'
import type { LondonDate } from '../period.ts'
import { measuresOfTemplate, type ReturnTemplate } from '../returns/template.ts'

/** A measure that a contract agreed on; null: from its beginning. */
export interface AgreedMeasure {
  measure: Measure
  from: LondonDate | null
  /** Counted for the contract's returns alone: it is no figure of its own. */
  isForReturns?: true
}

/** What of the definitions a contract's counts are made with. */
export interface CountingPlan {
  measures: readonly AgreedMeasure[]
  instruments: readonly Instrument[]
  bankHolidays: ReadonlySet<LondonDate>
  /** Each of these reads the figures of the cases that it delivers itself. */
  partners: readonly string[]
}

/**
 * Measures that the definitions no longer have are left out: nothing can count them. Those of the contract's returns are
 * counted like its own, behind them.
 */
export function planFor(
  contract: Pick<Contract, 'measures' | 'partners' | 'returns'>,
  definitions: {
    instruments: readonly Instrument[]
    measures: ReadonlyMap<string, Measure>
    templateVersions: readonly ReturnTemplate[]
    bankHolidays: ReadonlySet<LondonDate>
  },
): CountingPlan {
  const agreed = agreedMeasures(contract).flatMap(({ measure: id, from }): AgreedMeasure[] => {
    const measure = definitions.measures.get(id)
    return measure === undefined ? [] : [{ measure, from }]
  })
  const known = new Set(agreed.map(({ measure }) => measure.version))
  // A return that was submitted long ago may be asked for again, so that every version is counted.
  const ofReturns = definitions.templateVersions
    .filter(({ id }) => contract.returns.some(({ template }) => template === id))
    .flatMap(measuresOfTemplate)
    .filter(({ version }) => !known.has(version) && known.add(version))
  return {
    measures: [
      ...agreed,
      ...ofReturns.map((measure): AgreedMeasure => ({ measure, from: null, isForReturns: true })),
    ],
    instruments: definitions.instruments,
    bankHolidays: definitions.bankHolidays,
    partners: contract.partners,
  }
}

/** Without what is counted for returns alone. */
export const agreedPlan = (plan: CountingPlan): CountingPlan => ({
  ...plan,
  measures: plan.measures.filter(({ isForReturns }) => isForReturns !== true),
})

/** The way that counts are made changes now and then: then all is counted anew. */
const COUNTING = 3

/** Every version that the counts depend on, in one line: where it differs from the stored one, all is counted anew. */
export function planAsText({ measures, instruments, bankHolidays, partners }: CountingPlan): string {
  return JSON.stringify({
    counting: COUNTING,
    measures: measures.map(({ measure, from }) => [measure.id, measure.version, from]),
    instruments: instruments.map(({ id, version }) => `${id}@${version}`).sort(),
    ...(measures.some(({ measure }) => measure.kind === 'within-days' && measure.working) && {
      bankHolidays: [...bankHolidays].sort(),
    }),
    partners: [...partners].sort(),
  })
}

/** What a write of a case has to mark, beside the month in which the case counts. */
export interface CountMarks {
  hasLifeCounts: boolean
  /** The months of referral, and of coming into support. */
  hasReferralCounts: boolean
  hasEntryCounts: boolean
  /** The months of its contacts. */
  hasSessionCounts: boolean
}

export function marksOf(plan: CountingPlan): CountMarks {
  const { referred, entered, sessions } = readsOf(plan)
  const hasLifeCounts = plan.measures.some(({ measure }) => isLifeMeasure(measure))
  return {
    hasLifeCounts,
    hasReferralCounts: referred,
    hasEntryCounts: entered,
    hasSessionCounts: sessions,
  }
}

/** What the counting of a month has to read, beside the cases that closed in it. */
export interface Reads {
  /** Instruments whose answers, not only scores, are counted. */
  answersOf: readonly string[]
  anonymous: boolean
  contactsOfCases: boolean
  sessions: boolean
  referred: boolean
  entered: boolean
}

export function readsOf({ measures }: CountingPlan): Reads {
  const all = measures.map(({ measure }) => measure)
  const questions = all.flatMap(itemInstruments)
  const selections = all.flatMap((measure) =>
    (measure.kind === 'count' || measure.kind === 'share') && 'of' in measure ? [measure.of] : [],
  )
  return {
    answersOf: [...new Set(questions)],
    anonymous: all.some(({ kind }) => kind === 'answered'),
    contactsOfCases: all.some(({ kind }) => kind === 'contact-every'),
    sessions: selections.some((of) => of === 'contacts' || of === 'hours' || of === 'attendances'),
    referred: selections.includes('referred') || all.some(({ kind }) => kind === 'within-days'),
    entered: selections.some((of) => isRun(of) || of === 'started' || of === 'new'),
  }
}

function itemInstruments(measure: Measure): string[] {
  if (measure.kind === 'answered') return [measure.instrument.id]
  if (measure.kind === 'count' && 'total' in measure) return [measure.total.instrument.id]
  if (measure.kind === 'all-of' || measure.kind === 'any-of') return measure.parts.flatMap(itemInstruments)
  return []
}

/** Counted by when support began and ended. */
export const isRun = (of: string): of is 'supported' | 'open-at-end' | 'held' =>
  of === 'supported' || of === 'open-at-end' || of === 'held'

/** Whether any of its measures needs counts of earlier months than the period's. */
export const hasDatedCounts = ({ measures }: Pick<CountingPlan, 'measures'>): boolean =>
  measures.some(({ measure }) => isLifeMeasure(measure) || ('of' in measure && isRun(String(measure.of))))

/** Counted over the contract's whole life: different people or values, and by when people were assessed. */
export function isLifeMeasure(measure: Measure): boolean {
  if (isPairMeasure(measure)) return measure.countedBy === 'assessed'
  if (measure.kind === 'completed') return true
  return measure.kind === 'count' && ('distinct' in measure || ('of' in measure && measure.of === 'people'))
}

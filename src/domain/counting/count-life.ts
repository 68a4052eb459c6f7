import { findPairsByMonth } from '../casework/pair.ts'
import { wasInSupport } from '../casework/progress.ts'
import { assessedSubject, lifeSubject, type DatedCount, type Grouping } from '../counts.ts'
import { isPairMeasure, type CompletedMeasure, type Measure, type PairMeasure } from '../measure.ts'
import { matchesWhere, NOT_STATED, valuesOf, type WhereField } from '../measures/where.ts'
import { monthOf, type Month } from '../period.ts'
import type { CaseToCount } from './case-reading.ts'
import { groupsOf } from './groups.ts'
import { InstrumentLibrary } from './instrument-library.ts'
import { judgeByPair } from './judge-case.ts'
import { isLifeMeasure, type AgreedMeasure, type CountingPlan } from './plan.ts'
import { Tally } from './tally.ts'

/**
 * What of a contract is counted over its whole life, in a fixed order: different people and values, and by when people were
 * assessed. Different ones over months a..b are those present in a, and those whose presence began in a later month up to b
 * and who had not been present since a: exact, and no clock is needed for cases that are still open.
 */
export function countLife(cases: readonly CaseToCount[], plan: CountingPlan): DatedCount[] {
  const tallies = new Map<Month, Tally>()
  const tallyOf = (month: Month): Tally => {
    const tally = tallies.get(month) ?? new Tally()
    tallies.set(month, tally)
    return tally
  }
  const library = new InstrumentLibrary(plan.instruments)
  for (const agreed of plan.measures.filter(({ measure }) => isLifeMeasure(measure))) {
    const { measure, from } = agreed
    const meant = cases.filter((one) => matchesWhere(measure.where, one))
    if (isPairMeasure(measure)) countAssessed({ measure, from }, meant, { library, plan, tallyOf })
    else countDifferent(agreed, meant, { plan, tallyOf })
  }
  return [...tallies]
    .sort(([a], [b]) => a - b)
    .flatMap(([month, tally]) => tally.counts().map((count) => ({ ...count, month })))
}

interface Counting {
  plan: CountingPlan
  tallyOf: (month: Month) => Tally
}

/**
 * A case counts once a month by its latest assessment in it, which knows when the next one comes. The assessment is what
 * is counted, so a follow-up after the measure was agreed on counts, however long ago the case closed.
 */
function countAssessed(
  { measure, from }: { measure: PairMeasure } & Pick<AgreedMeasure, 'from'>,
  cases: readonly CaseToCount[],
  { library, plan, tallyOf }: Counting & { library: InstrumentLibrary },
): void {
  const question = {
    instrument: measure.instrument.id,
    version: measure.instrument.version,
    respondent: measure.respondent ?? library.respondentOf(measure.instrument.id) ?? 'self',
    end: measure.end,
  }
  for (const one of cases) {
    const months = findPairsByMonth(one.assessments, question, library.find)
    for (const [index, { month, pair }] of months.entries()) {
      const { start, end } = pair
      if (from !== null && end !== undefined && end.assessedOn < from) continue
      const { mark } = judgeByPair(measure, start && end && { start, end }, library)
      if (mark === undefined) continue
      const tally = tallyOf(month)
      const subject = assessedSubject(measure, months[index + 1]?.month ?? 0)
      tally.add(groupsOf(one, plan.partners), [tally.cell(subject, mark.x, mark.y)])
    }
  }
}

/** When something was there: from a month up to and including another, or still. */
interface Presence {
  from: Month
  until: Month | null
}

function countDifferent(
  { measure, from: agreedOn }: AgreedMeasure,
  cases: readonly CaseToCount[],
  counting: Counting,
): void {
  const meant = cases.filter(
    ({ countedOn }) => agreedOn === null || countedOn === null || countedOn >= agreedOn,
  )
  for (const { group, its } of byGroup(meant, counting.plan)) {
    const add = (month: Month, what: 'from' | 'until' | 'met', x: Month): void => {
      const tally = counting.tallyOf(month)
      tally.add([group], [tally.cell(lifeSubject(measure, what), x, 1)])
    }
    for (const ofOne of presencesByOne(measure, its)) {
      let before: Month = 0
      for (const { from, until } of merged(ofOne)) {
        add(from, 'from', before)
        if (until !== null) add(until, 'until', 0)
        before = until ?? 0
      }
    }
    if (measure.kind !== 'completed') continue
    for (const months of completionsByOne(measure, its)) {
      for (const [index, month] of months.entries()) add(month, 'met', months[index - 1] ?? 0)
    }
  }
}

/** The months in which each person completed, in order of time. */
function completionsByOne({ closure }: CompletedMeasure, cases: readonly CaseToCount[]): Month[][] {
  const months = new Map<string, Set<Month>>()
  for (const one of cases.filter(wasInSupport)) {
    if (one.countedOn === null || one.closure == null || !closure.includes(one.closure)) continue
    const person = personOf(one)
    months.set(person, (months.get(person) ?? new Set()).add(monthOf(one.countedOn)))
  }
  return [...months.values()].map((ofOne) => [...ofOne].sort((a, b) => a - b))
}

/** A case without a pseudonym is a person of its own; no pseudonym contains a space. */
const personOf = ({ client, caseRef }: CaseToCount): string => client ?? `case ${caseRef}`

interface GroupOfCases {
  group: Grouping
  its: CaseToCount[]
}

function byGroup(cases: readonly CaseToCount[], { partners }: CountingPlan): Iterable<GroupOfCases> {
  const groups = new Map<string, GroupOfCases>()
  for (const one of cases) {
    for (const group of groupsOf(one, partners)) {
      const key = `${group.by} ${group.value}`
      const known = groups.get(key) ?? { group, its: [] }
      groups.set(key, known)
      known.its.push(one)
    }
  }
  return groups.values()
}

/** The presences of each different person, or value. */
function presencesByOne(measure: Measure, cases: readonly CaseToCount[]): Presence[][] {
  const field: WhereField | undefined =
    measure.kind === 'count' && 'distinct' in measure ? measure.distinct : undefined
  const presences = new Map<string, Presence[]>()
  for (const one of cases.filter(wasInSupport)) {
    const keys =
      field === undefined ? [personOf(one)] : valuesOf(field, one).filter((value) => value !== NOT_STATED)
    const presence = {
      from: monthOf(one.inSupportFrom),
      until: one.countedOn === null ? null : monthOf(one.countedOn),
    }
    for (const key of keys) {
      const its = presences.get(key)
      if (its) its.push(presence)
      else presences.set(key, [presence])
    }
  }
  return [...presences.values()]
}

/** Unbroken runs in order of time: presences that share a month are one. */
function merged(presences: readonly Presence[]): Presence[] {
  const runs: Presence[] = []
  for (const presence of [...presences].sort((a, b) => a.from - b.from)) {
    const last = runs.at(-1)
    if (last === undefined || (last.until !== null && presence.from > last.until)) runs.push({ ...presence })
    else if (last.until !== null && (presence.until === null || presence.until > last.until)) {
      last.until = presence.until
    }
  }
  return runs
}

import { findPair, type Answered, type InstrumentOf, type Pair } from './casework/pair.ts'
import type { SupportCase } from './casework/support-case.ts'
import { toScaled, type Instrument, type Score } from './instrument.ts'
import { daysBetween, type LondonDate, type Period } from './period.ts'

/** When a case was in support; `countedOn` is null while it is open. */
interface InSupport {
  countedOn: LondonDate | null
  inSupportFrom: LondonDate | null
}

/** A case as it is told apart from the others of its client. */
export type CaseOfClient = InSupport & Pick<SupportCase, 'caseRef' | 'client' | 'startedOn'>

/** A case that is looked through, with all its valid assessments. */
export type CaseToCheck = CaseOfClient &
  Pick<SupportCase, 'referredOn' | 'firstContactOn' | 'closedOn'> & { assessments: readonly Answered[] }

/** What cases are looked through for. */
export interface QualityQuestion {
  period: Pick<Period, 'from' | 'to' | 'until'>
  today: LondonDate
  /** The contract's own; null: as the instruments say. */
  expectedDays: number | null
  instruments: readonly Instrument[]
  /** Every case of the clients whose cases are looked through, these among them. */
  casesOfClients: readonly CaseOfClient[]
}

export const warningKinds = [
  'dates-out-of-order',
  'end-before-start',
  'implausible-jump',
  'likely-duplicate',
  'possible-re-entry',
] as const

/** What looks wrong in a case or, with a `ref`, in one of its assessments; the detail names no answer. */
export interface Warning {
  kind: (typeof warningKinds)[number]
  caseRef: string
  ref?: string
  detail: string
}

/** Cases by their references, in the order of bytes. */
export interface Quality {
  startsWithoutEnd: string[]
  overdue: string[]
  warnings: Warning[]
}

/** A person who is back within so many days may have been closed too early, or be one case in two. */
const RE_ENTRY_DAYS = 28

/** On a scale of 2 steps or fewer, from one end to the other is an ordinary move. */
const ORDINARY_STEPS = 2

/**
 * What a provider should look at, of the cases that count in a period, the open ones in support during it, and those
 * referred in it of whom nothing came yet.
 */
export function qualityOf(cases: readonly CaseToCheck[], question: QualityQuestion): Quality {
  const { period } = question
  const versions = new Versions(question.instruments)
  const clients = new Clients(question.casesOfClients)
  const inOrder = [...cases].sort((a, b) => compare(a.caseRef, b.caseRef))
  const counted = inOrder.filter(({ countedOn }) => countedOn !== null && isWithin(countedOn, period))
  const open = inOrder.filter(
    ({ countedOn, inSupportFrom }) =>
      countedOn === null && inSupportFrom !== null && inSupportFrom < period.until,
  )
  const undecided = inOrder.filter(
    ({ countedOn, inSupportFrom, referredOn }) =>
      countedOn === null && inSupportFrom === null && referredOn !== null && isWithin(referredOn, period),
  )
  return {
    startsWithoutEnd: counted.filter((one) => hasOnlyStart(one, versions)).map(({ caseRef }) => caseRef),
    overdue: open.filter((one) => isOverdue(one, question, versions)).map(({ caseRef }) => caseRef),
    warnings: [...counted, ...open, ...undecided]
      .flatMap((one) => [
        ...datesOutOfOrder(one),
        ...pairsOf(one, versions.find).flatMap((pair) => warningsOfPair(one, pair, versions.find)),
        ...duplicateAssessments(one),
        ...clients.warningsOf(one),
      ])
      .sort(
        (a, b) =>
          compare(a.caseRef, b.caseRef) || compare(a.kind, b.kind) || compare(a.ref ?? '', b.ref ?? ''),
      ),
  }
}

/** Client-chosen identifiers are ASCII, so this is the order of bytes. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const isWithin = (date: LondonDate, { from, until }: Pick<Period, 'from' | 'until'>): boolean =>
  date >= from && date < until

/** The versions of instruments, and by whom each is answered: as its newest version says. */
class Versions {
  readonly #newest = new Map<string, Instrument>()
  readonly #byName = new Map<string, Instrument>()

  constructor(instruments: readonly Instrument[]) {
    for (const instrument of instruments) {
      const { id, version } = instrument
      this.#byName.set(`${id}@${version}`, instrument)
      if ((this.#newest.get(id)?.version ?? 0) < version) this.#newest.set(id, instrument)
    }
  }

  find: InstrumentOf = (id, version) => this.#byName.get(`${id}@${version}`)

  isByOwnRespondent({ instrumentId, respondent }: Answered): boolean {
    return this.#newest.get(instrumentId)?.respondent === respondent
  }
}

const isStart = ({ stage, response }: Answered): boolean => stage === 'start' && response === 'completed'

/** In support, with a start but no pair: just those that completeness has with a start and not as paired. */
function hasOnlyStart(one: CaseToCheck, versions: Versions): boolean {
  if (one.inSupportFrom === null) return false
  const hasStart = one.assessments.some((each) => isStart(each) && versions.isByOwnRespondent(each))
  return hasStart && !pairsOf(one, versions.find).some(({ end }) => versions.isByOwnRespondent(end))
}

function isOverdue(
  { inSupportFrom, assessments }: CaseToCheck,
  { period, today, expectedDays }: QualityQuestion,
  versions: Versions,
): boolean {
  const day = period.to < today ? period.to : today
  if (inSupportFrom === null || inSupportFrom > day) return false
  const ofInstruments = assessments
    .filter(isStart)
    .map(({ instrumentId, instrumentVersion }) => versions.find(instrumentId, instrumentVersion))
    .map((instrument) => instrument?.expectedDays ?? Infinity)
  return daysBetween(inSupportFrom, day) > (expectedDays ?? Math.min(...ofInstruments))
}

/** The pairs of start and end on each instrument, by each respondent. */
function pairsOf({ assessments }: CaseToCheck, find: InstrumentOf): Pair[] {
  const ends = new Map(
    assessments
      .filter(({ stage, response }) => stage === 'end' && response === 'completed')
      .map((end) => [`${end.instrumentId} ${end.respondent}`, end]),
  )
  return [...ends.values()].flatMap(({ instrumentId: instrument, respondent }) => {
    const { start, end } = findPair(assessments, { instrument, respondent, end: 'end' }, find)
    return start && end ? [{ start, end }] : []
  })
}

function datesOutOfOrder(one: CaseToCheck): Warning[] {
  const given = (['referredOn', 'firstContactOn', 'startedOn', 'closedOn'] as const).flatMap((name) => {
    const date = one[name]
    return date === null ? [] : [{ name, date }]
  })
  return given.flatMap((later, index) => {
    const earlier = given[index - 1]
    if (earlier === undefined || earlier.date <= later.date) return []
    return [
      {
        kind: 'dates-out-of-order',
        caseRef: one.caseRef,
        detail: `${later.name} is before ${earlier.name}`,
      },
    ]
  })
}

function warningsOfPair({ caseRef }: CaseToCheck, { start, end }: Pair, find: InstrumentOf): Warning[] {
  const warnings: Warning[] = []
  const about = { caseRef, ref: end.ref }
  if (end.assessedOn < start.assessedOn) {
    const detail = `the end is dated before the start that it pairs with, ${start.ref}`
    warnings.push({ kind: 'end-before-start', ...about, detail })
  }
  const jumps = jumpsOf(start, end, find)
  if (jumps.length > 0) {
    const detail = `from the start to this end, the whole range was crossed by ${jumps.join(', ')}`
    warnings.push({ kind: 'implausible-jump', ...about, detail })
  }
  return warnings
}

/** Scores that went from one end of their range to the other. */
function jumpsOf(start: Answered, end: Answered, find: InstrumentOf): string[] {
  const startScores = find(start.instrumentId, start.instrumentVersion)?.scores ?? []
  const endScores = find(end.instrumentId, end.instrumentVersion)?.scores ?? []
  return endScores.flatMap((score, endIndex) => {
    const startIndex = startScores.findIndex(({ id }) => id === score.id)
    const startScore = startScores[startIndex]
    if (startScore === undefined || stepsOf(score) <= ORDINARY_STEPS) return []
    const from = endOfRange(startScore, start.scores[startIndex])
    const to = endOfRange(score, end.scores[endIndex])
    return from !== undefined && to !== undefined && from !== to ? [score.id] : []
  })
}

const stepsOf = (score: Score): number => toScaled(score, score.range[1]) - toScaled(score, score.range[0])

/** Which end of its range a score is at; the values of counts may lie above theirs. */
function endOfRange(score: Score, value: number | null | undefined): 'low' | 'high' | undefined {
  if (value === null || value === undefined) return undefined
  if (value <= toScaled(score, score.range[0])) return 'low'
  return value >= toScaled(score, score.range[1]) ? 'high' : undefined
}

/** All but the first by `ref` of those that only their references tell apart. */
function duplicateAssessments({ caseRef, assessments }: CaseToCheck): Warning[] {
  const firsts = new Map<string, string>()
  const inOrder = [...assessments].sort((a, b) => compare(a.ref, b.ref))
  return inOrder.flatMap(({ ref, instrumentId, stage, respondent, assessedOn }): Warning[] => {
    const key = `${instrumentId} ${stage} ${respondent} ${assessedOn}`
    const first = firsts.get(key)
    if (first === undefined) {
      firsts.set(key, ref)
      return []
    }
    const detail = `has the instrument, stage, respondent and date of ${first}`
    return [{ kind: 'likely-duplicate', caseRef, ref, detail }]
  })
}

/** The cases of each client, in the order of their references. */
class Clients {
  readonly #cases = new Map<string, CaseOfClient[]>()
  /** The first case of each client and starting day. */
  readonly #firsts = new Map<string, string>()

  constructor(cases: readonly CaseOfClient[]) {
    for (const one of [...cases].sort((a, b) => compare(a.caseRef, b.caseRef))) {
      if (one.client === null) continue
      const others = this.#cases.get(one.client)
      if (others) others.push(one)
      else this.#cases.set(one.client, [one])
      const key = `${one.client} ${one.startedOn}`
      if (one.startedOn !== null && !this.#firsts.has(key)) this.#firsts.set(key, one.caseRef)
    }
  }

  warningsOf(one: CaseToCheck): Warning[] {
    if (one.client === null) return []
    return [...this.#duplicateOf(one), ...this.#reEntryOf(one, this.#cases.get(one.client) ?? [])]
  }

  #duplicateOf({ caseRef, client, startedOn }: CaseToCheck): Warning[] {
    const first = this.#firsts.get(`${client} ${startedOn}`)
    if (first === undefined || first >= caseRef) return []
    const detail = `started on the same day as another case of the same client, ${first}`
    return [{ kind: 'likely-duplicate', caseRef, detail }]
  }

  #reEntryOf(one: CaseToCheck, cases: readonly CaseOfClient[]): Warning[] {
    const { caseRef } = one
    const other = cases.find(
      (each) => each.caseRef !== caseRef && (hasReturned(one, each) || overlap(one, each)),
    )
    if (other === undefined) return []
    const detail = overlap(one, other)
      ? `was open at the same time as another case of the same client, ${other.caseRef}`
      : `started at most ${RE_ENTRY_DAYS} days after another case of the same client, ${other.caseRef}, closed`
    return [{ kind: 'possible-re-entry', caseRef, detail }]
  }
}

function hasReturned({ inSupportFrom }: InSupport, { countedOn }: InSupport): boolean {
  if (inSupportFrom === null || countedOn === null || countedOn > inSupportFrom) return false
  return daysBetween(countedOn, inSupportFrom) <= RE_ENTRY_DAYS
}

/** A case that starts on the day on which the other closes follows it. */
function overlap(a: InSupport, b: InSupport): boolean {
  const startsBeforeEnd = ({ inSupportFrom }: InSupport, { countedOn }: InSupport): boolean =>
    inSupportFrom !== null && (countedOn === null || inSupportFrom < countedOn)
  return startsBeforeEnd(a, b) && startsBeforeEnd(b, a)
}

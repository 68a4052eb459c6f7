import type { Contract, DatedTarget } from './contracts/contract.ts'
import { listsInstrument } from './contracts/contract.ts'
import { COMPLETENESS, measureSubject, scoreSubject, type Count, type CountingPlan } from './counts.ts'
import { toScaled, type Instrument, type Score } from './instrument.ts'
import type { Measure } from './measure.ts'
import { addDays, type LondonDate, type Period } from './period.ts'
import { changeOf, type Spread } from './statistics/change.ts'
import type { Interval } from './statistics/interval.ts'
import { proportion } from './statistics/proportion.ts'
import { rag, type Rag } from './statistics/rag.ts'
import { reliableChange, type ReliableChange } from './statistics/reliable-change.ts'
import type { Transition } from './statistics/transition.ts'
import { targetFor } from './contracts/target.ts'

/** Null: nobody counted, or hidden (`suppressed`). */
export interface MeasureOutcome {
  measure: string
  version: string
  title: string
  kind: Measure['kind']
  basis: string
  numerator: number | null
  denominator: number | null
  rate: number | null
  interval: ({ method: 'wilson'; level: 0.95 } & Interval) | null
  target: DatedTarget | null
  rag: Rag | null
  ragReason?: 'target-changed' | undefined
  suppressed: boolean
}

/** How a score moved; turned so that positive is better, in the score's own units. */
export interface ChangeOutcome {
  instrument: string
  score: string
  title: string
  better: Score['better']
  pairs: number | null
  start: Spread
  end: Spread
  change: Spread & { interval: ({ method: 't'; level: 0.95 } & Interval) | null }
  standardisedChange: number | null
  percentageImprovement: number | null
  improved: number | null
  unchanged: number | null
  deteriorated: number | null
  reliable: ReliableOutcome | null
  suppressed: boolean
}

export type ReliableOutcome = { threshold: number } & Record<
  Exclude<keyof ReliableChange, 'threshold'>,
  number | null
>

export interface Completeness {
  closedCases: number | null
  withStart: number | null
  paired: number | null
  rate: number | null
}

export interface Figures {
  completeness: Completeness
  measures: MeasureOutcome[]
  changes: ChangeOutcome[]
}

/** Whether more may still come in: the period, or the days of grace after it, have not ended. */
export const isProvisional = (period: Pick<Period, 'to'>, graceDays: number, today: LondonDate): boolean =>
  today <= addDays(period.to, graceDays)

/** All figures of a contract and period, exact, from its merged counts. */
export function figuresFrom(
  counts: readonly Count[],
  { contract, plan, period }: { contract: Contract; plan: CountingPlan; period: Period },
): Figures {
  const bySubject = groupBySubject(counts)
  return {
    completeness: completenessFrom(bySubject.get(COMPLETENESS) ?? []),
    measures: plan.measures.map(({ measure }) =>
      measureFrom(bySubject.get(measureSubject(measure)) ?? [], measure, contract, period),
    ),
    changes: shownInstruments(contract, plan, period, bySubject).flatMap((instrument) =>
      instrument.scores.map((score) =>
        changeFrom(bySubject.get(scoreSubject(instrument, score.id)) ?? [], instrument, score),
      ),
    ),
  }
}

function groupBySubject(counts: readonly Count[]): Map<string, Count[]> {
  const groups = new Map<string, Count[]>()
  for (const count of counts) {
    const group = groups.get(count.subject)
    if (group) group.push(count)
    else groups.set(count.subject, [count])
  }
  return groups
}

const people = (counts: readonly Count[]): number => counts.reduce((sum, { n }) => sum + n, 0)

function completenessFrom(counts: readonly Count[]): Completeness {
  const closedCases = people(counts)
  const paired = people(counts.filter(({ y }) => y === 1))
  return {
    closedCases,
    withStart: people(counts.filter(({ x }) => x === 1)),
    paired,
    rate: closedCases === 0 ? null : paired / closedCases,
  }
}

function measureFrom(
  counts: readonly Count[],
  measure: Measure,
  contract: Contract,
  period: Period,
): MeasureOutcome {
  const denominator = people(counts)
  const numerator = people(counts.filter(({ y }) => y === 1))
  const { target, reason } = targetFor(contract, measure, period)
  const described = {
    measure: measure.id,
    version: measure.version,
    title: measure.title,
    kind: measure.kind,
    basis: measure.basis,
  }
  const judged = { target, ...(reason && { ragReason: reason }), suppressed: false }
  if (denominator === 0)
    return { ...described, numerator, denominator, rate: null, interval: null, rag: null, ...judged }
  const { rate, low, high } = proportion(numerator, denominator)
  return {
    ...described,
    numerator,
    denominator,
    rate,
    interval: { method: 'wilson', level: 0.95, low, high },
    rag: hasBands(target) ? rag(numerator, denominator, target, target.better) : null,
    ...judged,
  }
}

const hasBands = (target: DatedTarget | null): target is DatedTarget & { green: number; amber: number } =>
  target?.green !== undefined && target.amber !== undefined

/** Versions of the contract's instruments that were counted in the period; where none was, the newest one. */
function shownInstruments(
  contract: Contract,
  { instruments }: CountingPlan,
  period: Period,
  bySubject: ReadonlyMap<string, unknown>,
): Instrument[] {
  const listed = instruments.filter(({ id, version }) => listsInstrument(contract, id, version))
  return [...new Set(listed.map(({ id }) => id))].flatMap((id) => {
    const versions = listed.filter((one) => one.id === id).sort((a, b) => a.version - b.version)
    const counted = versions.filter((one) =>
      one.scores.some(({ id: score }) => bySubject.has(scoreSubject(one, score))),
    )
    if (counted.length > 0) return counted
    const inForce = versions.filter(({ inForce: { from } }) => from === undefined || from < period.until)
    return (inForce.length > 0 ? inForce : versions).slice(-1)
  })
}

function changeFrom(counts: readonly Count[], instrument: Instrument, score: Score): ChangeOutcome {
  const transitions: Transition[] = counts.map(({ x, y, n }) => ({ start: x, end: y, n }))
  const { better, places } = score
  const change = changeOf(transitions, { better, places, best: bestOf(score) })
  const { interval } = change.change
  return {
    instrument: `${instrument.id}@${instrument.version}`,
    score: score.id,
    title: score.title,
    better,
    ...change,
    change: { ...change.change, interval: interval && { method: 't', level: 0.95, ...interval } },
    reliable: reliableFrom(transitions, score),
    suppressed: false,
  }
}

/** The best possible score as it is kept. */
const bestOf = (score: Score): number =>
  toScaled(score, score.better === 'lower' ? score.range[0] : score.range[1])

function reliableFrom(transitions: readonly Transition[], score: Score): ReliableOutcome | null {
  const { better, places, need, reliableChange: rule } = score
  if (rule === undefined) return null
  return reliableChange(transitions, { better, places, rule, ...(need && { need }) })
}

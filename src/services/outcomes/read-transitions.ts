import {
  addMoves,
  instrumentOfTable,
  moveOf,
  movesOf,
  scoreVersions,
  type Move,
} from '../../domain/outcomes/transition-table.ts'
import { seriesKey } from '../../domain/disclosure/series.ts'
import { shownMoves } from '../../domain/disclosure/shown-figures.ts'
import { isProvisional } from '../../domain/outcomes/outcome.ts'
import type { Period } from '../../domain/period.ts'
import { invalid, notFound } from '../../domain/problem.ts'
import type { Needs } from '../needs.ts'
import { groupingFor, type Reader } from './read-outcomes.ts'
import { readReleased } from './read-released.ts'
import { waitForCounts } from './wait-for-counts.ts'

/** Which table of moves: `victim-needs` or `victim-needs@1`, and one of its scores. */
export interface TransitionsQuestion {
  contractId: string
  period: Period
  instrument: string
  score: string
}

export interface TransitionsAnswer {
  contract: string
  period: Period
  computedAt: string
  pending: boolean
  provisional: boolean
  instrument: string
  /** Of the instrument: those whose moves are in the table. */
  versions: number[]
  score: string
  suppressed: boolean
  counts: readonly Move[] | null
}

type ReadNeeds = Pick<Needs, 'transact' | 'definitions' | 'clock' | 'returnGraceDays'>

/**
 * From where to where people moved on a score: exact for the contract's provider, for a partner of the cases that it
 * delivers itself, for a commissioner after disclosure control. Counts alone are read.
 */
export const readTransitions = (needs: ReadNeeds) => {
  const { transact, definitions, clock, returnGraceDays } = needs
  const read = readReleased(needs)
  return async (
    reader: Reader,
    { contractId, period, instrument, score }: TransitionsQuestion,
  ): Promise<TransitionsAnswer> => {
    const asked = await transact({ role: reader.kind, organisation: reader.organisation }, async (store) => {
      const contract = await store.contracts.find(contractId)
      if (contract === undefined) throw notFound()
      const versions = scoreVersions({ instrument, score }, contract, definitions.instruments, period)
      if ('pointer' in versions) throw invalid([versions])
      // Marks first: what is counted in between shows as pending, never as counted when it is not.
      const [pending, counts] = await Promise.all([
        store.marks.pending(contractId, period.firstMonth, period.lastMonth),
        reader.kind === 'commissioner'
          ? undefined
          : store.counts.merged(
              contractId,
              period.firstMonth,
              period.lastMonth,
              groupingFor(reader, contract),
            ),
      ])
      return { versions, pending, tables: counts && versions.map((version) => movesOf(counts, version)) }
    })
    const { versions, pending } = asked
    const released = asked.tables
      ? undefined
      : await read(reader.organisation, { contractId, periods: [period] })
    const tables =
      asked.tables ??
      versions.map((version) => {
        const [figures] = released?.periods ?? []
        const rows =
          figures && shownMoves(figures, period, seriesKey.moves(version.instrument, version.score.id))
        return rows?.map((row) => moveOf(row, version)) ?? null
      })
    // One version can be asked for alone, so what it hides must not follow from their sum.
    const shown = tables.every((table) => table !== null) ? tables : null

    return {
      contract: contractId,
      period,
      computedAt: clock.now().toISOString(),
      pending: pending || released?.pending.includes(true) === true,
      provisional: isProvisional(period, returnGraceDays, clock.today()),
      instrument: instrumentOfTable(versions),
      versions: versions.map((one) => one.instrument.version),
      score,
      suppressed: shown === null,
      counts: shown && addMoves(shown),
    }
  }
}

/** The same, but where something is pending it waits so many seconds for it. */
export const readTransitionsWithin = (
  needs: Pick<Needs, 'transact' | 'definitions' | 'clock' | 'returnGraceDays' | 'pause'>,
) => {
  const read = readTransitions(needs)
  const wait = waitForCounts(needs)
  return (reader: Reader, question: TransitionsQuestion, seconds: number): Promise<TransitionsAnswer> =>
    wait({ ...question, seconds }, () => read(reader, question))
}

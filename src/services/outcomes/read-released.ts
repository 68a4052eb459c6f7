import { planFor, type CountingPlan } from '../../domain/counting/plan.ts'
import type { Block } from '../../domain/disclosure/blocks.ts'
import type { ReleasedFigures } from '../../domain/disclosure/shown-figures.ts'
import type { Period } from '../../domain/period.ts'
import { notFound } from '../../domain/problem.ts'
import type { StoredContract } from '../../store/contracts.ts'
import type { Store } from '../../store/store.ts'
import type { Needs } from '../needs.ts'
import { releaseFigures, stampOf, type ReleaseQuestion } from './release-figures.ts'
import { sharedLook } from '../shared-look.ts'
import { makeStateCache } from './state-cache.ts'

/** What a commissioner may see of a contract in some periods, each in the order in which it was asked for. */
export interface ReadReleased<F = ReleasedFigures> {
  contract: StoredContract
  plan: CountingPlan
  periods: readonly F[]
  /** Whether something accepted is not in them, for each period. */
  pending: readonly boolean[]
}

/** Of released cells: some 20 megabytes. */
const MOST_CELLS = 100_000

type ReadNeeds = Pick<Needs, 'transact' | 'definitions' | 'clock' | 'returnGraceDays'>

/** What its reader makes of what was released, from nothing but that and what stands around it. */
interface Reading<F> {
  make: (
    released: ReleasedFigures,
    around: { contract: StoredContract; plan: CountingPlan; period: Period },
  ) => F
  /** How much of it there is to remember. */
  cellsOf: (made: F) => number
}

/**
 * Reads what was released, and releases first what has not been looked at since anything changed.
 *
 * @throws {Problem} `notFound` if the contract does not name this commissioner
 */
export const readReleased = (needs: ReadNeeds) =>
  readReleasedAs(needs, { make: (released) => released, cellsOf: ({ cells }) => cells.length })

/** The same, remembered as what its reader makes of it, which may be much less. */
export const readReleasedAs = <F>(needs: ReadNeeds, { make, cellsOf }: Reading<F>) => {
  const release = releaseFigures(needs)
  const { transact } = needs
  const reader: Reader<F> = { needs, make, cache: makeStateCache(MOST_CELLS, cellsOf) }
  const lookShared = sharedLook(
    ({ commissioner, question }: Asking) =>
      transact({ role: 'commissioner', organisation: commissioner }, (store) =>
        look(reader, store, question),
      ),
    ({ commissioner, question: { contractId, by = '', periods } }) =>
      [
        commissioner,
        contractId,
        by,
        ...periods.map(({ firstMonth, lastMonth }) => `${firstMonth}-${lastMonth}`),
      ].join(' '),
  )
  return async (commissioner: string, question: ReleaseQuestion): Promise<ReadReleased<F>> => {
    const as = { role: 'commissioner', organisation: commissioner } as const
    const known = await lookShared({ commissioner, question })
    if (known.periods) return { ...known, periods: known.periods }
    const pending = await release(question)
    return transact(as, async (store) => {
      const [around, asked] = await Promise.all([
        contractOf(needs, store, question.contractId),
        askedOf(store, question),
      ])
      return { ...around, periods: await figuresOf(reader, store, question, { ...around, asked }), pending }
    })
  }
}

interface Asking {
  commissioner: string
  question: ReleaseQuestion
}

interface Reader<F> extends Pick<Reading<F>, 'make'> {
  needs: ReadNeeds
  cache: ReturnType<typeof makeStateCache<F>>
}

/** All periods, if nothing has changed since they were looked at. */
async function look<F>(
  reader: Reader<F>,
  store: Store,
  question: ReleaseQuestion,
): Promise<Omit<ReadReleased, 'periods'> & { periods: F[] | undefined }> {
  const { needs, cache } = reader
  const { contractId, by } = question
  // Marks first: what is counted in between shows as pending, never as counted when it is not.
  const [waiting, { contract, plan }, recounts, asked] = await Promise.all([
    store.marks.months(contractId),
    contractOf(needs, store, contractId),
    store.releases.recounts(contractId),
    askedOf(store, question),
  ])
  const { clock, returnGraceDays } = needs
  const stamp = stampOf({ contract, plan, recounts, today: clock.today(), returnGraceDays })
  const pending = question.periods.map(
    ({ lastMonth }) => contract.countedWith === null || waiting.some((month) => month <= lastMonth),
  )
  // Looked at when nothing was pending, and nothing was counted since.
  const fresh = asked.flatMap((one) => (one?.stamp === stamp ? [one] : []))
  if (fresh.length < asked.length) return { contract, plan, pending, periods: undefined }
  const keyOf = ({ first, last }: Block): string => [contractId, by ?? '', first, last].join(' ')
  const stateOf = ({ changes }: { changes: number }): string => `${stamp} ${changes}`
  const known = fresh.flatMap((one) => cache.find(keyOf(one), stateOf(one)) ?? [])
  if (known.length === fresh.length) return { contract, plan, pending, periods: known }
  const periods = await figuresOf(reader, store, question, { contract, plan, asked: fresh })
  for (const [at, one] of fresh.entries()) {
    const figures = periods[at]
    if (figures !== undefined) cache.keep(keyOf(one), stateOf(one), figures)
  }
  return { contract, plan, pending, periods }
}

async function contractOf({ definitions }: ReadNeeds, store: Store, contractId: string) {
  const contract = await store.contracts.find(contractId)
  if (contract === undefined) throw notFound()
  return { contract, plan: planFor(contract, definitions) }
}

type Asked = Awaited<ReturnType<Store['releases']['asked']>>

const blockOf = ({ firstMonth: first, lastMonth: last }: Period): Block => ({ first, last })

const askedOf = (store: Store, { contractId, periods, by }: ReleaseQuestion): Promise<Asked[]> =>
  Promise.all(periods.map((period) => store.releases.asked(contractId, by ?? '', blockOf(period))))

async function figuresOf<F>(
  { make }: Reader<F>,
  store: Store,
  { contractId, periods, by }: ReleaseQuestion,
  { contract, plan, asked }: { contract: StoredContract; plan: CountingPlan; asked: readonly Asked[] },
): Promise<F[]> {
  const first = Math.min(...periods.map(({ firstMonth }) => firstMonth))
  const last = Math.max(...periods.map(({ lastMonth }) => lastMonth))
  const cells = await store.releases.within(contractId, { first, last }, by === undefined ? [''] : ['', by])
  return periods.map((period, at) =>
    make(
      {
        cells: cells.filter((cell) => cell.first >= period.firstMonth && cell.last <= period.lastMonth),
        askFor: asked[at]?.askFor ?? {},
      },
      { contract, plan, period },
    ),
  )
}

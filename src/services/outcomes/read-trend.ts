import { InstrumentLibrary } from '../../domain/counting/instrument-library.ts'
import { agreedPlan, hasDatedCounts, planFor, type AgreedMeasure } from '../../domain/counting/plan.ts'
import { measureSubject, type DatedCount } from '../../domain/counts.ts'
import { hiddenFigure } from '../../domain/disclosure/hidden.ts'
import { shownRows, type ReleasedFigures } from '../../domain/disclosure/shown-figures.ts'
import { figureOfRows } from '../../domain/outcomes/measure-figure.ts'
import {
  endedQuarters,
  quarterlyFigures,
  trendOf,
  type Trend,
  type TrendQuarter,
} from '../../domain/outcomes/trend.ts'
import { monthOf, type Period } from '../../domain/period.ts'
import { invalid, notFound } from '../../domain/problem.ts'
import type { StoredContract } from '../../store/contracts.ts'
import type { Store } from '../../store/store.ts'
import type { Needs } from '../needs.ts'
import { groupingFor, type Reader } from './read-outcomes.ts'
import { readReleased } from './read-released.ts'

export interface TrendQuestion {
  contractId: string
  measure: string
  /** How many quarters. */
  last: number
}

type ReadNeeds = Pick<Needs, 'transact' | 'definitions' | 'clock' | 'returnGraceDays'>

/** A contract, those before it, and the measure as each of them agreed on it. */
interface Chain {
  measure: AgreedMeasure
  links: readonly StoredContract[]
}

/**
 * A measure over the last quarters that have ended, running on through the contracts that this one follows, as far as the
 * reader may see them.
 */
export const readTrend = (needs: ReadNeeds) => {
  const { transact, definitions, clock } = needs
  const readShown = shownQuarters(needs)
  return async (reader: Reader, { contractId, measure: id, last }: TrendQuestion): Promise<Trend> => {
    const today = clock.today()
    const quarters = endedQuarters(today, last)
    const { measure, links, exact } = await transact(
      { role: reader.kind, organisation: reader.organisation },
      async (store) => {
        const chain = await chainOf(store, definitions, { contractId, id })
        if (reader.kind === 'commissioner') return { ...chain, exact: undefined }
        return {
          ...chain,
          exact: await exactQuarters(store, chain, { reader, quarters, definitions, today }),
        }
      },
    )
    const figures = exact ?? (await readShown(reader.organisation, { measure, links }, quarters))
    return trendOf(measure.measure, figures)
  }
}

async function chainOf(
  store: Store,
  definitions: Needs['definitions'],
  { contractId, id }: { contractId: string; id: string },
): Promise<Chain> {
  const contract = await store.contracts.find(contractId)
  if (contract === undefined) throw notFound()
  const measure = agreedPlan(planFor(contract, definitions)).measures.find((one) => one.measure.id === id)
  if (measure === undefined) {
    throw invalid([{ pointer: '/measure', detail: 'is not a measure of this contract' }])
  }
  return { measure, links: await predecessorsOf(store, contract) }
}

/** What one contract of a chain counted. */
interface Link {
  months: DatedCount[]
  dated: DatedCount[]
}

async function exactQuarters(
  store: Store,
  { measure: agreed, links: chain }: Chain,
  {
    reader,
    quarters,
    definitions,
    today,
  }: { reader: Reader; quarters: readonly Period[]; definitions: Needs['definitions']; today: string },
): Promise<TrendQuarter[]> {
  const { measure } = agreed
  const [first, final] = [quarters[0]?.firstMonth ?? 0, quarters.at(-1)?.lastMonth ?? 0]
  const isDated = hasDatedCounts({ measures: [agreed] })
  const links = await Promise.all(
    chain.map(async (one): Promise<Link> => {
      const grouping = groupingFor(reader, one)
      const [months, dated] = await Promise.all([
        store.counts.ofSubject(one.contractId, measureSubject(measure), { first, last: final }, grouping),
        isDated ? store.counts.dated(one.contractId, final, grouping) : [],
      ])
      const own = agreedPlan(planFor(one, definitions)).measures.find(
        (other) => other.measure.id === measure.id,
      )
      const since = own?.from == null ? 0 : monthOf(own.from)
      return { months: months.filter(({ month }) => month >= since), dated }
    }),
  )
  const around = { quarters, today, instruments: definitions.instruments }
  return quarterlyFigures(
    { measure, from: chain.length === 1 ? agreed.from : null },
    { months: links.flatMap(({ months }) => months), dated: links.flatMap(({ dated }) => dated) },
    around,
  ).map(asShown)
}

/** A quarter is shown if each contract of the chain shows it: a sum beside one that is hidden would give it away. */
const shownQuarters = (needs: ReadNeeds) => {
  const read = readReleased(needs)
  const library = new InstrumentLibrary(needs.definitions.instruments)
  return async (
    commissioner: string,
    { measure: { measure }, links }: Chain,
    quarters: readonly Period[],
  ): Promise<TrendQuarter[]> => {
    const readings: { agreed: AgreedMeasure; periods: readonly ReleasedFigures[] }[] = []
    for (const { contractId } of links) {
      const { plan, periods } = await read(commissioner, { contractId, periods: quarters })
      // A contract of the chain that does not have the measure counts nobody on it.
      const agreed = plan.measures.find((one) => one.measure.version === measure.version)
      if (agreed) readings.push({ agreed, periods })
    }
    return quarters.map((period, at) => {
      const rows = readings.map(({ agreed, periods }) => {
        const released = periods[at]
        return released && shownRows(released, period, agreed)
      })
      const own = rows.filter((one) => one !== undefined)
      const isShown = own.length === rows.length
      const figure = figureOfRows(measure, isShown ? own.flat() : [], { library })
      const { timed: _, changed: __, ...shown } = asShown({ ...figure, period: period.label })
      return isShown ? shown : hiddenFigure(shown)
    })
  }
}

const asShown = <F extends object>(figure: F): F & { suppressed: boolean } => ({
  ...figure,
  suppressed: false,
})

/** A contract and those before it. */
async function predecessorsOf(store: Store, contract: StoredContract): Promise<StoredContract[]> {
  const chain = [contract]
  let next = contract.follows
  while (next !== null && chain.every(({ contractId }) => contractId !== next)) {
    const former: StoredContract | undefined = await store.contracts.find(next)
    if (former === undefined) break
    chain.push(former)
    next = former.follows
  }
  return chain
}

import { addMonths } from '../../period.ts'
import type { Block } from '../blocks.ts'

export interface CountedBlock extends Block {
  count: number
}

/**
 * What the narrowest months around each run of another figure's blocks have more than that run, where both can be asked for.
 *
 * @param whole blocks that are shown, in the order of time
 * @param part likewise, of a figure whose people are among those of the whole
 * @example differencesAround(aprilToMay(22), april(20)) // [2]: two people of May
 */
export function differencesAround(whole: readonly CountedBlock[], part: readonly CountedBlock[]): number[] {
  return runsOf(part).flatMap((run) => {
    const around = whole.filter(({ first, last }) => first <= run.last && run.first <= last)
    const [first, last] = [around[0]?.first, around.at(-1)?.last]
    if (first === undefined || last === undefined || first > run.first || last < run.last) return []
    const isOneRun = around.every(({ first }, at) => at === 0 || isNext(around[at - 1], first))
    return isOneRun ? [sumOf(around) - run.count] : []
  })
}

/** Every run of blocks without a gap, as one. */
function runsOf(blocks: readonly CountedBlock[]): CountedBlock[] {
  return blocks.flatMap((from, start) => {
    const runs: CountedBlock[] = [from]
    for (const next of blocks.slice(start + 1)) {
      const run = runs.at(-1)
      if (run === undefined || !isNext(run, next.first)) break
      runs.push({ first: run.first, last: next.last, count: run.count + next.count })
    }
    return runs
  })
}

const isNext = (former: Block | undefined, first: number): boolean =>
  former !== undefined && addMonths(former.last, 1) === first

const sumOf = (blocks: readonly CountedBlock[]): number => blocks.reduce((sum, { count }) => sum + count, 0)

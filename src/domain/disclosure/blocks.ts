import { addMonths, type Month } from '../period.ts'

/** Whole months that are only ever shown together. */
export interface Block {
  first: Month
  last: Month
}

const LAST_OF_ALL: Month = 999_912

/** What a cut has to know beside the months themselves. */
export interface CutRules {
  /** Whether a figure of these months together may be shown. It must hold for any two neighbours together if for both. */
  passes: (block: Block) => boolean
  /** Whether nobody at all is counted in these months. */
  isNobody: (block: Block) => boolean
  /** The month that is running: those before it have ended. */
  current: Month
  /** Whether nothing more is expected, so that what is left at the end joins the block before it. */
  isOver: boolean
}

/**
 * Cuts months in the order of time into blocks that each pass, as fine as may be: quarters that pass are cut into months if
 * those pass, quarters that do not are joined within their financial year, and years that do not with the next one. Only
 * what has ended is joined backwards, so that later months never change an earlier cut. A tail that does not pass yet is in
 * no block.
 *
 * @example cutBlocks({ first: 202404, last: 202503 }, rules) // where the first quarter is small: Q1 and Q2 together, Q3, Q4
 */
export const cutBlocks = (range: Block, rules: CutRules): Block[] =>
  cutYears(range, rules).flatMap((block) => withoutNobody(block, rules))

/** Months at both ends in which nobody is counted say nothing, and are blocks of their own; but not those to come. */
function withoutNobody(block: Block, { passes, isNobody, current, isOver }: CutRules): Block[] {
  if (block.first === block.last) return [block]
  const months = piecesOf(block, (month) => month)
  const isEmpty = (month: Block): boolean => isNobody(month) && (month.last < current || isOver)
  const first = months.findIndex((month) => !isEmpty(month))
  const last = months.findLastIndex((month) => !isEmpty(month))
  const [from, to] = [months[first], months[last]]
  if (from === undefined || to === undefined) return months
  const somebody = { first: from.first, last: to.last }
  // What follows from other figures of those months may be what makes it pass.
  return passes(somebody) ? [...months.slice(0, first), somebody, ...months.slice(last + 1)] : [block]
}

function cutYears(range: Block, rules: CutRules): Block[] {
  const { passes, isNobody, current, isOver } = rules
  const blocks: Block[] = []
  let first = range.first
  for (const year of piecesOf(range, lastOfYear)) {
    const joined = { first, last: year.last }
    if (year.last >= current && !isOver) {
      const cut = joinForwards(piecesOf(joined, lastOfQuarter), passes)
      return [...blocks, ...cut.flatMap((block) => asMonths(block, rules))]
    }
    // After a whole year without anybody, those before it are waited for no longer: they stay in no block.
    const whole = passes(joined) ? joined : isNobody(year) ? year : undefined
    if (whole === undefined) continue
    blocks.push(...asQuarters(whole, rules))
    first = addMonths(year.last, 1)
  }
  return first > range.last || !isOver ? blocks : joinBackwards(blocks, { first, last: range.last }, passes)
}

/**
 * Cuts quarters into blocks that each pass, and never finer: for what is shown for single blocks only.
 *
 * @param upTo blocks that begin after this month are not asked for
 */
export function cutQuarters(range: Block, { passes }: Pick<CutRules, 'passes'>, upTo: Month): Block[] {
  return joinForwards(piecesOf(range, lastOfQuarter), passes, upTo)
}

/** The whole passes, so that it can be cut without a rest. */
function asQuarters(whole: Block, rules: CutRules): Block[] {
  const { passes } = rules
  const cut = withoutRest(whole, joinForwards(piecesOf(whole, lastOfQuarter), passes), passes)
  return cut.flatMap((block) => asMonths(block, rules))
}

/** The last month whose counts can change how the months up to the end of a block are cut: a tail joins what is before it. */
export function cutUpTo({ last }: Block, { current, isOver }: Pick<CutRules, 'current' | 'isOver'>): Month {
  if (isOver) return LAST_OF_ALL
  const lastOfItsYear = lastOfYear(last)
  return lastOfItsYear < current ? lastOfItsYear : lastOfQuarter(last)
}

/** A quarter, if its months can be cut without a rest. */
function asMonths(block: Block, { passes }: CutRules): Block[] {
  if (block.last !== lastOfQuarter(block.first)) return [block]
  return withoutRest(
    block,
    joinForwards(
      piecesOf(block, (month) => month),
      passes,
    ),
    passes,
  )
}

/** Piece by piece until together they pass; what is left at the end is in no block. */
function joinForwards(
  pieces: readonly Block[],
  passes: CutRules['passes'],
  upTo: Month = LAST_OF_ALL,
): Block[] {
  const blocks: Block[] = []
  let open: Block | undefined
  for (const { first, last } of pieces) {
    if (open === undefined && first > upTo) break
    open = { first: open?.first ?? first, last }
    if (!passes(open)) continue
    blocks.push(open)
    open = undefined
  }
  return blocks
}

function withoutRest(whole: Block, blocks: readonly Block[], passes: CutRules['passes']): Block[] {
  const last = blocks.at(-1)?.last
  if (last === whole.last) return [...blocks]
  if (last === undefined) return [whole]
  return joinBackwards(blocks, { first: addMonths(last, 1), last: whole.last }, passes)
}

/** The rest joins the blocks before it until together they pass; if they never do, it is in no block. */
function joinBackwards(blocks: readonly Block[], rest: Block, passes: CutRules['passes']): Block[] {
  for (let kept = blocks.length - 1; kept >= 0; kept--) {
    const joined = { first: blocks[kept]?.first ?? rest.first, last: rest.last }
    if (passes(joined)) return [...blocks.slice(0, kept), joined]
  }
  return [...blocks]
}

function piecesOf({ first, last }: Block, lastOfPiece: (month: Month) => Month): Block[] {
  const pieces: Block[] = []
  for (let month = first; month <= last;) {
    const end = Math.min(lastOfPiece(month), last)
    pieces.push({ first: month, last: end })
    month = addMonths(end, 1)
  }
  return pieces
}

/** The last month of the financial quarter: June, September, December, March. */
export const lastOfQuarter = (month: Month): Month => addMonths(month, 2 - (((month % 100) + 2) % 3))

/** March. */
export const lastOfYear = (month: Month): Month => addMonths(month, (15 - (month % 100)) % 12)

/** April. */
export const firstOfYear = (month: Month): Month => addMonths(lastOfYear(month), -11)

/** Whether a period is made of whole blocks, and of which. Undefined: it is not. */
export function blocksOf<B extends Block>(period: Block, blocks: readonly B[]): B[] | undefined {
  const within = blocks.filter(({ first, last }) => period.first <= first && last <= period.last)
  return isWhole(period, within) ? within : undefined
}

/**
 * The narrowest period around another that is made of whole blocks: of quarters, if the other is. Undefined: there is none.
 */
export function askFor(period: Block, blocks: readonly Block[]): Block | undefined {
  const isOfQuarters = isQuarters(period)
  let around = period
  for (;;) {
    const { first, last } = around
    const touched = blocks.filter((block) => block.last >= first && block.first <= last)
    const [from, to] = [
      Math.min(first, touched[0]?.first ?? first),
      Math.max(last, touched.at(-1)?.last ?? last),
    ]
    const wider = isOfQuarters
      ? { first: firstOfQuarter(from), last: lastOfQuarter(to) }
      : { first: from, last: to }
    if (wider.first === first && wider.last === last) return isWhole(around, touched) ? around : undefined
    around = wider
  }
}

const firstOfQuarter = (month: Month): Month => addMonths(lastOfQuarter(month), -2)

const isQuarters = ({ first, last }: Block): boolean =>
  first === firstOfQuarter(first) && last === lastOfQuarter(last)

/** Blocks in the order of time, one after the other without a gap. */
function isWhole({ first, last }: Block, blocks: readonly Block[]): boolean {
  let next = first
  for (const block of blocks) {
    if (block.first !== next) return false
    next = addMonths(block.last, 1)
  }
  return next === addMonths(last, 1)
}

/** Whatever lies between blocks, before and after them. */
export function gapsIn({ first, last }: Block, blocks: readonly Block[]): Block[] {
  const gaps: Block[] = []
  let next = first
  for (const block of blocks) {
    if (block.first > last) break
    if (block.first > next) gaps.push({ first: next, last: addMonths(block.first, -1) })
    next = Math.max(next, addMonths(block.last, 1))
  }
  return next > last ? gaps : [...gaps, { first: next, last }]
}

export const isYear = ({ first, last }: Block): boolean =>
  first === firstOfYear(first) && last === lastOfYear(first)

export const overlap = (one: Block, other: Block): boolean =>
  one.first <= other.last && other.first <= one.last

export const contains = (whole: Block, part: Block): boolean =>
  whole.first <= part.first && part.last <= whole.last

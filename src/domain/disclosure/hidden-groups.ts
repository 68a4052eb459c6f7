import { isSmall } from './small.ts'

/** A group's counts, each of them additive over groups: for a rate its numerator, denominator and complement. */
export interface GroupCounts {
  value: string
  counts: readonly number[]
  /** Already hidden, whatever its counts are. */
  isHidden?: boolean
  /** Another figure that is shown tells of the same people, so that hiding it hides no other. */
  isTold?: boolean
  /** A linked figure that is shown hides it: where two hide the same groups, neither tells what the other one hides. */
  isHiddenBeside?: boolean
}

/**
 * Which groups are hidden beside a total that is shown: those with a small count, and as many further ones, the smallest
 * first, as it takes so that the hidden ones are at least two and together small in nothing. Then all that follows from the
 * total and the rest is what the hidden groups have together, which leaves each of them a range and no number. Those that
 * linked figures hide go before others.
 *
 * @param overlapping people may be in several groups, so that only the rest beside each single group follows
 * @param total the counts of everybody
 * @param leavesEnough whether enough people are left, too, where linked figures tell of some of the hidden groups
 * @returns the values of the hidden groups
 */
export function hiddenGroups(
  groups: readonly GroupCounts[],
  {
    total,
    overlapping,
    minimumCount,
    leavesEnough = () => true,
  }: {
    total: readonly number[]
    overlapping: boolean
    minimumCount: number
    leavesEnough?: (hidden: ReadonlySet<string>) => boolean
  },
): Set<string> {
  const isAnySmall = (counts: readonly number[]): boolean =>
    counts.some((count) => isSmall(count, minimumCount))
  const restBeside = ({ counts }: GroupCounts): number[] => total.map((all, at) => all - (counts[at] ?? 0))
  const hidden = new Set(
    groups
      .filter(
        (group) =>
          group.isHidden === true ||
          isAnySmall(group.counts) ||
          (overlapping && isAnySmall(restBeside(group))),
      )
      .map(({ value }) => value),
  )
  if (overlapping) return hidden

  const isEnough = (): boolean => {
    if (!leavesEnough(hidden)) return false
    const unknown = groups.filter(({ value, isTold = false }) => hidden.has(value) && !isTold)
    if (unknown.length === 0) return true
    const together = sumOf(unknown, total.length)
    const isKnown = together.some((count, at) => count === 0 && total[at] !== 0)
    return unknown.length > 1 && !isAnySmall(together) && !isKnown
  }
  const further = groups
    .filter(({ value, isTold = false }) => !hidden.has(value) && !isTold)
    .sort((a, b) => besideFirst(a, b) || sizeOf(a) - sizeOf(b) || (a.value < b.value ? -1 : 1))
  for (const { value } of further) {
    if (isEnough()) break
    hidden.add(value)
  }
  return hidden
}

const besideFirst = (a: GroupCounts, b: GroupCounts): number =>
  Number(b.isHiddenBeside ?? false) - Number(a.isHiddenBeside ?? false)

const sizeOf = ({ counts }: GroupCounts): number => Math.max(0, ...counts)

const sumOf = (groups: readonly GroupCounts[], length: number): number[] =>
  Array.from({ length }, (_, at) => groups.reduce((sum, { counts }) => sum + (counts[at] ?? 0), 0))

import type { ToldNumbers } from '../desk/shown-blocks.ts'
import type { BundledLink } from './bundles.ts'

/** What a figure has to tell of everybody and of each group of one kind in a block. */
export interface GroupsTold {
  /** Undefined: it is not shown. */
  all: ToldNumbers | undefined
  /** Undefined: the group is hidden. */
  shown: (value: string) => ToldNumbers | undefined
  /** Whether it is shown or not. */
  counted: (value: string) => ToldNumbers | undefined
}

/**
 * Whether enough people stay hidden beside the groups of two figures, of which one tells of some of the other's people: where
 * a group is hidden in the one and shown in the other, what the one hides follows in part. Where both tell of the same people,
 * such a group is not hidden at all, and all that either figure tells beside it counts.
 *
 * @param links of the same two figures
 * @param isFit whether a number of people is enough, or nobody
 */
export function isEnoughLeft(
  links: readonly BundledLink[],
  { whole, part, values }: { whole: GroupsTold; part: GroupsTold; values: readonly string[] },
  isFit: (count: number) => boolean,
): boolean {
  const isAlike = (one: GroupsTold, other: GroupsTold): boolean =>
    values.every((value) => one.shown(value) !== undefined || other.shown(value) === undefined)
  const isLeft = ({ counts: [name = '', some = ''] }: BundledLink): boolean => {
    const told = values.map((value) => whole.shown(value)?.get(name) ?? part.shown(value)?.get(some) ?? 0)
    return isFit(told.reduce((rest, count) => rest - count, whole.all?.get(name) ?? 0))
  }
  const areAllLeft = (one: GroupsTold, other: GroupsTold): boolean =>
    isAlike(one, other) ||
    [...(one.all ?? [])].every(([name, total]) => {
      const told = values.map((value) =>
        (one.shown(value) ?? (other.shown(value) && one.counted(value)))?.get(name),
      )
      return isFit(told.reduce<number>((rest, count) => rest - (count ?? 0), total))
    })
  const isOfTheSame = links.some(({ isSame }) => isSame)
  return (
    (whole.all === undefined || isAlike(whole, part) || links.every(isLeft)) &&
    (!isOfTheSame || (areAllLeft(whole, part) && areAllLeft(part, whole)))
  )
}

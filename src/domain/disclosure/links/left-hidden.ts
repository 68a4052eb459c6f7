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
  const areBothLeft = (one: GroupsTold, other: GroupsTold): boolean =>
    areAllLeft(one, { values, isTold: (value) => other.shown(value) !== undefined }, isFit)
  const isOfTheSame = links.some(({ isSame }) => isSame)
  return (
    (whole.all === undefined || isAlike(whole, part) || links.every(isLeft)) &&
    (!isOfTheSame || (areBothLeft(whole, part) && areBothLeft(part, whole)))
  )
}

/**
 * Whether enough people stay hidden in all that a figure has to tell, where some of the groups that it hides are told of
 * elsewhere.
 */
export function areAllLeft(
  { all, shown, counted }: GroupsTold,
  { values, isTold }: { values: readonly string[]; isTold: (value: string) => boolean },
  isFit: (count: number) => boolean,
): boolean {
  if (!values.some((value) => shown(value) === undefined && isTold(value))) return true
  const told = values.map((value) => shown(value) ?? (isTold(value) ? counted(value) : undefined))
  return [...(all ?? [])].every(([name, total]) =>
    isFit(told.reduce((rest, numbers) => rest - (numbers?.get(name) ?? 0), total)),
  )
}

import { isSmall, isSmallMove } from '../disclosure/small.ts'

/** How many cases of a return's contracts and period came, or were corrected, since the version before it was submitted. */
export interface ChangedCases {
  late: number
  corrected: number
}

/** The same as it may be shown. Null: they are few. */
export type ShownChanges = { [Kind in keyof ChangedCases]: number | null }

/**
 * What a version shows from now on: each number as it is counted if it is not small and moves by nothing or enough from each
 * that was shown before; otherwise it stays as it was shown last.
 *
 * @param shown what the same version showed so far, oldest first
 * @param minimumCount under how many cases a number is small; undefined: nothing is hidden
 */
export function shownChanges(
  shown: readonly ShownChanges[],
  counted: ChangedCases,
  minimumCount: number | undefined,
): ShownChanges {
  if (minimumCount === undefined) return { ...counted }
  const next = (kind: keyof ChangedCases): number | null => {
    const count = counted[kind]
    const former = shown.map((one) => one[kind])
    const isEnough = former.every((one) => one === null || !isSmallMove(count - one, minimumCount))
    if (isEnough) return isSmall(count, minimumCount) ? null : count
    return former.at(-1) ?? null
  }
  return { late: next('late'), corrected: next('corrected') }
}

/** With what is shown from now on, where that is something else. */
export const withNext = (shown: readonly ShownChanges[], next: ShownChanges): readonly ShownChanges[] => {
  const last = shown.at(-1)
  return last?.late === next.late && last.corrected === next.corrected ? shown : [...shown, next]
}

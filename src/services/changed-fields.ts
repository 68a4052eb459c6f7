import { isDeepStrictEqual } from 'node:util'

/** The fields in which a stored content says something else than what is wanted; jsonb's order of keys does not count. */
export const changedFields = <Wanted extends object>(stored: Wanted, wanted: Wanted): string[] =>
  (Object.keys(wanted) as (keyof Wanted & string)[]).filter(
    (key) => !isDeepStrictEqual(stored[key], wanted[key]),
  )

import type { PageRequest } from '../store/store.ts'

/** How many of a page are shown: the last of a whole one only tells that there is a next one. */
export const shownOf = (found: readonly unknown[], { limit }: PageRequest): number =>
  Math.min(found.length, limit - 1)

import type { DatedCount } from '../counts.ts'

/** What has to be done to former counts so that they are the present ones. */
export interface CountChanges {
  /** New, or with another number than before. */
  written: DatedCount[]
  /** There before, and no longer. */
  gone: DatedCount[]
}

/** @param former and present: neither has the same group, subject, month, x and y twice */
export function changedCounts(former: readonly DatedCount[], present: readonly DatedCount[]): CountChanges {
  const left = new Map(former.map((count) => [keyOf(count), count]))
  const written = present.filter((count) => {
    const key = keyOf(count)
    const before = left.get(key)
    left.delete(key)
    return before?.n !== count.n
  })
  return { written, gone: [...left.values()] }
}

/** No part of it can contain a line break. */
const keyOf = ({ month, subject, by, value, x, y }: DatedCount): string =>
  `${month}\n${subject}\n${by}\n${value}\n${x}\n${y}`

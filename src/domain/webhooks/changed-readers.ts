import type { DatedCount } from '../counts.ts'

/**
 * Who of a contract's provider and partners reads other figures than before: its provider all of them, a partner those of the
 * cases that it delivers itself.
 */
export function changedReaders(
  { provider, partners }: { provider: string; partners: readonly string[] },
  former: readonly DatedCount[],
  present: readonly DatedCount[],
): string[] {
  const changed = changedCounts(former, present)
  if (changed.length === 0) return []
  const isOf = (partner: string): boolean =>
    changed.some(
      ({ by, value }) =>
        (by === 'delivered-by' && value === partner) ||
        (by.startsWith('delivered-by/') && value.startsWith(`${partner}/`)),
    )
  return [provider, ...partners.filter(isOf)]
}

function changedCounts(former: readonly DatedCount[], present: readonly DatedCount[]): DatedCount[] {
  const keyOf = ({ month, subject, by, value, x, y }: DatedCount): string =>
    JSON.stringify([month, subject, by, value, x, y])
  const numbers = (counts: readonly DatedCount[]): Map<string, number> => {
    const all = new Map<string, number>()
    for (const count of counts) all.set(keyOf(count), (all.get(keyOf(count)) ?? 0) + count.n)
    return all
  }
  const [before, after] = [numbers(former), numbers(present)]
  return [...former, ...present].filter(
    (count) => (before.get(keyOf(count)) ?? 0) !== (after.get(keyOf(count)) ?? 0),
  )
}

import type { CountChanges } from '../counting/changed-counts.ts'

/**
 * Who of a contract's provider and partners reads other figures than before: its provider all of them, a partner those of the
 * cases that it delivers itself.
 */
export function changedReaders(
  { provider, partners }: { provider: string; partners: readonly string[] },
  { written, gone }: CountChanges,
): string[] {
  const changed = [...written, ...gone]
  if (changed.length === 0) return []
  const isOf = (partner: string): boolean =>
    changed.some(
      ({ by, value }) =>
        (by === 'delivered-by' && value === partner) ||
        (by.startsWith('delivered-by/') && value.startsWith(`${partner}/`)),
    )
  return [provider, ...partners.filter(isOf)]
}

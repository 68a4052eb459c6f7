import type { LondonDate } from '../period.ts'

/** How far a referral came: into support, not yet anywhere, or closed without support. */
export const progresses = ['accepted', 'undecided', 'not-accepted'] as const
export type Progress = (typeof progresses)[number]

/** What of a case says when it was in support. */
export interface SupportDates {
  inSupportFrom?: LondonDate | null | undefined
  countedOn?: LondonDate | null | undefined
}

/** @example progressOf({ inSupportFrom: null, countedOn: '2019-04-02' }) // 'not-accepted' */
export function progressOf({ inSupportFrom, countedOn }: SupportDates): Progress {
  if (typeof inSupportFrom === 'string') return 'accepted'
  return typeof countedOn === 'string' ? 'not-accepted' : 'undecided'
}

/** Whether it was ever in support, and not closed before that began (dates out of order are reported in `quality`). */
export const wasInSupport = <C extends SupportDates>(one: C): one is C & { inSupportFrom: LondonDate } =>
  typeof one.inSupportFrom === 'string' &&
  (typeof one.countedOn !== 'string' || one.countedOn >= one.inSupportFrom)

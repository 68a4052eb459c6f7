import { z } from 'zod'
import type { LondonDate } from '../domain/period.ts'
import { isWeekend } from '../domain/working-days.ts'
import { londonDate, shapeOf, words } from './shape.ts'
import type { Finding } from './yaml-source.ts'

/** A weekday on which nobody is expected to work; its date is its id. */
export interface BankHoliday {
  id: LondonDate
  title: string
}

const holiday = z.strictObject({ holiday: londonDate, title: words })

/** A bank holiday as its file says it. */
export function bankHolidayFrom(content: unknown): { good: BankHoliday } | { findings: Finding[] } {
  const shape = shapeOf(holiday, content)
  if ('findings' in shape) return shape
  const { holiday: id, title } = shape.good
  if (isWeekend(id)) {
    const reason = 'holiday is on a Saturday or Sunday: name the weekday that stands for it'
    return { findings: [{ path: ['holiday'], reason }] }
  }
  return { good: { id, title } }
}

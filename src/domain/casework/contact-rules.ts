import type { LondonDate } from '../period.ts'
import type { Fault } from '../problem.ts'
import type { Contact } from './contact.ts'

/** A contact as a case system writes it. */
export interface ContactBody {
  cases: string[]
  on: LondonDate
  kind: string
  minutes?: number | undefined
  reached?: boolean | undefined
  attendees?: number | undefined
  sourceUpdatedAt?: string | undefined
}

/** Every rule that the well-formed fields of a contact break. */
export function checkContact({ on }: Partial<ContactBody>, today: LondonDate): Fault[] {
  return on !== undefined && on > today ? [{ pointer: '/on', detail: 'must not be in the future' }] : []
}

/** A contact from a body without faults. */
export const contactFrom = (ref: string, body: ContactBody): Contact => ({
  ref,
  // References are ASCII, so that this is the order of bytes.
  caseRefs: body.cases.toSorted(),
  heldOn: body.on,
  kind: body.kind,
  minutes: body.minutes ?? null,
  reached: body.reached ?? true,
  attendees: body.attendees ?? null,
  sourceUpdatedAt: body.sourceUpdatedAt ?? null,
})

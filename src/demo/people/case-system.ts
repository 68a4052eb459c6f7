import { addDays, type LondonDate } from '../../domain/period.ts'
import type { Answers } from './answers.ts'
import type { Person } from './make-people.ts'

/** One PUT of a provider's case system, at a path below the contract's own. */
export interface Write {
  path: string
  body: object
}

/** So long after its slip a slip is put right. */
const DAYS_TO_CORRECTION = 3

/**
 * What the case system sends about a person: the case, its start, its end. Where it slips, the case comes with another
 * closing date first and the end with another answer, and the right ones after them.
 *
 * Each write says when it was made, so that all may be sent again: an earlier one never undoes a later one.
 */
export function writesOf(person: Person): Write[] {
  const { start, end, episode, slips } = person
  const { referredOn, startedOn, startAssessedOn, endAssessedOn, closedOn } = episode
  const enteredOn = closedOn ?? startedOn ?? referredOn
  const writes: Write[] = []
  const corrections: Write[] = []

  if (slips && closedOn !== undefined) {
    const lastMonth = { ...person, episode: { ...episode, closedOn: addDays(closedOn, -31) } }
    writes.push(caseWrite(lastMonth, enteredOn))
    corrections.push(caseWrite(person, addDays(enteredOn, DAYS_TO_CORRECTION)))
  } else {
    writes.push(caseWrite(person, enteredOn))
  }

  if (start !== undefined && startAssessedOn !== undefined) {
    writes.push(assessmentWrite(person, { stage: 'start', answers: start, assessedOn: startAssessedOn }))
  }

  if (end !== undefined && endAssessedOn !== undefined) {
    const right = { stage: 'end', answers: end, assessedOn: endAssessedOn } as const
    if (slips) {
      writes.push(assessmentWrite(person, { ...right, answers: withOneOff(end) }))
      corrections.push(assessmentWrite(person, right, DAYS_TO_CORRECTION))
    } else {
      writes.push(assessmentWrite(person, right))
    }
  }
  return [...writes, ...corrections]
}

function caseWrite({ case: name, client, background, episode, closure }: Person, on: LondonDate): Write {
  const { startAssessedOn, endAssessedOn, ...dates } = episode
  return {
    path: `cases/${name}`,
    body: { ...client, ...background, ...dates, closure, sourceUpdatedAt: evening(on) },
  }
}

function assessmentWrite(
  { case: name }: Person,
  { stage, answers, assessedOn }: { stage: 'start' | 'end'; answers: Answers; assessedOn: LondonDate },
  daysLater = 0,
): Write {
  return {
    path: `assessments/${name}-${stage}`,
    body: {
      case: name,
      instrument: 'victim-needs',
      stage,
      assessedOn,
      answers,
      sourceUpdatedAt: evening(addDays(assessedOn, daysLater)),
    },
  }
}

/** The first answer is off the mark: the next one on the scale, and none after the highest. */
const withOneOff = (answers: Answers): Answers =>
  Object.fromEntries(
    Object.entries(answers).map(([need, level], at) => [need, at === 0 ? (level + 1) % 4 : level]),
  )

const evening = (day: LondonDate): string => `${day}T17:30:00Z`

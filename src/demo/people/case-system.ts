import type { Definitions, PortfolioContract } from '../../definitions.ts'
import { addDays, type LondonDate } from '../../domain/period.ts'
import { withOneOff } from './answers.ts'
import { makeFeedback, makePeople, type Answer, type Person } from './make-people.ts'
import { makeSessions, type Session } from './make-sessions.ts'

/** One request of a case system, at a path below the contract's own. What is posted by mistake is taken back at once. */
export interface Write {
  method: 'PUT' | 'DELETE' | 'POST'
  path: string
  body?: object
  /** Whose case system sends it. */
  by: string
}

/** So long after its slip a slip is put right. */
const DAYS_TO_CORRECTION = 3
/** One session in so many is entered twice, and taken back once. */
const SESSIONS_A_SLIP = 60

/**
 * What the case systems send about a contract: groups of requests that may go side by side, the requests of each group one
 * after the other. Sessions come after the cases that they are about.
 *
 * Each write says when it was made, so that all may be sent again: an earlier one never undoes a later one.
 */
export function requestsOf(
  contract: PortfolioContract,
  instrumentOf: Definitions['instrument'],
): { casework: Write[][]; sessions: Write[][] } {
  const people = makePeople(contract, instrumentOf)
  const feedback = makeFeedback(contract, instrumentOf)
  const sessions = makeSessions(people, contract.period)
  return {
    casework: [
      ...people.map((person) => writesOf(person, instrumentOf)),
      ...feedback.map((answer, at) => [feedbackWrite(answer, at, contract.provider)]),
      ...contract.figures.map(({ period, values }) => [
        { method: 'PUT' as const, path: `figures/${period}`, body: values, by: contract.provider },
      ]),
    ],
    sessions: sessions.map(sessionWrites),
  }
}

/**
 * The case, then its assessments. Where the case system slips, the case comes with another closing date first, its last
 * assessment with another answer, and the right ones after them; and an assessment of somebody else is taken back.
 */
export function writesOf(person: Person, instrumentOf: Definitions['instrument']): Write[] {
  const { episode, answers, slips } = person
  const { closedOn, startedOn, referredOn } = episode
  const enteredOn = closedOn ?? startedOn ?? referredOn
  const right = caseWrite(person, enteredOn)
  const sheets = answers.map((answer) => assessmentWrite(person, answer))
  if (!slips) return [right, ...sheets]

  const corrections: Write[] = []
  const cases = [right]
  if (closedOn !== undefined) {
    const lastMonth = { ...person, episode: { ...episode, closedOn: addDays(closedOn, -31) } }
    cases[0] = caseWrite(lastMonth, enteredOn)
    corrections.push(caseWrite(person, addDays(enteredOn, DAYS_TO_CORRECTION)))
  }
  const last = answers.at(-1)
  const instrument = last && instrumentOf(last.instrument)
  if (last?.answers !== undefined && instrument !== undefined) {
    sheets[sheets.length - 1] = assessmentWrite(person, {
      ...last,
      answers: withOneOff(last.answers, instrument),
    })
    corrections.push(assessmentWrite(person, last, DAYS_TO_CORRECTION))
    const mistaken = assessmentWrite(person, { ...last, stage: 'review' })
    corrections.push({ ...mistaken, method: 'POST', path: 'assessments' })
  }
  return [...cases, ...sheets, ...corrections]
}

function caseWrite(
  { case: name, client, background, episode, closure, deliveredBy }: Person,
  on: LondonDate,
): Write {
  return {
    method: 'PUT',
    path: `cases/${name}`,
    body: { ...client, ...background, ...episode, closure, deliveredBy, sourceUpdatedAt: evening(on) },
    by: deliveredBy,
  }
}

function assessmentWrite({ case: name, deliveredBy }: Person, answer: Answer, daysLater = 0): Write {
  const { instrument, stage, respondent, assessedOn } = answer
  const ref = [name, instrument, stage, respondent].filter((part) => part !== undefined).join('-')
  return {
    method: 'PUT',
    path: `assessments/${ref}`,
    body: { case: name, ...answer, sourceUpdatedAt: evening(addDays(assessedOn, daysLater)) },
    by: deliveredBy,
  }
}

const feedbackWrite = (answer: Answer, at: number, by: string): Write => ({
  method: 'PUT',
  path: `assessments/feedback-${answer.instrument}-${at + 1}`,
  body: { ...answer, sourceUpdatedAt: evening(answer.assessedOn) },
  by,
})

function sessionWrites({ deliveredBy: by, ...session }: Session, at: number): Write[] {
  const path = `contacts/S-${at + 1}`
  const body = { ...session, sourceUpdatedAt: evening(session.on) }
  const entered: Write = { method: 'PUT', path, body, by }
  if ((at + 1) % SESSIONS_A_SLIP !== 0) return [entered]
  const twice = `${path}-again`
  return [entered, { method: 'PUT', path: twice, body, by }, { method: 'DELETE', path: twice, by }]
}

const evening = (day: LondonDate): string => `${day}T17:30:00Z`

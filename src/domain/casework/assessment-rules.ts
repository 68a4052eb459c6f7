import { listsInstrument, readInstrumentName, type Contract } from '../contracts/contract.ts'
import {
  checkAnswers,
  inForceOn,
  scoreAnswers,
  type Instrument,
  type Respondent,
  type Stage,
} from '../instrument.ts'
import type { LondonDate } from '../period.ts'
import type { Fault } from '../problem.ts'
import type { Assessment, Response } from './support-case.ts'

/** An assessment as a case system writes it. */
export interface AssessmentBody {
  case?: string | undefined
  instrument: string
  stage: Stage
  assessedOn: LondonDate
  respondent?: Respondent | undefined
  response?: Response | undefined
  answers?: Record<string, unknown> | undefined
  sourceUpdatedAt?: string | undefined
}

export interface AssessmentSurroundings {
  contract: Pick<Contract, 'instruments'>
  instruments: readonly Instrument[]
  today: LondonDate
}

/**
 * The version that an assessment is on: the one it names, else the newest in force on its day.
 *
 * @returns a fault's words where there is none that the contract takes
 */
function findInstrument(
  name: string,
  assessedOn: LondonDate,
  around: AssessmentSurroundings,
): Instrument | string {
  const { id, version } = readInstrumentName(name)
  const versions = around.instruments.filter((one) => one.id === id)
  if (versions.length === 0) return 'is not a known instrument'
  const instrument =
    version === undefined
      ? inForceOn(versions, id, assessedOn)
      : versions.find((one) => one.version === version)
  if (instrument === undefined) {
    return version === undefined ? 'has no version in force on assessedOn' : 'has no such version'
  }
  if (!listsInstrument(around.contract, id, instrument.version)) return 'is not listed by the contract'
  return instrument
}

/** Whether a case may be left out: where it is not known which version is meant, if any may; never of what is no instrument. */
function isAnonymous(
  found: Instrument | string | undefined,
  { instrument: name = '' }: Partial<AssessmentBody>,
  { instruments }: AssessmentSurroundings,
): boolean {
  if (typeof found === 'object') return found.anonymous
  const { id } = readInstrumentName(name)
  return instruments.some((one) => one.id === id && one.anonymous)
}

/** Every rule that the well-formed fields of an assessment break, and the instrument that it is on. */
export function checkAssessment(
  body: Partial<AssessmentBody>,
  around: AssessmentSurroundings,
): { faults: Fault[]; instrument: Instrument | undefined } {
  const faults: Fault[] = []
  if (body.assessedOn !== undefined && body.assessedOn > around.today) {
    faults.push({ pointer: '/assessedOn', detail: 'must not be in the future' })
  }
  // Without a good date, today's version still tells most faults of the answers.
  const found =
    body.instrument === undefined
      ? undefined
      : findInstrument(body.instrument, body.assessedOn ?? around.today, around)
  if (!('case' in body) && !isAnonymous(found, body, around)) {
    faults.push({ pointer: '/case', detail: 'is required' })
  }
  if (typeof found === 'string') faults.push({ pointer: '/instrument', detail: found })
  if (typeof found !== 'object') return { faults, instrument: undefined }
  if ((body.response ?? 'completed') === 'completed') faults.push(...checkAnswers(found, body.answers ?? {}))
  else if (body.answers !== undefined) {
    faults.push({ pointer: '/answers', detail: 'is taken only where response is completed' })
  }
  return { faults, instrument: found }
}

/** An assessment with its scores, from a body without faults. */
export function assessmentFrom(ref: string, body: AssessmentBody, instrument: Instrument): Assessment {
  const response = body.response ?? 'completed'
  const answers = (body.answers ?? {}) as Assessment['answers']
  return {
    ref,
    caseRef: body.case ?? null,
    instrumentId: instrument.id,
    instrumentVersion: instrument.version,
    stage: body.stage,
    respondent: body.respondent ?? instrument.respondent,
    response,
    assessedOn: body.assessedOn,
    answers,
    scores: response === 'completed' ? scoreAnswers(instrument, answers) : instrument.scores.map(() => null),
    sourceUpdatedAt: body.sourceUpdatedAt ?? null,
  }
}

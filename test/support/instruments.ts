import { loadDefinitions, surveysFolder } from '../../src/definitions.ts'
import type { Instrument } from '../../src/domain/instrument.ts'
import type { Answered } from '../../src/domain/casework/pair.ts'

export const definitions = loadDefinitions([surveysFolder])

export const victimNeeds: Instrument = (() => {
  const found = definitions.instrument('victim-needs', 1)
  if (found === undefined) throw new Error('victim-needs@1 comes with the package')
  return found
})()

/** A later version, alike in all but what the test says. */
export const laterVersion = (version: number, change: Partial<Instrument> = {}): Instrument => ({
  ...victimNeeds,
  version,
  comparableWith: [],
  ...change,
})

/** An assessment for counting: scores by position, personal safety first; the others are missing. */
export const answered = (
  one: Partial<Answered> & Pick<Answered, 'ref' | 'stage'>,
  ...scores: (number | null)[]
): Answered => ({
  instrumentId: 'victim-needs',
  instrumentVersion: 1,
  respondent: 'self',
  response: 'completed',
  assessedOn: '2019-01-08',
  ...one,
  scores: victimNeeds.scores.map((_, index) => scores[index] ?? null),
})

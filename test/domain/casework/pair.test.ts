import t from 'tap'
import { findPair, type InstrumentOf } from '../../../src/domain/casework/pair.ts'
import { answered, laterVersion, victimNeeds } from '../../support/instruments.ts'

const question = { instrument: 'victim-needs', respondent: 'self', end: 'end' } as const

const libraryOf =
  (...instruments: (typeof victimNeeds)[]): InstrumentOf =>
  (id, version) =>
    instruments.find((one) => one.id === id && one.version === version)
const library = libraryOf(victimNeeds)

t.test('the latest end pairs with the earliest start, however far back', async (t) => {
  const pair = findPair(
    [
      answered({ ref: 's2', stage: 'start', assessedOn: '2019-02-01' }),
      answered({ ref: 's1', stage: 'start', assessedOn: '2012-02-29' }),
      answered({ ref: 'e1', stage: 'end', assessedOn: '2019-03-01' }),
      answered({ ref: 'e2', stage: 'end', assessedOn: '2019-04-01' }),
      answered({ ref: 'r', stage: 'review', assessedOn: '2019-05-01' }),
    ],
    question,
    library,
  )
  t.equal(pair.start?.ref, 's1')
  t.equal(pair.end?.ref, 'e2')
})

t.test('on one day the order of ref by bytes decides', async (t) => {
  const pair = findPair(
    [
      answered({ ref: 'b', stage: 'start' }),
      answered({ ref: 'B', stage: 'start' }),
      answered({ ref: '_', stage: 'end' }),
      answered({ ref: 'Z', stage: 'end' }),
    ],
    question,
    library,
  )
  t.equal(pair.start?.ref, 'B', 'the earliest: B comes before b')
  t.equal(pair.end?.ref, '_', 'the latest: _ comes after Z')
})

t.test('an end before its start still pairs', async (t) => {
  const pair = findPair(
    [
      answered({ ref: 's', stage: 'start', assessedOn: '2019-03-01' }),
      answered({ ref: 'e', stage: 'end', assessedOn: '2019-01-01' }),
    ],
    question,
    library,
  )
  t.match(pair, { start: { ref: 's' }, end: { ref: 'e' } })
})

t.test('what never pairs', async (t) => {
  const start = answered({ ref: 's', stage: 'start' })
  const cases = {
    'an end that was declined': answered({ ref: 'e', stage: 'end', response: 'declined' }),
    'an end by another respondent': answered({ ref: 'e', stage: 'end', respondent: 'parent' }),
    'an end of another instrument': answered({ ref: 'e', stage: 'end', instrumentId: 'phq-9' }),
    'a follow-up': answered({ ref: 'e', stage: 'follow-up' }),
  }
  for (const [name, end] of Object.entries(cases)) {
    t.equal(findPair([start, end], question, library).end, undefined, name)
  }
})

t.test('a declined end is no latest end', async (t) => {
  const pair = findPair(
    [
      answered({ ref: 's', stage: 'start' }),
      answered({ ref: 'e1', stage: 'end', assessedOn: '2019-03-01' }),
      answered({ ref: 'e2', stage: 'end', assessedOn: '2019-04-01', response: 'no-reply' }),
    ],
    question,
    library,
  )
  t.equal(pair.end?.ref, 'e1')
})

t.test('versions pair with each other only where one says so', async (t) => {
  const assessments = [
    answered({ ref: 's', stage: 'start', instrumentVersion: 1 }),
    answered({ ref: 'e', stage: 'end', instrumentVersion: 2 }),
  ]
  t.equal(findPair(assessments, question, libraryOf(victimNeeds, laterVersion(2))).start, undefined)
  const comparable = laterVersion(2, { comparableWith: [1] })
  t.equal(findPair(assessments, question, libraryOf(victimNeeds, comparable)).start?.ref, 's')
  t.same(
    findPair(assessments, { ...question, version: 2 }, libraryOf(victimNeeds, comparable)).start,
    undefined,
  )
})

t.test('a later start that is comparable is taken where the earliest is not', async (t) => {
  const pair = findPair(
    [
      answered({ ref: 's1', stage: 'start', instrumentVersion: 1, assessedOn: '2018-01-01' }),
      answered({ ref: 's2', stage: 'start', instrumentVersion: 2, assessedOn: '2018-06-01' }),
      answered({ ref: 'e', stage: 'end', instrumentVersion: 2 }),
    ],
    question,
    libraryOf(victimNeeds, laterVersion(2)),
  )
  t.equal(pair.start?.ref, 's2')
})

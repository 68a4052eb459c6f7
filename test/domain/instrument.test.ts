import fc from 'fast-check'
import t from 'tap'
import { z } from 'zod'
import {
  answersJsonSchema,
  type Answers,
  bestScore,
  checkAnswers,
  describeScores,
  hasNeed,
  inForceOn,
  type Instrument,
  type Item,
  type ScaleItem,
  type Score,
  scoreAnswers,
} from '../../src/domain/instrument.ts'

const scale = (id: string, range: readonly [number, number] = [0, 3], reverse = false): ScaleItem => ({
  id,
  type: 'scale',
  range,
  required: false,
  reverse,
})

const decimal = (id: string, range: readonly [number, number], places: number): Item => ({
  id,
  type: 'decimal',
  range,
  places,
  required: false,
  reverse: false,
})

const score = (over: Partial<Score>): Score => ({
  id: 'total',
  title: 'Total',
  items: ['q1', 'q2', 'q3', 'q4'],
  method: 'sum',
  range: [0, 12],
  better: 'lower',
  places: 0,
  missing: { prorateUpTo: 0 },
  ...over,
})

const instrument = (over: Partial<Instrument>): Instrument => ({
  id: 'survey',
  version: 1,
  title: 'Survey',
  source: 'made up',
  licence: 'made up',
  itemsWithheld: false,
  inForce: {},
  respondent: 'self',
  anonymous: false,
  items: ['q1', 'q2', 'q3', 'q4'].map((id) => scale(id)),
  scores: [score({})],
  comparableWith: [],
  hash: '',
  ...over,
})

t.test('an answer that is not taken is named, with what is taken and never with itself', (t) => {
  const everyType = instrument({
    items: [
      { ...scale('mood'), required: true },
      decimal('pain', [0, 10], 1),
      { id: 'safe', type: 'yes-no', required: false, reverse: false },
      { id: 'incidents', type: 'count', required: false },
      { id: 'satisfied', type: 'choice', values: ['agree', 'disagree'], required: false },
      { id: 'comment', type: 'text', consentItem: 'safe', required: false },
    ],
  })
  const good = { mood: 0, pain: 9.5, safe: false, incidents: 12, satisfied: 'agree', comment: 'Thank you £' }
  t.same(checkAnswers(everyType, good), [])
  const offScale = 'must be 0 to 3'
  const notWhole = 'must be a whole number, 0 to 3'
  const notPain = 'must be 0 to 10, with at most 1 decimal place'
  const notCount = 'must be a whole number, 0 to 1000000'
  const notComment = 'must be text of at most 10000 characters, without NUL'
  const cases: [answer: Record<string, unknown>, pointer: string, detail: string][] = [
    [{ mood: 4 }, '/answers/mood', offScale],
    [{ mood: -1 }, '/answers/mood', offScale],
    [{ mood: 1.5 }, '/answers/mood', notWhole],
    [{ mood: '2' }, '/answers/mood', notWhole],
    [{ mood: true }, '/answers/mood', notWhole],
    [{ mood: [2] }, '/answers/mood', notWhole],
    [{ mood: null }, '/answers/mood', 'must be left out if it was not answered'],
    [{ pain: 10.1 }, '/answers/pain', notPain],
    [{ pain: 3.25 }, '/answers/pain', notPain],
    [{ pain: '3' }, '/answers/pain', notPain],
    [{ safe: 1 }, '/answers/safe', 'must be true or false'],
    [{ incidents: -1 }, '/answers/incidents', notCount],
    [{ incidents: 2.5 }, '/answers/incidents', notCount],
    [{ incidents: 1_000_001 }, '/answers/incidents', notCount],
    [{ satisfied: 'strongly' }, '/answers/satisfied', 'must be one of agree, disagree'],
    [{ comment: 7 }, '/answers/comment', notComment],
    [{ comment: 'a\0b' }, '/answers/comment', notComment],
    [{ comment: 'half of a pair \ud83d' }, '/answers/comment', notComment],
    [{ comment: 'x'.repeat(10_001) }, '/answers/comment', notComment],
    [{ colour: 'red' }, '/answers/colour', 'is not an item of survey@1'],
    [{ 'a/b~c': 1 }, '/answers/a~1b~0c', 'is not an item of survey@1'],
    [{ constructor: 1 }, '/answers/constructor', 'is not an item of survey@1'],
  ]
  for (const [answer, pointer, detail] of cases) {
    t.same(
      checkAnswers(everyType, { ...good, ...answer }),
      [{ pointer, detail }],
      JSON.stringify(answer).slice(0, 60),
    )
  }
  t.same(checkAnswers(everyType, {}), [{ pointer: '/answers/mood', detail: 'is required' }])
  t.same(
    checkAnswers(everyType, JSON.parse('{ "__proto__": 1, "mood": 9, "safe": 0 }')).map(
      ({ pointer }) => pointer,
    ),
    ['/answers/mood', '/answers/safe', '/answers/__proto__'],
    'every fault at once',
  )
  for (const notAnswers of [null, undefined, [1], 'mood', 3]) {
    t.same(checkAnswers(everyType, notAnswers), [
      { pointer: '/answers', detail: 'must be an object with one answer for each item' },
    ])
  }
  t.end()
})

t.test('scores, worked by hand', (t) => {
  const cases: {
    name: string
    items?: Item[]
    score: Partial<Score>
    answers: Answers
    expected: number | null
  }[] = [
    { name: 'a sum', score: {}, answers: { q1: 0, q2: 1, q3: 2, q4: 3 }, expected: 6 },
    {
      name: 'nothing but zeros is 0, not missing',
      score: {},
      answers: { q1: 0, q2: 0, q3: 0, q4: 0 },
      expected: 0,
    },
    { name: 'one missing', score: {}, answers: { q1: 0, q2: 1, q3: 2 }, expected: null },
    { name: 'nothing answered', score: { missing: { prorateUpTo: 3 } }, answers: {}, expected: null },
    {
      name: '1 + 1 + 2 of three is 5.33 of four',
      score: { missing: { prorateUpTo: 1 } },
      answers: { q1: 1, q2: 1, q4: 2 },
      expected: 5,
    },
    {
      name: '3 of two is 6 of four',
      score: { missing: { prorateUpTo: 2 } },
      answers: { q1: 1, q3: 2 },
      expected: 6,
    },
    {
      name: 'two missing where one may be',
      score: { missing: { prorateUpTo: 1 } },
      answers: { q1: 1, q3: 2 },
      expected: null,
    },
    {
      name: '1 of two is 1.5 of three: half up',
      score: { items: ['q1', 'q2', 'q3'], missing: { prorateUpTo: 1 } },
      answers: { q1: 0, q2: 1 },
      expected: 2,
    },
    {
      name: '-1 of two is -1.5 of three: half up is towards more',
      items: ['q1', 'q2', 'q3'].map((id) => scale(id, [-3, 3])),
      score: { items: ['q1', 'q2', 'q3'], missing: { prorateUpTo: 1 } },
      answers: { q1: 0, q2: -1 },
      expected: -1,
    },
    {
      name: 'prorating uses answers as scored: 3 - 0 = 3, and 1, are 4 of two, 8 of four',
      items: [scale('q1', [0, 3], true), scale('q2'), scale('q3'), scale('q4', [0, 3], true)],
      score: { missing: { prorateUpTo: 2 } },
      answers: { q1: 0, q2: 1 },
      expected: 8,
    },
    {
      name: 'reversed on 1 to 5: 6 - 2',
      items: [scale('q1', [1, 5], true)],
      score: { items: ['q1'], method: 'value', range: [1, 5] },
      answers: { q1: 2 },
      expected: 4,
    },
    {
      name: 'a mean of 2, 3 and 3 is 2.67',
      score: { items: ['q1', 'q2', 'q3'], method: 'mean', places: 2 },
      answers: { q1: 2, q2: 3, q3: 3 },
      expected: 267,
    },
    {
      name: 'a mean leaves the missing out: 2 and 3 are 2.5, half up 3',
      score: { items: ['q1', 'q2', 'q3'], method: 'mean', missing: { prorateUpTo: 1 } },
      answers: { q1: 2, q3: 3 },
      expected: 3,
    },
    {
      name: 'decimals are exact: 0.1 + 0.2',
      items: [decimal('q1', [0, 1], 1), decimal('q2', [0, 1], 1)],
      score: { items: ['q1', 'q2'], places: 1 },
      answers: { q1: 0.1, q2: 0.2 },
      expected: 3,
    },
    {
      name: '1.005 to two places is 1.01, though 1.005 × 100 is 100.49999 in binary',
      items: [decimal('q1', [0, 2], 3)],
      score: { items: ['q1'], method: 'value', places: 2 },
      answers: { q1: 1.005 },
      expected: 101,
    },
    {
      name: 'places differ: 1 + 0.25',
      items: [scale('q1'), decimal('q2', [0, 1], 2)],
      score: { items: ['q1', 'q2'], places: 2 },
      answers: { q1: 1, q2: 0.25 },
      expected: 125,
    },
    {
      name: 'yes is 1, no is 0, and turned round',
      items: [
        { id: 'q1', type: 'yes-no', required: false, reverse: false },
        { id: 'q2', type: 'yes-no', required: false, reverse: true },
      ],
      score: { items: ['q1', 'q2'] },
      answers: { q1: true, q2: true },
      expected: 1,
    },
    {
      name: 'counts add up',
      items: [
        { id: 'q1', type: 'count', required: false },
        { id: 'q2', type: 'count', required: false },
      ],
      score: { items: ['q1', 'q2'] },
      answers: { q1: 999_999, q2: 1_000_000 },
      expected: 1_999_999,
    },
    {
      name: 'converted after prorating: 1.5 is raw 2',
      score: {
        items: ['q1', 'q2', 'q3'],
        places: 2,
        missing: { prorateUpTo: 1 },
        convert: new Map([
          [1, 7.5],
          [2, 9.51],
        ]),
      },
      answers: { q1: 0, q2: 1 },
      expected: 951,
    },
  ]
  for (const { name, items, score: over, answers, expected } of cases) {
    const survey = instrument({ ...(items && { items }), scores: [score(over)] })
    t.same(scoreAnswers(survey, answers), [expected], name)
  }
  t.end()
})

// Raw to metric, from the published conversion table of SWEMWBS (Stewart-Brown et al. 2009).
t.test('a conversion table gives the published score', (t) => {
  const published = [7, 9.51, 11.25, 12.4, 13.33, 14.08, 14.75, 15.32, 15.84]
  const items = ['q1', 'q2', 'q3', 'q4', 'q5', 'q6', 'q7']
  const swemwbs = instrument({
    items: items.map((id) => scale(id, [1, 5])),
    scores: [
      score({
        items,
        range: [7, 35],
        better: 'higher',
        places: 2,
        convert: new Map(published.map((m, at) => [at + 7, m])),
      }),
    ],
  })
  const ones = Object.fromEntries(items.map((id) => [id, 1]))
  t.same(describeScores(swemwbs, scoreAnswers(swemwbs, ones)), { total: { value: 7 } })
  t.same(describeScores(swemwbs, scoreAnswers(swemwbs, { ...ones, q1: 2 })), { total: { value: 9.51 } })
  t.same(describeScores(swemwbs, scoreAnswers(swemwbs, { ...ones, q3: 5, q7: 5 })), {
    total: { value: 15.84 },
  })
  t.throws(
    () => scoreAnswers(swemwbs, { ...ones, q1: 5, q2: 5, q3: 5 }),
    RangeError,
    'a gap is never filled by guess',
  )
  t.end()
})

t.test('needs are counted over scores, the missing ones as missing answers', (t) => {
  const scores = (prorateUpTo: number): Score[] => [
    score({
      id: 'needs',
      method: 'count-needs',
      items: [],
      scores: ['a', 'b', 'c'],
      missing: { prorateUpTo },
    }),
    ...['a', 'b', 'c'].map((id) =>
      score({ id, items: [id], method: 'value' as const, need: { atLeast: 2 } }),
    ),
  ]
  const items = ['a', 'b', 'c'].map((id) => scale(id))
  t.same(scoreAnswers(instrument({ items, scores: scores(0) }), { a: 2, b: 1, c: 3 }), [2, 2, 1, 3])
  t.same(scoreAnswers(instrument({ items, scores: scores(0) }), { a: 2, b: 3 }), [null, 2, 3, null])
  t.same(
    scoreAnswers(instrument({ items, scores: scores(1) }), { a: 2, b: 1 }),
    [2, 2, 1, null],
    '1 of 2 is 1.5 of 3',
  )
  t.end()
})

t.test('a need is judged in the score’s own units, and equality counts', (t) => {
  t.equal(hasNeed(score({}), 3), undefined)
  t.equal(hasNeed(score({ need: { atLeast: 1 } }), 1), true)
  t.equal(hasNeed(score({ need: { atLeast: 1 } }), 0), false)
  t.equal(hasNeed(score({ need: { atMost: 19.25 }, places: 2 }), 1925), true)
  t.equal(hasNeed(score({ need: { atMost: 19.25 }, places: 2 }), 1926), false)
  t.equal(hasNeed(score({ need: { atLeast: 0.07 }, places: 2 }), 7), true)
  t.equal(hasNeed(score({ need: { atLeast: 0.07 }, places: 2 }), 6), false)
  t.end()
})

t.test('a reply shows each score with its need, or that it is missing', (t) => {
  const survey = instrument({
    scores: [score({ id: 'a', need: { atLeast: 1 } }), score({ id: 'b', places: 2 }), score({ id: 'c' })],
  })
  t.same(describeScores(survey, [0, 951, null]), {
    a: { value: 0, need: false },
    b: { value: 9.51 },
    c: { value: null, missing: 'not-answered' },
  })
  t.end()
})

t.test('the newest version in force on a day', (t) => {
  const first = instrument({ inForce: { from: '2001-01-01', until: '2019-03-31' } })
  const second = instrument({ version: 2, inForce: { from: '2018-04-01' } })
  const third = instrument({ version: 3, inForce: { from: '2030-01-01' } })
  const other = instrument({ id: 'other', version: 9 })
  const all = [second, third, other, first]
  t.equal(inForceOn(all, 'survey', '2000-12-31'), undefined)
  t.equal(inForceOn(all, 'survey', '2001-01-01'), first)
  t.equal(inForceOn(all, 'survey', '2018-03-31'), first)
  t.equal(inForceOn(all, 'survey', '2018-04-01'), second, 'both are in force: the newer')
  t.equal(inForceOn([first], 'survey', '2019-03-31'), first, 'the last day is in')
  t.equal(inForceOn([first], 'survey', '2019-04-01'), undefined)
  t.equal(inForceOn(all, 'other', '1990-01-01'), other, 'without dates: always')
  t.equal(inForceOn(all, 'nothing', '2020-01-01'), undefined)
  t.end()
})

t.test('the JSON Schema says what is taken', (t) => {
  const schema = answersJsonSchema(
    instrument({
      items: [
        { ...scale('mood', [0, 1]), text: 'How are you?', labels: ['Well', 'Not well'], required: true },
        { id: 'comment', type: 'text', consentItem: 'safe', required: false },
      ],
    }),
  )
  t.same(schema, {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Answers to survey@1',
    type: 'object',
    properties: {
      mood: {
        title: 'How are you?',
        type: 'integer',
        minimum: 0,
        maximum: 1,
        oneOf: [
          { const: 0, title: 'Well' },
          { const: 1, title: 'Not well' },
        ],
      },
      comment: { type: 'string', maxLength: 10_000 },
    },
    required: ['mood'],
    additionalProperties: false,
  })
  t.end()
})

t.test('the JSON Schema and the check agree on any answers', (t) => {
  const survey = instrument({
    items: [
      { ...scale('mood', [1, 3]), labels: ['Low', 'Middle', 'High'], required: true },
      { id: 'safe', type: 'yes-no', required: false, reverse: false },
      { id: 'incidents', type: 'count', required: false },
      { id: 'satisfied', type: 'choice', values: ['agree', 'disagree'], required: false },
    ],
  })
  const schema = z.fromJSONSchema(answersJsonSchema(survey))
  const answer = fc.oneof(
    fc.integer({ min: -1, max: 4 }),
    fc.double(),
    fc.boolean(),
    fc.constantFrom('agree', '', null),
  )
  const answers = fc.record(
    { mood: answer, safe: answer, incidents: answer, satisfied: answer, colour: answer },
    { requiredKeys: [] },
  )
  const agree = fc.property(
    answers,
    (some) => schema.safeParse(some).success === (checkAnswers(survey, some).length === 0),
  )
  t.doesNotThrow(() => {
    fc.assert(agree, { numRuns: 1000 })
  })
  t.end()
})

t.test('laws of scoring', (t) => {
  const items = ['a', 'b', 'c', 'd', 'e']
  const answer = fc.integer({ min: 1, max: 5 })
  const all = fc.record(Object.fromEntries(items.map((id) => [id, answer])))
  const some = fc.dictionary(fc.constantFrom(...items), answer)
  const survey = (reverse: boolean, over: Partial<Score>): Instrument =>
    instrument({
      items: items.map((id) => scale(id, [1, 5], reverse)),
      scores: [score({ items, range: [5, 25], ...over })],
    })
  const prorated = survey(false, { missing: { prorateUpTo: 4 } })
  const staysInRange = fc.property(some, (answers) => {
    const [value] = scoreAnswers(prorated, answers)
    return Object.keys(answers).length === 0 ? value === null : Number(value) >= 5 && Number(value) <= 25
  })
  const mirrors = fc.property(all, (answers) => {
    const [plain] = scoreAnswers(survey(false, {}), answers)
    const [reversed] = scoreAnswers(survey(true, {}), answers)
    return Number(plain) + Number(reversed) === 30
  })
  const takesAnyOrder = fc.property(some, (answers) => {
    const turned = Object.fromEntries(Object.entries(answers).reverse())
    return scoreAnswers(prorated, answers)[0] === scoreAnswers(prorated, turned)[0]
  })
  t.doesNotThrow(() => {
    fc.assert(staysInRange)
  }, 'a prorated score stays in range')
  t.doesNotThrow(() => {
    fc.assert(mirrors)
  }, 'reversing mirrors the score')
  t.doesNotThrow(() => {
    fc.assert(takesAnyOrder)
  }, 'the order of the answers does not matter')
  t.end()
})

t.test('the best score is an end of the range, unless more is better of counts', (t) => {
  const items: Item[] = [scale('q1'), { id: 'q2', type: 'count', required: false }]
  const best = (over: Partial<Score>) => bestScore(score(over), { items })
  t.equal(best({ items: ['q1'], range: [0, 3], better: 'lower' }), 0)
  t.equal(best({ items: ['q1'], range: [0, 3], better: 'higher' }), 3)
  t.equal(best({ items: ['q1'], range: [0, 3.5], better: 'higher', places: 2 }), 350)
  t.equal(best({ items: ['q2'], range: [0, 28], better: 'lower' }), 0, 'no incident is the best')
  t.equal(best({ items: ['q2'], range: [0, 28], better: 'higher' }), null)
  t.equal(best({ items: ['q1', 'q2'], range: [0, 31], better: 'higher' }), null, 'a part without an end')
  t.equal(best({ items: [], scores: ['a'], method: 'count-needs', range: [0, 1], better: 'lower' }), 0)
  t.end()
})

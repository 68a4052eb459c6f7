import t from 'tap'
import { matchesWhere, valuesOf, type CaseFacts, type Where } from '../../../src/domain/measures/where.ts'

t.test('which cases a condition leaves', (t) => {
  const facts: CaseFacts = {
    closure: 'planned',
    cohorts: ['idva', 'young'],
    crimeType: null,
    reportedToPolice: false,
    characteristics: { sex: 'female', nationality: 'GB' },
  }
  const cases: [where: Where | undefined, expected: boolean][] = [
    [undefined, true],
    [{}, true],
    [{ closure: ['planned', 'other'] }, true],
    [{ closure: ['other'] }, false],
    [{ closure: { not: ['planned'] } }, false],
    [{ cohort: ['isva', 'idva'] }, true],
    [{ cohort: { not: ['isva', 'idva'] } }, false],
    [{ cohort: { not: ['isva'] } }, true],
    [{ crimeType: ['burglary'] }, false],
    [{ crimeType: { not: ['burglary'] } }, true],
    [{ crimeType: ['not-stated'] }, true],
    [{ crimeType: { not: ['not-stated'] } }, false],
    [{ reportedToPolice: ['false'] }, true],
    [{ reportedToPolice: ['true'] }, false],
    [{ sex: ['female'], nationality: ['GB'] }, true],
    [{ sex: ['female'], nationality: ['FR'] }, false],
    [{ ageBand: ['25-34'] }, false],
    [{ ageBand: { not: ['25-34'] } }, true],
  ]
  for (const [where, expected] of cases) t.equal(matchesWhere(where, facts), expected, JSON.stringify(where))
  t.equal(matchesWhere({ cohort: { not: ['idva'] } }, { cohorts: [] }), true, 'in no cohort')
  t.equal(matchesWhere({ cohort: ['not-stated'] }, { cohorts: [] }), true)
  t.equal(matchesWhere({ sex: ['not-stated'] }, { characteristics: null }), true)
  t.end()
})

t.test('the values of a case, each field from its own place', (t) => {
  const facts: CaseFacts = {
    closure: 'planned',
    cohorts: ['idva', 'young'],
    crimeType: 'burglary',
    referralSource: 'police',
    reportedToPolice: true,
    characteristics: {
      ageBand: '25-34',
      sex: 'male',
      ethnicity: 'white-british',
      disability: 'no',
      nationality: 'GB',
    },
    fundingStream: 'moj-core',
    deliveredBy: 'catch-22',
    area: 'E06000016',
    inSupportFrom: '2019-01-08',
  }
  const expected = {
    progress: ['accepted'],
    closure: ['planned'],
    cohort: ['idva', 'young'],
    crimeType: ['burglary'],
    referralSource: ['police'],
    reportedToPolice: ['true'],
    ageBand: ['25-34'],
    sex: ['male'],
    ethnicity: ['white-british'],
    disability: ['no'],
    nationality: ['GB'],
    fundingStream: ['moj-core'],
    deliveredBy: ['catch-22'],
    area: ['E06000016'],
  } as const
  for (const [field, values] of Object.entries(expected)) {
    t.same(valuesOf(field as keyof typeof expected, facts), values, field)
    const ofNobody = field === 'progress' ? ['undecided'] : ['not-stated']
    t.same(valuesOf(field as keyof typeof expected, {}), ofNobody, `${field}, not stated`)
  }
  t.end()
})

t.test('how far a referral came', (t) => {
  const is = (progress: string, facts: CaseFacts) => matchesWhere({ progress: [progress] }, facts)
  t.equal(is('undecided', {}), true)
  t.equal(is('undecided', { inSupportFrom: null, countedOn: null }), true)
  t.equal(is('accepted', { inSupportFrom: '2019-01-08', countedOn: null }), true)
  t.equal(is('accepted', { inSupportFrom: '2019-01-08', countedOn: '2019-03-31' }), true)
  t.equal(is('accepted', { inSupportFrom: '2019-04-08', countedOn: '2019-03-31' }), true, 'out of order')
  t.equal(is('not-accepted', { inSupportFrom: null, countedOn: '2019-03-31' }), true)
  t.equal(is('not-accepted', { inSupportFrom: '2019-03-31', countedOn: '2019-03-31' }), false)
  t.end()
})

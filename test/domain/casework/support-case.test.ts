import t from 'tap'
import {
  countedOn,
  inSupportFrom,
  isOutdated,
  type Dating,
} from '../../../src/domain/casework/support-case.ts'

const dated = (
  stage: Dating['stage'],
  assessedOn: string,
  response: Dating['response'] = 'completed',
): Dating => ({
  ref: 'x',
  stage,
  assessedOn,
  response,
})

t.test('a case counts on the day it closed, whatever its assessments say', async (t) => {
  t.equal(countedOn('2019-04-02', [dated('end', '2019-03-01')]), '2019-04-02')
})

t.test('else on the day of its latest completed end', async (t) => {
  const assessments = [
    dated('start', '2019-09-01'),
    dated('end', '2019-03-01'),
    dated('end', '2019-02-01'),
    dated('end', '2019-08-01', 'declined'),
    dated('review', '2019-07-01'),
  ]
  t.equal(countedOn(null, assessments), '2019-03-01')
})

t.test('an open case counts on no day', async (t) => {
  t.equal(countedOn(null, []), null)
  t.equal(countedOn(null, [dated('start', '2019-01-01')]), null)
})

t.test('support began as the case system says, else with the first completed assessment', async (t) => {
  const assessments = [
    dated('start', '2019-02-01'),
    dated('review', '2019-01-01', 'unable'),
    dated('end', '2019-03-01'),
  ]
  t.equal(inSupportFrom('2019-05-01', assessments), '2019-05-01')
  t.equal(inSupportFrom(null, assessments), '2019-02-01')
  t.equal(inSupportFrom(null, []), null)
})

t.test('only a write that says it is older is outdated', async (t) => {
  t.equal(isOutdated('2026-11-22T02:10:00.000Z', '2026-11-22T02:10:00.001Z'), true)
  t.equal(isOutdated('2026-11-22T02:10:00.000Z', '2026-11-22T02:10:00.000Z'), false)
  t.equal(isOutdated('2026-11-22T03:10:00+01:00', '2026-11-22T02:10:00Z'), false, 'the same instant')
  t.equal(isOutdated(null, '2026-11-22T02:10:00Z'), false)
  t.equal(isOutdated('2026-11-22T02:10:00Z', null), false)
})

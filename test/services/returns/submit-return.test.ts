import t from 'tap'
import { loadDefinitions, surveysFolder } from '../../../src/definitions.ts'
import { makeMetrics } from '../../../src/process/metrics.ts'
import { submitReturn } from '../../../src/services/returns/submit-return.ts'
import { connectPool, transactOn } from '../../../src/store/database.ts'
import { startService } from '../../support/service.ts'

t.test('however many contracts wait to be counted, a return waits for all of them together', async (t) => {
  const service = await startService({ workers: false })
  t.teardown(() => service.stop())
  const pool = connectPool(service.database.address, 2)
  t.teardown(() => pool.end({ timeout: 5 }))
  const provider = await service.join('prov', 'provider')
  const key = await service.join('lead', 'commissioner')
  for (const name of ['a', 'b', 'c']) {
    await service.operate('PUT', `/v1/contracts/${name}`, {
      ...{ title: name, provider: 'prov', commissioners: ['lead'], instruments: [], measures: [] },
      ...{ startsOn: '2019-04-01', endsOn: '2020-03-31' },
      returns: [{ template: 'six-monthly-grant', frequency: 'six-monthly' }],
    })
    await service.send('PUT', `/v1/contracts/${name}/cases/1`, {
      ...{ key: provider, body: { referredOn: '2019-04-10' } },
    })
  }
  const asked = { template: 'six-monthly-grant', period: '2019-20-Q1..2019-20-Q2' }
  const { body } = await service.send('POST', '/v1/returns', { key, body: asked })
  t.same(body.contracts, ['a', 'b', 'c'])

  // A clock that nothing moves but waiting: each look takes a second.
  let seconds = 0
  const submit = submitReturn({
    transact: transactOn(pool),
    definitions: loadDefinitions([surveysFolder]),
    clock: { now: () => new Date(Date.parse('2026-11-27') + seconds * 1000), today: () => '2026-11-27' },
    returnGraceDays: 10,
    meter: makeMetrics({
      backlog: () => Promise.resolve({ marks: 0, oldestSeconds: 0, failing: 0 }),
      jobs: () => Promise.resolve({}),
    }),
    pause: () => {
      seconds++
      return Promise.resolve()
    },
  })
  const { status, checks } = await submit('lead', body.id, {
    given: { signedOffBy: 'A. Person' },
    faults: [],
  })
  t.equal(seconds, 10, 'and not ten for each of three')
  t.equal(status, 'submitted')
  t.match(
    checks.find(({ id }) => id === 'counted'),
    { level: 'warning', passed: false },
    'it says that not all is in it',
  )
})

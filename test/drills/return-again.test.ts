import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { contractOf, makeKeys, makePeople } from '../support/people.ts'
import { startService } from '../support/service.ts'

/** Part of drill 13: what a return's hash is over is its content, whenever and however often it is made. */

t.test('a return that is made again has the same hash', async (t) => {
  const service = await startService()
  t.teardown(() => service.stop())
  const keys = await makeKeys(service)
  const people = await makePeople(service, keys, 'returned')
  await people.resolved(10, 10)
  await people.outcomes('2018-19-Q4')
  // Not before all are there: what falls due is made at once.
  const returns = [{ template: 'csp-plan', frequency: 'quarterly' }]
  await service.operate('PUT', '/v1/contracts/returned', { ...contractOf('prov', 'comm'), returns })

  const body = { template: 'csp-plan', period: '2018-19-Q4' }
  const make = async (): Promise<{ id: string; sha256: string; sections: unknown }> => {
    for (;;) {
      const made = await service.send('POST', '/v1/returns', { key: keys.commissioner, body })
      if (made.status === 200) return made.body
      t.equal(made.status, 202, made.text)
      await pause(20)
    }
  }
  const first = await make()
  t.match(JSON.stringify(first.sections), /"numerator":10,"denominator":20/)

  const owner = postgres({ ...service.database.address, max: 1 })
  t.teardown(() => owner.end())
  await owner`delete from returns`
  const again = await make()
  t.not(again.id, first.id, 'it was made again')
  t.equal(again.sha256, first.sha256)
  t.same(again.sections, first.sections)

  await people.resolved(10, 10, '2019-02-02')
  await people.outcomes('2018-19-Q4')
  t.not((await make()).sha256, first.sha256, 'other content has another')
})

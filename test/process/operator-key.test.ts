import t from 'tap'
import { readConfig } from '../../src/config.ts'
import { makeDatabase } from '../support/database.ts'
import { spawnService } from '../support/process.ts'

t.test('any key without white space is taken, and an empty one counts as none', (t) => {
  for (const key of ['k', 'nineteen-characters', 'x'.repeat(500)]) {
    t.equal(readConfig({ WAYMARK_OPERATOR_KEY: key }).operatorKey, key)
  }
  t.equal(readConfig({ WAYMARK_OPERATOR_KEY: '' }).operatorKey, undefined)
  for (const key of [' ', 'a b', 'ab\n', '\tab']) {
    t.throws(() => readConfig({ WAYMARK_OPERATOR_KEY: key }), {
      message: 'Settings: WAYMARK_OPERATOR_KEY must be without white space',
    })
  }
  t.end()
})

t.test('one that is short is warned of, and works', async (t) => {
  const database = await makeDatabase()
  t.teardown(() => database.drop())
  for (const [key, warnings] of [
    ['planted-short-key', 1],
    ['planted-key-of-some-length', 0],
  ] as const) {
    const { url, output, end } = await spawnService({
      DATABASE_URL: database.url,
      REDIS_URL: process.env.REDIS_URL,
      WAYMARK_OPERATOR_KEY: key,
    })
    const { status } = await fetch(`${url}/v1/organisations`, { headers: { authorization: `Bearer ${key}` } })
    t.equal(status, 200, key)
    await end('SIGTERM')
    const lines = output().split('\n')
    t.equal(lines.filter((line) => line.includes('WAYMARK_OPERATOR_KEY')).length, warnings, key)
    t.notMatch(output(), /planted/, 'no line has the key')
  }
})

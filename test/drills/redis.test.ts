import { spawnSync } from 'node:child_process'
import t from 'tap'
import { testShort } from '../drill/as-test.ts'
import { redisLost } from '../drill/04-redis-lost.ts'
import { redisFull } from '../drill/05-redis-full.ts'
import { OwnRedis } from '../drill/redis.ts'

/** The tests need nothing installed; these two drills can only be done with a redis-server that they may kill and fill. */
const isInstalled = spawnSync('redis-server', ['--version']).status === 0

for (const drill of isInstalled ? [redisLost, redisFull] : []) testShort(drill)

t.test('without redis-server, these drills say that they could not be done', async (t) => {
  const path = process.env.PATH
  process.env.PATH = t.testdir()
  t.teardown(() => (process.env.PATH = path))
  const redis = await OwnRedis.at(t.testdirName)
  await t.rejects(redis.start(), {
    message: 'The drill could not be done: it needs redis-server, which is not installed.',
  })
})

import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Agent, request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { removeDataFolder } from '../../src/embedded-postgres.ts'
import { findProcess } from '../../src/embedded-postgres/running-process.ts'
import { makeDatabaseFolder } from '../support/database-folder.ts'
import { contractOf } from '../support/people.ts'
import { spawnProgram, spawnService } from '../support/process.ts'
import { OPERATOR_KEY } from '../support/service.ts'

/** Whoever stops the service may be impatient: a second signal cuts nothing short, and leaves nothing behind. */

/** A data folder that the database's user can reach, removed at the end of the test. */
function makeDataDir(test: Test): string {
  const dataDir = makeDatabaseFolder('waymark-signals-')
  test.teardown(() => {
    removeDataFolder(dataDir)
  })
  return dataDir
}
const settings = (dataDir: string) => ({ WAYMARK_DATA_DIR: dataDir, WAYMARK_OPERATOR_KEY: OPERATOR_KEY })

const lockFile = (dataDir: string): string => join(dataDir, 'postgres', 'postmaster.pid')
/** The embedded database's process, and the folder of its socket. */
function serverOf(dataDir: string): { pid: number; sockets: string } {
  const [pid, , , , sockets = ''] = readFileSync(lockFile(dataDir), 'utf8').split('\n')
  return { pid: Number(pid), sockets }
}
function isNothingLeft(t: Test, dataDir: string, { pid, sockets }: ReturnType<typeof serverOf>): void {
  t.equal(findProcess(pid), undefined, 'the database has ended')
  t.notOk(existsSync(sockets))
  const names = readdirSync(dataDir).filter((name) => !name.startsWith('binaries-'))
  t.same(names.sort(), ['postgres', 'postgres.log'])
}

const send = async (url: string, method: string, path: string, key: string, body?: object) => {
  const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) }
  const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) }
  const reply = await fetch(`${url}/v1/${path}`, sent)
  return { status: reply.status, body: (await reply.json()) as { key: string; items: { case: string }[] } }
}

/** @returns a key of the provider's */
async function makeContract(url: string): Promise<string> {
  await send(url, 'PUT', 'organisations/prov', OPERATOR_KEY, { name: 'prov', kind: 'provider' })
  await send(url, 'PUT', 'organisations/comm', OPERATOR_KEY, { name: 'comm', kind: 'commissioner' })
  await send(url, 'PUT', 'contracts/c', OPERATOR_KEY, contractOf('prov', 'comm'))
  const { body } = await send(url, 'POST', 'organisations/prov/keys', OPERATOR_KEY, { label: 'test' })
  return body.key
}

/** A file of cases that has begun to arrive, and of which the rest is sent when the test says so. */
async function beginFile(url: string, key: string) {
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/x-ndjson',
    expect: '100-continue',
  }
  // A client that keeps its connection for what it may send next, as case systems do.
  const agent = new Agent({ keepAlive: true, timeout: 60_000 })
  const sent = request(`${url}/v1/contracts/c/cases/bulk`, { method: 'POST', headers, agent })
  sent.flushHeaders()
  const replied = once(sent, 'response') as Promise<[IncomingMessage]>
  replied.catch(() => undefined)
  await once(sent, 'continue')
  sent.write('{ "case": "first" }\n')
  return async (): Promise<{ status: number | undefined; body: string }> => {
    sent.end('{ "case": "last" }\n')
    const [reply] = await replied
    return { status: reply.statusCode, body: await text(reply) }
  }
}

for (const [first, second] of [
  ['SIGTERM', 'SIGTERM'],
  ['SIGINT', 'SIGTERM'],
] as const) {
  t.test(`${first}, then ${second}, with requests under way`, async (t) => {
    const dataDir = makeDataDir(t)
    const service = await spawnService(settings(dataDir))
    t.teardown(() => service.child.kill('SIGKILL'))
    const { url, child } = service
    const key = await makeContract(url)
    const server = serverOf(dataDir)
    const finishFile = await beginFile(url, key)
    const puts = Array.from({ length: 16 }, async (_, n) => {
      const put = await send(url, 'PUT', `contracts/c/cases/put-${n}`, key, {}).catch(() => undefined)
      return put?.status === 201 ? [`put-${n}`] : []
    })
    await Promise.race(puts)
    const exited = once(child, 'exit')
    child.kill(first)
    await pause(200)
    for (let n = 0; n < 3; n++) {
      child.kill(second)
      await pause(100)
    }
    t.equal(child.exitCode ?? child.signalCode, null, 'it waits for what it has accepted')
    t.match(await finishFile(), { status: 200, body: /"created":2/ })
    const answered = Date.now()
    t.same(await exited, [0, null])
    t.ok(Date.now() - answered < 6_000, 'and for nothing else, such as the client’s next request')
    isNothingLeft(t, dataDir, server)

    const taken = (await Promise.all(puts)).flat()
    const again = await spawnService(settings(dataDir))
    const { items } = (await send(again.url, 'GET', 'contracts/c/cases', key)).body
    const names = items.map((one) => one.case)
    t.same(
      ['first', 'last', ...taken].filter((name) => !names.includes(name)),
      [],
      'what was taken is there',
    )
    t.equal(await again.end('SIGTERM'), 0)
  })
}

t.test('a client that never ends its request is cut off, and all else stops in order', async (t) => {
  const dataDir = makeDataDir(t)
  const { url, child } = await spawnService(settings(dataDir))
  t.teardown(() => child.kill('SIGKILL'))
  const finishFile = await beginFile(url, await makeContract(url))
  const server = serverOf(dataDir)
  const exited = once(child, 'exit')
  const since = Date.now()
  child.kill('SIGTERM')
  t.same(await exited, [0, null])
  t.ok(Date.now() - since < 10_000)
  isNothingLeft(t, dataDir, server)
  await t.rejects(finishFile())
})

t.test('two signals before it is up', async (t) => {
  const dataDir = makeDataDir(t)
  const child = spawnProgram('src/server.ts', { PORT: '0', ...settings(dataDir) })
  t.teardown(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  while (!existsSync(lockFile(dataDir)) || serverOf(dataDir).sockets === '') await pause(5)
  child.kill('SIGTERM')
  const server = serverOf(dataDir)
  await pause(50)
  child.kill('SIGINT')
  t.same(await exited, [0, null])
  isNothingLeft(t, dataDir, server)
})

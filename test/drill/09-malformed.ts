import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { SeededRandom } from '../../src/demo/people/seeded-random.ts'
import type { ServiceProcess } from '../support/process.ts'
import { OPERATOR_KEY } from '../support/service.ts'
import { asDrill, check, whole } from './drill.ts'
import { Client } from './client.ts'
import { Malformer, VALUE_MARK, type Malformed } from './malformed.ts'
import { makeContracts, makeKey, SEED } from './people.ts'

const AT_ONCE = 16
const MOST_GROWTH_MEGABYTES = 50
/** Whoever has not answered by then hangs. */
const ANSWER_SECONDS = 30
/** Words of SQL, of PostgreSQL's messages and of stacks. */
const INSIDES =
  /\b(?:insert into|select \S+ from|violates|relation "|syntax error at)|node_modules|\.[jt]s:\d|\n\s*at /i

export const malformed = asDrill({
  number: 9,
  title: 'malformed requests',
  full: { requests: 50_000, isMemoryWatched: true },
  // So few of them say nothing about memory.
  short: { requests: 1_000, isMemoryWatched: false },
  load: ({ requests }) => `${whole(requests)} malformed requests, ${AT_ONCE} connections`,
  faults: () => 'bodies mutated by their schema; bad UTF-8, NUL, 1e400, depth, gzip bombs, cut-off chunks',
  async run(world, { requests, isMemoryWatched }) {
    const cluster = await world.startPostgres()
    const api = await world.startApi({ DATABASE_URL: cluster.url })
    const client = new Client(() => api.url, world.path('notes'))
    await makeContracts(client, 1)
    const keys = { operator: OPERATOR_KEY, provider: client.key, commissioner: await makeKey(client, 'comm') }
    const malformer = new Malformer(new SeededRandom(SEED), keys)
    const statuses = new Map<number, number>()

    const sendMany = async (times: number): Promise<void> => {
      let left = times
      const sender = async (): Promise<void> => {
        while (left-- > 0) {
          const request = malformer.next()
          const status = judge(request, await exchange(api.url, request))
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
          check(api.child.exitCode === null, `the service ended at ${request.what}`)
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, sender))
    }
    const warmUp = Math.floor(requests / 5)
    await sendMany(warmUp)
    const before = isMemoryWatched ? await memoryOf(api) : 0
    await sendMany(requests - warmUp)
    const growth = isMemoryWatched ? (await memoryOf(api)) - before : 0
    check(growth < MOST_GROWTH_MEGABYTES, `memory grew by ${growth.toFixed(0)} MB`)
    for (const status of [400, 404, 413, 415, 422])
      check(statuses.has(status), `no request was answered with ${status}: these are not the ones meant`)
    check((await api.end('SIGTERM')) === 0, 'it does not end in order')
  },
  sabotage: {
    what: 'what the JSON parser throws goes on its way',
    edits: [
      {
        file: 'dist/src/routes/http/json-body.js',
        text: "    catch {\n        // The parser's own words may quote the body, so they are not passed on.\n",
        by: '    catch (error) {\n        throw error;\n',
      },
    ],
  },
})

/** Sends it and reads whatever comes until the connection closes; an empty text if nothing does. */
function exchange(url: string, { bytes, mayBreak, what }: Malformed): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    const finish = (): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(Buffer.concat(pieces).toString())
    }
    const socket = connect(Number(port), hostname)
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`no answer within ${ANSWER_SECONDS} s: ${what}`))
    }, ANSWER_SECONDS * 1000)
    socket.on('data', (piece) => pieces.push(piece))
    socket.on('close', finish)
    // A service that has answered may close before all is sent.
    socket.on('error', finish)
    socket.write(bytes)
    // Whoever is cut off says nothing more.
    if (mayBreak) socket.end()
  })
}

/** @returns the status, 0 if there was no answer */
function judge({ what, mayBreak }: Malformed, answer: string): number {
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0)
  if (status === 0) {
    check(mayBreak && answer === '', `no answer to ${what}: ${answer.slice(0, 100)}`)
    return status
  }
  check(status < 500, `${status} to ${what}`)
  if (status < 400) return status
  const [head = '', body = ''] = answer.split(/\r\n\r\n(.*)/s)
  check(/^content-type: application\/problem\+json/im.test(head), `${what}: ${status} is no problem+json`)
  const problem = parse(body)
  check(
    problem?.status === status &&
      [problem.type, problem.title, problem.detail].every((text) => typeof text === 'string'),
    `${what}: the body of ${status} is no problem: ${body.slice(0, 200)}`,
  )
  // A pointer names a member or a column as it was sent; which organisation or definition is not known, an operator is told.
  const said = body.replaceAll(/"pointer":"[^"]*"|"detail":"\\"[^"]*\\" is not a known \w+"/g, '')
  check(!said.includes(VALUE_MARK), `${what}: the error repeats a value: ${body}`)
  check(!INSIDES.test(body), `${what}: the error tells of the inside: ${body}`)
  return status
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** Megabytes, at the quietest of some moments. */
async function memoryOf(api: ServiceProcess): Promise<number> {
  const samples: number[] = []
  for (let looks = 0; looks < 5; looks++) {
    await pause(1_000)
    const metrics = await (await fetch(`${api.url}/metrics`)).text()
    samples.push(Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1]) / 1e6)
  }
  return Math.min(...samples)
}

import { setTimeout as pause } from 'node:timers/promises'
import type { ServiceProcess } from '../support/process.ts'
import { asDrill, check, whole } from './drill.ts'
import { everyRequest, type Asked, type Asking, type OpenApi } from './every-request.ts'
import { LEAST, makeScene, SCENE, stopClock, TEMPLATES } from './small-scene.ts'
import { runTestFiles } from './tap-files.ts'
import type { Cluster } from './cluster.ts'
import type { World } from './world.ts'

const ALL = Array.from({ length: LEAST - 1 }, (_, at) => at + 1)

const PERIODS = ['2019-M02', '2018-19-Q4', '2018-19', '2018-M10..2019-M09', 'never']
/** Addresses of the scene that a commissioner reads: fewer, and the drill would compare refusals. */
const LEAST_REACHED = 25
export const LITTLE: Asked = { periods: ['2018-19-Q4'], measures: 3, options: 2, templates: ['csp-plan'] }

export const smallGroups = asDrill({
  number: 12,
  title: 'small groups',
  full: {
    attacks: 2_000,
    numbers: ALL,
    asked: { periods: PERIODS, measures: SCENE.measure.length, options: 20, templates: TEMPLATES },
  },
  short: { attacks: 50, numbers: [1, LEAST - 1], asked: LITTLE },
  load: ({ attacks, numbers }) =>
    `groups of ${numbers.join(', ')} people; ${whole(attacks)} series of answers`,
  faults: () => 'every request of a commissioner; an attacker who subtracts any answers',
  async run(world, { attacks, numbers, asked }) {
    await compareScenes(world, numbers, asked)
    await runTestFiles(
      world,
      [
        'test/domain/disclosure/attack.test.ts',
        'test/domain/disclosure/hidden-groups.test.ts',
        'test/domain/disclosure/blocks.test.ts',
        'test/api/disclosure.test.ts',
      ],
      { ATTACKS: String(attacks) },
    )
  },
  sabotage: {
    what: 'no group is small',
    edits: ['src/domain/disclosure/small.ts', 'dist/src/domain/disclosure/small.js'].map((file) => ({
      file,
      text: 'count !== null && count > 0 && count < minimumCount',
      by: 'count !== null && count > 0 && count < minimumCount - minimumCount',
    })),
  },
})

/** @throws {AssertionError} naming the first request that a commissioner could tell one number from another by */
export async function compareScenes(world: World, numbers: readonly number[], asked: Asked): Promise<void> {
  const cluster = await world.startPostgres()
  const scenes: { n: number; told: string[] }[] = []
  for (const n of numbers) {
    await cluster.empty()
    scenes.push({ n, told: await everythingTold(world, cluster, n, asked) })
  }
  const [first, ...others] = scenes
  for (const { n, told } of others) {
    first?.told.forEach((line, at) => {
      check(line === told[at], `${first.n} and ${n} people are told apart:\n${line}\n${told[at]}`)
    })
    check(first?.told.length === told.length, `${first?.n} and ${n} people: as many answers`)
  }
}

/** Each answer to a commissioner, and each line of the log meanwhile, without names and times. */
async function everythingTold(world: World, cluster: Cluster, n: number, asked: Asked): Promise<string[]> {
  const api = await world.startApi({ DATABASE_URL: cluster.url })
  const scene = await makeScene(cluster, api, n, asked.templates)
  const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as OpenApi
  const told: string[] = []
  const ids: string[] = []
  const reached = new Set<string>()
  // How far a message came depends on when its receiver answers, not on people.
  const requests = everyRequest(document, scene, asked).filter(({ path }) => !path.includes('/deliveries'))
  const ask = async ({ method, path, body }: Asking): Promise<void> => {
    const answer = await scene.client.send(method, path, { key: scene.key, body })
    if (answer === undefined) throw new Error(`${method} ${path}: the connection broke`)
    check(answer.status < 500, `${method} ${path}: ${answer.status} ${answer.text}`)
    ids.push(answer.headers.get('x-request-id') ?? '')
    const headers = [...answer.headers].filter(([name]) => !CHANGING.test(name)).sort()
    told.push(withoutNames(JSON.stringify([method, path, answer.status, headers, answer.text])))
    if (answer.status < 300) reached.add(path.replace(/[?].*/, ''))
  }
  for (const request of requests.filter((one) => !isCompressed(one))) await ask(request)
  await cluster.asOwner(stopClock)
  for (const request of requests.filter(isCompressed)) await ask(request)
  check(reached.size >= LEAST_REACHED, `only ${reached.size} addresses have an answer for a commissioner`)
  const lines = await linesOf(ids, api)
  await api.end('SIGTERM')
  return [...told, ...lines]
}

const LOGGED_WITHIN_MILLISECONDS = 5_000

/** What the log says of requests, in their order: what is counted meanwhile is logged whenever that is done. */
async function linesOf(
  ids: readonly string[],
  { output }: Pick<ServiceProcess, 'output'>,
): Promise<string[]> {
  const until = Date.now() + LOGGED_WITHIN_MILLISECONDS
  for (;;) {
    const logged = output().split('\n')
    const lines = ids.map((id) => logged.filter((line) => line.includes(`"${id}"`)).join('\n'))
    if (lines.every((line) => line !== '')) return lines.map(withoutNames)
    check(Date.now() < until, 'a request is not in the log')
    await pause(50)
  }
}

const isCompressed = ({ path }: Asking): boolean => /\.(xlsx|ods)$/.test(path)

/** Of the request alone. */
const CHANGING = /^(date|x-request-id|ratelimit-.*)$/

/** Names that the service makes up are of one length; so are times. */
const withoutNames = (text: string): string =>
  text
    .replaceAll(/\bYWZ0ZXI6[\w-]+/g, (cursor) => Buffer.from(cursor, 'base64url').toString())
    .replaceAll(/\b0[0-9a-f]{11}(?:[0-9a-f]{16}|[0-9a-f]{20})\b/g, 'NAME')
    .replaceAll(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/g, 'NAME')
    .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replaceAll(/whsec_[A-Za-z0-9+/=]+/g, 'SECRET')
    .replaceAll(/"milliseconds":\d+/g, '"milliseconds":0')

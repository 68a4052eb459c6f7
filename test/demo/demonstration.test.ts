import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { loadDefinitions, surveysFolder, type Portfolio } from '../../src/definitions.ts'
import { inFlight } from '../../src/demo/client.ts'
import { demonstrate } from '../../src/demo/demonstration.ts'
import type { MadeReturn } from '../../src/demo/make-returns.ts'
import { showProgress } from '../../src/process/progress.ts'
import { introduction, isAllAgreed } from '../../src/demo/report/report.ts'
import { returnsReport } from '../../src/demo/report/returns-report.ts'
import { writeTour } from '../../src/demo/tour.ts'
import { openInLibreOffice } from '../support/libre-office.ts'
import { readOds, readXlsx } from '../support/read-files.ts'
import { OPERATOR_KEY, startService } from '../support/service.ts'

const definitions = loadDefinitions([surveysFolder])
const [leicestershire] = definitions.portfolios.filter(({ id }) => id === 'leicestershire')
if (leicestershire === undefined) throw new Error('Leicestershire comes with the package')
const [victimFirst] = leicestershire.contracts
if (victimFirst === undefined) throw new Error('Victim First is its first contract')
const [group] = victimFirst.people
if (group === undefined) throw new Error('it has people')

/** Every count, its rest and its whole are 5 or more, so that nothing is hidden. */
const small: Portfolio = {
  ...leicestershire,
  contracts: [
    {
      ...victimFirst,
      published: [
        { measure: 'health-resolved', label: 'Health', percent: 67, rounding: 'half-up' },
        { measure: 'social-resolved', label: 'Social', percent: 50, rounding: 'half-up' },
      ],
      people: [
        {
          ...group,
          cases: 100,
          asked: [
            {
              instrument: 'victim-needs',
              then: 'end',
              endless: false,
              needs: { health: { atStart: 30, resolved: 20 }, social: { atStart: 10, resolved: 5 } },
            },
          ],
        },
        { ...group, cases: 20, asked: [] },
      ],
    },
  ],
}

const screen = { write: () => true }
const run = promisify(execFile)

t.test(
  'a small portfolio comes out of the service, and comes out the same when it is sent again',
  async (t) => {
    const service = await startService()
    t.teardown(() => service.stop())
    const { url } = service.server
    const folder = t.testdir()
    for (const time of ['first', 'second']) {
      const { answers, returns, examples, keyOf, revokeKeys } = await demonstrate(
        [small],
        { url, operatorKey: OPERATOR_KEY },
        { definitions, screen, returns: { folder, browser: undefined } },
        new AbortController().signal,
      )
      const [answer] = [...answers.values()]
      t.same(
        answer?.outcomes.completeness,
        { closedCases: 120, withStart: 100, paired: 100, rate: 5 / 6 },
        time,
      )
      t.same(
        answer?.outcomes.measures.map(({ measure, numerator, denominator }) => [
          measure,
          numerator,
          denominator,
        ]),
        [
          ['health-resolved', 20, 30],
          ['social-resolved', 5, 10],
        ],
        time,
      )
      t.ok(isAllAgreed([small], answers), time)
      if (time === 'first') await isWritten(t, returns, folder)

      const replies = await Promise.all(examples.map(({ line }) => answerTo(line)))
      t.same(
        replies.map(({ status }) => status),
        [200, 200, 404],
      )
      t.equal(replies[0]?.body.contract, 'victim-first')
      t.same(
        replies[1]?.body.revisions.map(({ revision }: { revision: number }) => revision),
        [1, 2],
        'sent again, a slip that was put right stays right',
      )
      const tour = await writeTour([small], { url, operatorKey: OPERATOR_KEY, keyOf })
      const asked = `. ${tour.path}; call $(key leicestershire-opcc) GET contracts/victim-first/outcomes?period=2019-20`
      const { stdout } = await run('bash', ['-c', asked])
      t.match(stdout, /^\{"contract":"victim-first".*\} 200\n$/, 'the tour knows the service and its keys')
      const erased = `contracts/victim-first/cases/VF-${time}`
      const erasing = `. ${tour.path}; P=$(key catch-22); call $P PUT ${erased} -d '{}' >&2; call $P DELETE ${erased}`
      t.equal((await run('bash', ['-c', erasing])).stdout, ' 204\n', 'and erases as the README does')
      await tour.remove()
      t.notOk(existsSync(tour.path))

      await revokeKeys()
      const { body } = await service.operate('GET', '/v1/organisations/leicestershire-opcc/keys')
      t.same(body.items, [], 'the keys that were shown are taken back')
    }
  },
)

/** The return is there in each format, says which it is in each, and is named. */
async function isWritten(t: Test, returns: readonly MadeReturn[], folder: string): Promise<void> {
  const name = 'moj-victims-2019-20-Q1'
  const files = ['json', 'csv', 'xlsx', 'ods', 'html'].map((extension) => `${name}.${extension}`)
  const [made] = returns
  t.same([returns.length, made?.folder, made?.files], [1, join(folder, 'leicestershire'), files])
  const file = (extension: string) => readFileSync(join(folder, 'leicestershire', `${name}.${extension}`))
  const said = JSON.parse(file('json').toString())
  t.match(said, { template: 'moj-victims', period: '2019-20-Q1', contracts: ['victim-first'] })
  t.match(said, { areaCode: 'E23000021', provisional: false, sha256: made?.answer.sha256 })
  t.match(
    file('csv').toString(),
    /\r\nE23000021,moj-victims,1,2019-20-Q1,1,draft,,demand,referred,referrals,/,
  )
  for (const [format, read] of [
    ['xlsx', readXlsx],
    ['ods', readOds],
  ] as const) {
    const sheets = read(file(format))
    const place = mkdtempSync(join(folder, 'opened-'))
    const opened = await openInLibreOffice(file(format), format, place)
    for (const [name, rows] of sheets) {
      for (const row of rows) t.notOk(row.includes(''), `${format} ${name}: no cell is empty`)
      const found = (opened?.get(name) ?? rows).map((row) => row.map(String))
      t.same(
        found,
        rows.map((row) => row.map(String)),
        `${format} ${name}`,
      )
    }
    t.match(sheets[0]?.[1][0]?.[0], /^Victims' services quarterly monitoring return, 2019-20-Q1$/)
    t.equal(sheets.length - 4, said.sections.length)
  }
  t.match(file('html').toString(), said.sha256)
  const shown = returnsReport(returns, folder)
  for (const one of files) t.ok(shown.includes(`    leicestershire/${one}\n`), one)
  t.match(shown, /There is no PDF, since no browser is on the PATH/)
  for (const line of shown.split('\n')) t.ok(line.length <= 100, line)
}

t.test('a demonstration that is broken off takes its keys back', async (t) => {
  const service = await startService()
  t.teardown(() => service.stop())
  const interruption = new AbortController()
  interruption.abort()
  const broken = demonstrate(
    [small],
    { url: service.server.url, operatorKey: OPERATOR_KEY },
    { definitions, screen, returns: { folder: t.testdir(), browser: undefined } },
    interruption.signal,
  )
  await t.rejects(broken, { name: 'AbortError' })
  const { body } = await service.operate('GET', '/v1/organisations/catch-22/keys')
  t.same(body.items, [])
})

/** Does what curl would with a printed line. */
async function answerTo(line: string): Promise<{ status: number; body: any }> {
  const [, authorization = '', address = ''] = /-H 'Authorization: (.+)' '(.+)'$/.exec(line) ?? []
  const reply = await fetch(address, { headers: { authorization } })
  return { status: reply.status, body: await reply.json() }
}

t.test('what is said first fits 100 columns', async (t) => {
  const said = introduction(definitions.portfolios)
  for (const line of said.split('\n')) t.ok(line.length <= 100, line)
  t.match(said, '25 contracts with 90 figures')
})

t.test('progress is a bar on a terminal and some lines anywhere else', async (t) => {
  const show = (isTTY: boolean, total: number): string => {
    const written: string[] = []
    const progress = showProgress({ isTTY, write: (text) => written.push(text) }, 'Sending', total)
    for (let n = 0; n < total; n++) progress.advance()
    progress.finish()
    return written.join('')
  }
  t.equal(
    show(false, 2000),
    'Sending: 500 of 2,000\nSending: 1,000 of 2,000\nSending: 1,500 of 2,000\nSending: 2,000 of 2,000\n',
  )
  t.equal(
    show(true, 2),
    `\rSending  ${'░'.repeat(30)}  0 of 2\rSending  ${'█'.repeat(15)}${'░'.repeat(15)}  1 of 2\rSending  ${'█'.repeat(30)}  2 of 2\n`,
  )
  t.equal(show(false, 0), '')
})

t.test('so many are on their way at a time, and none is begun after a failure', async (t) => {
  let atOnce = 0
  let most = 0
  const done: number[] = []
  await inFlight([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    most = Math.max(most, ++atOnce)
    await nextTurn()
    atOnce--
    done.push(item)
  })
  t.same(
    done.sort((a, b) => a - b),
    [1, 2, 3, 4, 5, 6, 7],
  )
  t.equal(most, 3)

  const begun: number[] = []
  await t.rejects(
    inFlight([1, 2, 3, 4, 5, 6, 7], 2, async (item) => {
      begun.push(item)
      await nextTurn()
      if (item === 2) throw new Error('the second one fails')
    }),
    new Error('the second one fails'),
  )
  await nextTurn()
  t.ok(begun.length <= 3)
})

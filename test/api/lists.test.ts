import t from 'tap'
import { contractOf } from '../support/people.ts'
import { startService, type TestService } from '../support/service.ts'

let service: TestService
let key: string

t.before(async () => {
  service = await startService()
  key = await service.join('prov', 'provider')
  await service.join('comm', 'commissioner')
  await service.operate('PUT', '/v1/contracts/c', contractOf('prov', 'comm'))
})
t.teardown(() => service.stop())

const put = (id: string, characteristics: object) =>
  service.send('PUT', `/v1/contracts/c/cases/${id}`, { key, body: { characteristics } })

t.test('the known lists are published', async (t) => {
  const { status, body } = await service.send('GET', '/v1/lists', { key })
  t.equal(status, 200)
  const items = body.items as Record<string, unknown>[]
  t.same(
    items.map(({ list, version, characteristic }) => [list, version, characteristic]),
    [
      ['age-band', 1, 'ageBand'],
      ['disability', 1, 'disability'],
      ['ethnicity', 1, 'ethnicity'],
      ['sex', 1, 'sex'],
    ],
  )
  t.match(items[1], {
    questions: [{ question: 'longTermCondition' }, { question: 'activitiesReduced' }],
    derived: [{ value: 'no', where: { longTermCondition: ['no'] } }],
  })
  t.match(items[2], {
    source: /NHS Data Dictionary/,
    values: [{ value: 'white-british', label: /^White: English/, codes: ['A'] }],
  })
})

t.test(
  "a code of the NHS's is kept as the harmonised value, and the same again changes nothing",
  async (t) => {
    const made = await put('one', { ethnicity: 'R' })
    t.match(made, { status: 201, body: { characteristics: { ethnicity: 'asian-chinese' } } })
    const again = await put('one', { ethnicity: 'R' })
    t.match(again, { status: 200, body: { updatedAt: made.body.updatedAt } })
    const read = await service.send('GET', '/v1/contracts/c/cases/one', { key })
    t.same(read.body.characteristics, { ethnicity: 'asian-chinese' })
    t.match(await put('two', { ethnicity: 'Q' }), {
      status: 422,
      body: { errors: [{ pointer: '/characteristics/ethnicity', detail: 'is no code of its list' }] },
    })
    t.match(await put('two', { ethnicity: 'White British' }), {
      status: 422,
      body: {
        errors: [{ pointer: '/characteristics/ethnicity', detail: /^must be a kebab-case identifier/ }],
      },
    })
    t.match(await put('two', { ethnicity: 'cornish' }), {
      status: 201,
      body: { characteristics: { ethnicity: 'cornish' } },
    })
  },
)

t.test('disability follows from what was asked', async (t) => {
  const asked = { longTermCondition: 'yes', activitiesReduced: 'a-little' }
  const whole = { ...asked, disability: 'yes' }
  t.same((await put('three', asked)).body.characteristics, whole)
  t.match(await put('three', whole), { status: 200, body: { characteristics: whole } })
  t.match(await put('three', { ...asked, disability: 'no', sex: 'X' }), {
    status: 422,
    body: {
      errors: [
        { pointer: '/characteristics/sex' },
        { pointer: '/characteristics/disability', detail: /^does not follow/ },
      ],
    },
  })
})

t.test('in bulk likewise', async (t) => {
  const table = 'case,characteristics.ethnicity,characteristics.longTermCondition\nb1,Z,no\nb2,X,\n'
  const { body } = await service.send('POST', '/v1/contracts/c/cases/bulk', {
    key,
    body: table,
    headers: { 'content-type': 'text/csv' },
  })
  t.match(body, { created: 1, rejected: 1, errors: [{ line: 3, ref: 'b2' }] })
  const read = await service.send('GET', '/v1/contracts/c/cases/b1', { key })
  t.same(read.body.characteristics, {
    ethnicity: 'prefer-not-to-say',
    longTermCondition: 'no',
    disability: 'no',
  })
})

import postgres from 'postgres'
import t from 'tap'
import { contractOf, londonDate, pointersOf } from '../support/people.ts'
import { OPERATOR_KEY, startService, type TestService } from '../support/service.ts'

let service: TestService
let owner: postgres.Sql
let key: string
let partner: string
let commissioner: string

t.before(async () => {
  // Without workers, marks stay and can be looked at.
  service = await startService({ workers: false })
  owner = postgres({ ...service.database.address, max: 1 })
  key = await service.join('prov', 'provider')
  partner = await service.join('part', 'provider')
  commissioner = await service.join('comm', 'commissioner')
  for (const contract of ['c', 'marked', 'life', 'listed']) {
    await service.operate('PUT', `/v1/contracts/${contract}`, {
      ...contractOf('prov', 'comm'),
      partners: ['part'],
    })
  }
  await service.join('other', 'provider')
  await service.operate('PUT', '/v1/contracts/theirs', contractOf('other', 'comm'))
})
t.teardown(async () => {
  await owner.end()
  await service.stop()
})

const ask = (method: string, path: string, body?: unknown, headers = {}, by = key) =>
  service.send(method, `/v1/contracts/${path}`, { key: by, body, headers })
const put = (ref: string, body: unknown, headers = {}) => ask('PUT', `c/contacts/${ref}`, body, headers)
const get = (ref: string) => ask('GET', `c/contacts/${ref}`)
const held = (changes: object = {}) => ({ cases: ['one'], on: '2019-01-09', kind: 'one-to-one', ...changes })

t.test('a contact is kept as it was sent', async (t) => {
  const body = {
    cases: ['VF-1', 'VF-2'],
    on: '2019-01-09',
    kind: 'group-session',
    minutes: 50,
    reached: false,
    attendees: 6,
    sourceUpdatedAt: '2026-11-22T02:10:00Z',
  }
  const made = await put('whole', body)
  t.equal(made.status, 201)
  const { receivedAt, ...rest } = made.body
  t.same(rest, { ...body, ref: 'whole', contract: 'c', revision: 1 })
  t.match(receivedAt, /^\d{4}-\d\d-\d\dT.*Z$/)
  const found = await get('whole')
  t.same([found.status, found.body, found.headers.etag], [200, made.body, made.headers.etag])

  const least = await put('least', held({ on: '2019-01-08T23:30:00-01:00' }))
  t.equal(least.status, 201)
  t.match(least.body, { cases: ['one'], on: '2019-01-09', reached: true })
  t.same(
    ['minutes', 'attendees', 'sourceUpdatedAt'].filter((name) => name in least.body),
    [],
  )
})

t.test('a case that is not known yet is made, and a contact dates nothing', async (t) => {
  t.equal((await put('makes', held({ cases: ['made-by-contact'] }))).status, 201)
  const { status, body } = await ask('GET', 'c/cases/made-by-contact')
  t.match([status, body.deliveredBy], [200, 'prov'])
  t.notOk(body.startedOn ?? body.closedOn ?? body.firstContactOn)
  const rows = await owner`
    select counted_on, in_support_from from cases where contract_id = 'c' and case_ref = 'made-by-contact'`
  t.same([...rows], [{ counted_on: null, in_support_from: null }])
  t.equal((await ask('PUT', 'c/cases/made-by-contact', {})).status, 200)
})

t.test('the same again changes nothing, a correction is the next revision', async (t) => {
  const steps = [
    held({ cases: ['b', 'a'] }),
    held({ cases: ['a'] }),
    held({ cases: ['a', 'c'], minutes: 10_080 }),
    held({ cases: ['c'], minutes: 10_080, kind: 'phone' }),
    held({ cases: ['c'], minutes: 10_080, kind: 'phone', reached: false }),
    held({ cases: ['c'], minutes: 10_080, kind: 'phone', reached: false, attendees: 0 }),
    held({ cases: ['c'], kind: 'phone', reached: false, attendees: 0, on: '2019-02-09' }),
  ]
  for (const [n, body] of steps.entries()) {
    const reply = await put('steps', body)
    t.same(
      [reply.status, reply.body.revision, reply.headers.etag],
      [n === 0 ? 201 : 200, n + 1, `"${n + 1}"`],
    )
    t.match(reply.body, { ...body, cases: body.cases.toSorted() })
    const again = await put('steps', { ...body, cases: body.cases.toReversed() })
    t.same([again.status, again.body], [200, reply.body], 'in whatever order')
    t.same((await get('steps')).body, reply.body)
  }
})

t.test('a write with an older sourceUpdatedAt changes nothing', async (t) => {
  const at = async (sourceUpdatedAt: string | undefined, minutes: number) => {
    const { status, body } = await put('late', held({ sourceUpdatedAt, minutes }))
    return [status, body.revision, body.minutes]
  }
  t.same(await at('2026-11-22T01:00:00Z', 1), [201, 1, 1])
  t.same(await at('2026-11-22T02:10:00+02:00', 2), [200, 1, 1], 'ten past midnight UTC')
  t.same(await at('2026-11-22T03:00:00Z', 1), [200, 1, 1], 'the same, said later')
  t.same(await at('2026-11-22T02:00:00Z', 3), [200, 1, 1], 'older than what was said later')
  t.same(await at('2026-11-22T03:00:00Z', 4), [200, 2, 4])
  t.same(await at(undefined, 5), [200, 3, 5], 'the last write wins')
})

t.test('If-Match is honoured', async (t) => {
  t.equal((await put('match', held(), { 'if-match': '*' })).status, 412)
  t.equal((await get('match')).status, 404)
  t.equal((await put('match', held())).status, 201)
  t.equal((await put('match', held({ minutes: 1 }), { 'if-match': '"2"' })).status, 412)
  t.equal((await put('match', held({ minutes: 1 }), { 'if-match': '"1"' })).body.revision, 2)
  t.equal((await ask('DELETE', 'c/contacts/match', undefined, { 'if-match': '"1"' })).status, 412)
  t.equal((await get('match')).status, 200)
  t.equal((await ask('DELETE', 'c/contacts/match', undefined, { 'if-match': '"2"' })).status, 204)
  t.equal((await put('match', held(), { 'if-match': '"2"' })).status, 412, 'a withdrawn one is not there')
})

const many = (n: number) => Array.from({ length: n }, (_, at) => `many-${at}`)
const faulty: [changes: object, pointers: string[]][] = [
  [{ cases: undefined, on: undefined, kind: undefined }, ['/cases', '/kind', '/on']],
  [{ cases: [] }, ['/cases']],
  [{ cases: 'one' }, ['/cases']],
  [{ cases: ['a', 'b', 'a'] }, ['/cases']],
  [{ cases: many(501) }, ['/cases']],
  [{ cases: ['fine', 'a b', 7] }, ['/cases/1', '/cases/2']],
  [{ on: londonDate(1) }, ['/on']],
  [{ on: '2019-02-30' }, ['/on']],
  [{ on: '2019-01-09T10:00:00' }, ['/on']],
  [{ on: '1989-12-31' }, ['/on']],
  [{ kind: 'One to one' }, ['/kind']],
  [{ kind: '' }, ['/kind']],
  [{ minutes: -1 }, ['/minutes']],
  [{ minutes: 10_081 }, ['/minutes']],
  [{ minutes: 1.5 }, ['/minutes']],
  [{ minutes: '5' }, ['/minutes']],
  [{ minutes: null }, ['/minutes']],
  [{ reached: 'yes' }, ['/reached']],
  [{ attendees: -1 }, ['/attendees']],
  [{ attendees: 0.5 }, ['/attendees']],
  [{ attendees: 2_147_483_648 }, ['/attendees']],
  [{ sourceUpdatedAt: '2026-11-22' }, ['/sourceUpdatedAt']],
  [{ ref: 'bad', colour: 'red' }, ['/colour', '/ref']],
  [{ on: londonDate(1), kind: 7, minutes: -1 }, ['/kind', '/minutes', '/on']],
]
for (const [changes, pointers] of faulty) {
  t.test(`${JSON.stringify(changes).slice(0, 60)} is refused by name`, async (t) => {
    const reply = await put('bad', held(changes))
    t.same([reply.status, pointersOf(reply)], [422, pointers])
    t.equal((await get('bad')).status, 404)
  })
}

t.test('the bounds themselves are taken', async (t) => {
  t.equal((await put('bounds', held({ cases: many(500), minutes: 10_080, attendees: 0 }))).status, 201)
  t.equal((await put('bounds', held({ cases: many(500), minutes: 0, on: londonDate() }))).status, 200)
  t.equal((await get('bounds')).body.cases.length, 500)
  const odd = await ask('PUT', 'c/contacts/a%20b', held())
  t.same([odd.status, pointersOf(odd)], [422, ['/ref']])
})

t.test('a withdrawn contact is not there until it is sent again', async (t) => {
  const refs = async () => (await ask('GET', 'c/contacts?case=w')).body.items.map((one: any) => one.ref)
  await put('w', held({ cases: ['w'] }))
  await put('w', held({ cases: ['w'], minutes: 5 }))
  t.same(await refs(), ['w'])
  const gone = await ask('DELETE', 'c/contacts/w')
  t.same([gone.status, gone.text], [204, ''])
  t.equal((await get('w')).status, 404)
  t.same(await refs(), [])
  t.equal((await ask('DELETE', 'c/contacts/w')).status, 404, 'once')
  t.equal((await ask('DELETE', 'c/contacts/never')).status, 404)
  t.equal((await ask('GET', 'c/cases/w')).status, 200, 'its case stays')
  const back = await put('w', held({ cases: ['w'], minutes: 5 }))
  t.same([back.status, back.body.revision], [201, 3])
  t.same((await get('w')).body, back.body)
  t.same(await refs(), ['w'])
})

t.test('contacts are listed by their refs, page by page, and by case', async (t) => {
  for (const [ref, cases] of [
    ['b', ['x', 'y']],
    ['a', ['x']],
    ['B', ['y', 'z']],
  ] as const) {
    await ask('PUT', `listed/contacts/${ref}`, held({ cases }))
  }
  const list = async (query: string) => {
    const { body } = await ask('GET', `listed/contacts?${query}`)
    return [body.items.map((one: any) => one.ref), body.next]
  }
  t.same(await list(''), [['B', 'a', 'b'], null])
  t.same(await list('case=x'), [['a', 'b'], null])
  t.same(await list('case=z'), [['B'], null])
  t.same(await list('case=nobody'), [[], null])
  const first = await ask('GET', 'listed/contacts?limit=1&case=y')
  t.same([first.body.items.length, first.body.items[0].cases], [1, ['y', 'z']], 'with all of its cases')
  t.match(first.headers.link, /rel="next"/)
  t.same(await list(`limit=1&case=y&cursor=${first.body.next}`), [['b'], null])
  for (const [query, pointer] of [
    ['limit=0', '/limit'],
    ['cursor=x', '/cursor'],
    ['case=a%20b', '/case'],
    ['kind=phone', '/kind'],
  ] as const) {
    const reply = await ask('GET', `listed/contacts?${query}`)
    t.same([reply.status, pointersOf(reply)], [422, [pointer]], query)
  }
})

t.test('a commissioner gets 404, an operator 403, another provider what a stranger gets', async (t) => {
  await put('secret', held())
  for (const [method, path, body] of [
    ['GET', 'contacts/secret', undefined],
    ['GET', 'contacts', undefined],
    ['PUT', 'contacts/secret', held()],
    ['PUT', 'contacts/secret', {}],
    ['DELETE', 'contacts/secret', undefined],
  ] as const) {
    const by = (who: string, contract = 'c') => ask(method, `${contract}/${path}`, body, {}, who)
    t.equal((await by(commissioner)).status, 404, `${method} ${path}`)
    t.equal((await by(commissioner)).text, (await by(commissioner, 'absent')).text)
    t.equal((await by(OPERATOR_KEY)).status, 403, `${method} ${path}`)
    t.equal((await by('wrong')).status, 401, `${method} ${path}`)
    const theirs = await by(key, 'theirs')
    t.same([theirs.status, theirs.text], [(await by(key, 'absent')).status, (await by(key, 'absent')).text])
    t.ok([404, 422].includes(theirs.status))
  }
  t.equal((await get('secret')).body.revision, 1)
})

t.test('a partner names only cases that it delivers itself', async (t) => {
  const asPartner = (method: string, path: string, body?: unknown) =>
    ask(method, `c/${path}`, body, {}, partner)
  await ask('PUT', 'c/cases/hidden', {})
  await put('hidden', held({ cases: ['hidden'] }))
  t.equal((await asPartner('PUT', 'contacts/own', held({ cases: ['own-1', 'own-2'] }))).status, 201)
  t.equal((await asPartner('GET', 'cases/own-1')).body.deliveredBy, 'part')
  t.equal((await asPartner('PUT', 'contacts/own', held({ cases: ['own-3'] }))).body.revision, 2)
  t.same((await asPartner('GET', 'contacts/own')).body.cases, ['own-3'], 'all its cases were changed at once')

  for (const [ref, cases] of [
    ['new', ['hidden']],
    ['new', ['own-1', 'hidden']],
    ['own', ['own-3', 'hidden']],
    ['hidden', ['own-1']],
  ] as const) {
    t.equal(
      (await asPartner('PUT', `contacts/${ref}`, held({ cases }))).status,
      404,
      `${ref} ${cases.join()}`,
    )
  }
  t.equal((await asPartner('GET', 'contacts/hidden')).status, 404)
  t.equal((await asPartner('DELETE', 'contacts/hidden')).status, 404)
  t.equal((await get('new')).status, 404)
  t.match((await get('hidden')).body, { cases: ['hidden'], revision: 1 })
  t.match((await get('own')).body, { cases: ['own-3'], revision: 2 })
  t.same(
    (await asPartner('GET', 'contacts')).body.items.map((one: any) => one.ref),
    ['own'],
  )
  t.same((await asPartner('GET', 'contacts?case=hidden')).body.items, [])

  t.equal((await asPartner('DELETE', 'contacts/own')).status, 204)
  t.equal((await asPartner('GET', 'contacts/own')).status, 404)
  t.equal((await asPartner('PUT', 'contacts/own', held({ cases: ['own-3'] }))).body.revision, 3)
})

t.test('a contact that names a case of somebody else, too, is not there for a partner', async (t) => {
  const asPartner = (method: string, path: string, body?: unknown, headers = {}) =>
    ask(method, `c/${path}`, body, headers, partner)
  const partners = async (query: string) =>
    (await asPartner('GET', `contacts?${query}`)).body.items.map((one: any) => one.ref)
  await ask('PUT', 'c/cases/not-theirs', {})
  await asPartner('PUT', 'cases/theirs', {})
  await put('joint', held({ cases: ['not-theirs', 'theirs'], minutes: 60 }))
  t.equal((await asPartner('PUT', 'contacts/alone', held({ cases: ['theirs'] }))).status, 201)
  t.same(await partners('case=theirs'), ['alone'])
  t.same(await partners('case=theirs&limit=1'), ['alone'])

  const absent = (await asPartner('GET', 'contacts/absent')).text
  const writes: [method: string, body?: unknown, headers?: object][] = [
    ['GET'],
    ['DELETE'],
    ['PUT', held({ cases: ['theirs'], minutes: 60 })],
    ['PUT', held({ cases: ['not-theirs', 'theirs'], minutes: 60 })],
    ['PUT', held({ cases: ['theirs', 'new-one'], on: '2019-02-09' })],
  ]
  for (const [method, body] of writes) {
    const reply = await asPartner(method, 'contacts/joint', body)
    t.same([reply.status, reply.text], [404, absent], `${method} ${JSON.stringify(body)}`)
  }
  const matched = await asPartner('DELETE', 'contacts/joint', undefined, { 'if-match': '"1"' })
  t.equal(matched.status, 404)
  t.match((await get('joint')).body, { cases: ['not-theirs', 'theirs'], revision: 1, minutes: 60 })
  t.equal((await ask('GET', 'c/cases/new-one')).status, 404)

  t.equal((await put('joint', held({ cases: ['theirs'] }))).body.revision, 2)
  const now = await asPartner('GET', 'contacts/joint?revisions=true')
  t.same([now.status, now.body.cases], [200, ['theirs']], 'once it is about its own cases alone')
  t.same(
    now.body.revisions.map((one: any) => one.revision),
    [2],
    'but not as it was before',
  )
  t.same(await partners('case=theirs'), ['alone', 'joint'])
  t.equal((await asPartner('PUT', 'contacts/joint', held({ cases: ['theirs', 'new-one'] }))).status, 200)
  t.same(
    (await get('joint?revisions=true')).body.revisions.map((one: any) => one.cases),
    [['not-theirs', 'theirs'], ['theirs'], ['new-one', 'theirs']],
  )

  await put('joint', held({ cases: ['not-theirs', 'theirs'] }))
  await ask('DELETE', 'c/contacts/joint')
  t.equal(
    (await asPartner('PUT', 'contacts/joint', held({ cases: ['theirs'] }))).status,
    404,
    'nor withdrawn',
  )
  await ask('PUT', 'c/cases/theirs', { deliveredBy: 'prov' })
  t.equal((await asPartner('GET', 'contacts/alone')).status, 404, 'its case has moved')
})

t.test('revisions are kept, whatever is corrected', async (t) => {
  const steps = [
    held({ cases: ['r-b', 'r-a'], minutes: 50 }),
    held({ cases: ['r-c'], minutes: 50, on: '2019-02-09' }),
    held({ cases: ['r-c'], kind: 'phone', reached: false, attendees: 3, on: '2019-02-09' }),
  ]
  for (const body of steps) await put('kept', body)
  await put('kept', steps[2])
  await ask('DELETE', 'c/contacts/kept')
  t.equal((await ask('GET', 'c/contacts/kept?revisions=true')).status, 404)
  await put('kept', held({ cases: ['r-a'] }))
  t.notOk('revisions' in (await get('kept')).body)
  t.notOk('revisions' in (await get('kept?revisions=false')).body)
  const { revisions, ...whole } = (await get('kept?revisions=true')).body
  t.same(whole, (await get('kept')).body)
  t.same(
    revisions.map(({ receivedAt: _, ...rest }: any) => rest),
    [
      {
        revision: 1,
        cases: ['r-a', 'r-b'],
        on: '2019-01-09',
        kind: 'one-to-one',
        minutes: 50,
        reached: true,
      },
      { revision: 2, cases: ['r-c'], on: '2019-02-09', kind: 'one-to-one', minutes: 50, reached: true },
      { revision: 3, cases: ['r-c'], on: '2019-02-09', kind: 'phone', reached: false, attendees: 3 },
      { revision: 4, cases: ['r-a'], on: '2019-01-09', kind: 'one-to-one', reached: true },
    ],
  )
  const received = revisions.map((one: any) => one.receivedAt)
  t.same(received, received.toSorted())
  t.equal(received[3], whole.receivedAt)
  for (const query of ['revisions=yes', 'revisions=']) {
    const reply = await get(`kept?${query}`)
    t.same([reply.status, pointersOf(reply)], [422, ['/revisions']])
  }
})

t.test('contacts that were received or corrected since', async (t) => {
  const about = held({ cases: ['since'] })
  for (const ref of ['since-1', 'since-2']) await put(ref, about)
  // A millisecond tells the correction from what was there before.
  const before = Date.parse((await get('since-2')).body.receivedAt)
  while (Date.now() <= before) await new Promise((resolve) => setImmediate(resolve))
  const { receivedAt } = (await put('since-1', { ...about, minutes: 5 })).body
  const refs = async (query: string) =>
    (await ask('GET', `c/contacts?case=since&${query}`)).body.items.map((one: any) => one.ref)
  t.same(await refs(`updatedSince=${receivedAt}`), ['since-1'], 'a correction is a change')
  t.same(await refs(`updatedSince=${new Date(before).toISOString()}`), ['since-1', 'since-2'])
  t.same(await refs(`updatedSince=${londonDate(2)}T00:00:00Z`), [])
  await put('since-2', about)
  t.same(await refs(`updatedSince=${receivedAt}`), ['since-1'], 'the same again is none')
  const first = await ask('GET', 'c/contacts?case=since&updatedSince=2019-01-01T00:00:00Z&limit=1')
  const link = new URL(/^<([^>]+)>/.exec(String(first.headers.link))?.[1] ?? '', 'http://x/')
  const second = await service.send('GET', link.pathname + link.search, { key })
  t.same(
    [...first.body.items, ...second.body.items].map((one: any) => one.ref),
    ['since-1', 'since-2'],
    'page by page',
  )
  for (const query of ['updatedSince=2019-02-30', 'updatedSince=2019-01-01T00:00:00']) {
    const reply = await ask('GET', `c/contacts?${query}`)
    t.same([reply.status, pointersOf(reply)], [422, ['/updatedSince']], query)
  }
})

/** The months marked since the last look. */
const marks = async (contract: string): Promise<number[]> => {
  const rows = await owner<{ month: number }[]>`
    delete from marks where contract_id = ${contract} returning month`
  return [...new Set(rows.map(({ month }) => month))].sort((a, b) => a - b)
}

t.test('each write marks the months of the contact and of its cases', async (t) => {
  const root = 'marked/contacts/k'
  await ask('PUT', 'marked/cases/march', { closedOn: '2019-03-05' })
  await ask('PUT', 'marked/cases/may', { closedOn: '2019-05-05' })
  await marks('marked')
  await ask('PUT', root, held({ cases: ['open'] }))
  t.same(await marks('marked'), [201901])
  await ask('PUT', root, held({ cases: ['open'] }))
  t.same(await marks('marked'), [], 'the same again')
  await ask('PUT', root, held({ cases: ['open', 'march'], on: '2019-02-09' }))
  t.same(await marks('marked'), [201901, 201902, 201903])
  await ask('PUT', root, held({ cases: ['may'], on: '2019-02-09' }))
  t.same(await marks('marked'), [201902, 201903, 201905], 'the case that it is no longer about, too')
  await ask('DELETE', root)
  t.same(await marks('marked'), [201902, 201905])
  await ask('PUT', root, held({ cases: ['open'], on: '2019-04-09' }))
  t.ok((await marks('marked')).includes(201904))
})

t.test('where anything is counted over the whole life, each write marks that', async (t) => {
  await ask('PUT', 'life/contacts/before', held())
  t.same(await marks('life'), [201901], 'not yet')
  await owner`update contracts set has_life_counts = true where contract_id = 'life'`
  const writes: [string, string, object | undefined, number[]][] = [
    ['PUT', 'contacts/k', held(), [0, 201901]],
    ['PUT', 'contacts/k', held(), []],
    ['PUT', 'contacts/k', held({ sourceUpdatedAt: '2026-01-01T00:00:00Z' }), []],
    ['PUT', 'contacts/k', held({ minutes: 5 }), [0, 201901]],
    ['DELETE', 'contacts/k', undefined, [0, 201901]],
    ['PUT', 'cases/open', { client: 'x' }, [0]],
    ['PUT', 'cases/open', { client: 'x' }, []],
  ]
  for (const [method, path, body, months] of writes) {
    t.ok((await ask(method, `life/${path}`, body)).status < 300)
    t.same(await marks('life'), months, `${method} ${path} ${JSON.stringify(body)}`)
  }
})

t.test('contacts that are sent at once about the same cases all arrive', async (t) => {
  const sent = Array.from({ length: 30 }, (_, n) => {
    const cases = ['at-1', 'at-2', `at-${n + 3}`]
    return {
      ref: `at-once-${n % 10}`,
      body: held({ cases: n % 2 === 0 ? cases : cases.toReversed(), minutes: n }),
    }
  })
  const replies = await Promise.all(sent.map(({ ref, body }) => put(ref, body)))
  t.same(
    replies.filter(({ status }) => status !== 200 && status !== 201).map(({ text }) => text),
    [],
  )
  t.equal(replies.filter(({ status }) => status === 201).length, 10)
  const { items } = (await ask('GET', 'c/contacts?case=at-1')).body
  t.same(
    items.map((one: any) => [one.revision, one.cases.length]),
    Array.from({ length: 10 }, () => [3, 3]),
  )
})

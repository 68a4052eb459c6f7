import { gzipSync } from 'node:zlib'
import type { SeededRandom } from '../../src/demo/people/seeded-random.ts'

/** In every value that is sent, so that an error that repeats one is found out. */
export const VALUE_MARK = 'zq9x'

/** One request as it goes over the wire. */
export interface Malformed {
  /** In a few words, for whoever has to find it again. */
  what: string
  bytes: Buffer
  /** It ends in its middle, or is no HTTP: then it may be answered by closing the connection. */
  mayBreak: boolean
}

export interface Keys {
  operator: string
  provider: string
  commissioner: string
}

interface Target {
  by: keyof Keys
  method: string
  path: string
  body: object
}

const assessment = {
  case: 'fuzz-case',
  instrument: 'victim-needs',
  stage: 'start',
  assessedOn: '2019-02-08',
  answers: { health: 1, 'personal-safety': 2 },
}

const contract = {
  title: 'Fuzz',
  provider: 'prov',
  commissioners: ['comm'],
  startsOn: '2018-04-01',
  endsOn: '2021-03-31',
  instruments: ['victim-needs'],
  measures: ['health-resolved'],
  minimumCount: 5,
  retention: { monthsAfterEnd: 6, hold: true },
  targets: { 'health-resolved': { green: 0.7, amber: 0.5 } },
}

const TARGETS: readonly Target[] = [
  {
    by: 'provider',
    method: 'PUT',
    path: 'contracts/drill-0/cases/fuzz-case',
    body: {
      client: 'fuzz-client',
      referredOn: '2019-01-02',
      startedOn: '2019-01-08',
      closedOn: '2019-04-02',
      closure: 'planned',
      cohorts: ['x'],
      crimeType: 'burglary',
      reportedToPolice: true,
      characteristics: { sex: 'female', ageBand: '18-24' },
      sourceUpdatedAt: '2019-04-02T10:00:00Z',
    },
  },
  { by: 'provider', method: 'PUT', path: 'contracts/drill-0/assessments/fuzz-ref', body: assessment },
  { by: 'provider', method: 'POST', path: 'contracts/drill-0/assessments', body: assessment },
  {
    by: 'provider',
    method: 'PUT',
    path: 'contracts/drill-0/contacts/fuzz-ref',
    body: { cases: ['fuzz-case'], on: '2019-02-09', kind: 'phone', minutes: 5, reached: true, attendees: 1 },
  },
  {
    by: 'provider',
    method: 'PUT',
    path: 'contracts/drill-0/figures/2019-20-Q1',
    body: { complaints: 1, commentary: 'x' },
  },
  {
    by: 'operator',
    method: 'PUT',
    path: 'organisations/fuzz',
    body: { name: 'Fuzz', kind: 'provider', areaCode: 'E07000129' },
  },
  { by: 'operator', method: 'POST', path: 'organisations/fuzz/keys', body: { label: 'x', scopes: ['read'] } },
  { by: 'operator', method: 'PUT', path: 'contracts/fuzz', body: contract },
  {
    by: 'commissioner',
    method: 'POST',
    path: 'returns',
    body: { template: 'moj-victims', period: '2019-20-Q1' },
  },
  { by: 'commissioner', method: 'POST', path: 'returns/none/submission', body: { signedOffBy: 'x' } },
  {
    by: 'commissioner',
    method: 'PUT',
    path: 'webhooks/fuzz',
    body: { url: 'http://127.0.0.1:9/', events: ['outcomes.changed'] },
  },
]

const READS: readonly [keyof Keys, string][] = [
  ['provider', 'contracts/drill-0/outcomes?period='],
  ['provider', 'contracts/drill-0/outcomes?period=2018-19&by='],
  ['provider', 'contracts/drill-0/trend?measure=personal-safety-resolved&last='],
  ['provider', 'contracts/drill-0/transitions?period=2018-19&score='],
  ['provider', 'contracts/drill-0/quality?period='],
  ['provider', 'contracts/drill-0/cases?limit='],
  ['provider', 'contracts/drill-0/cases?changedSince='],
  ['provider', 'contracts/drill-0/assessments?after='],
  ['provider', 'contracts/'],
  ['provider', 'contracts/drill-0/cases/'],
  ['commissioner', 'compare?period=2018-19&measure='],
  ['commissioner', 'returns/'],
  ['operator', 'organisations/'],
  ['operator', 'measures/'],
]

const deep = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth)

/** Values as they stand in JSON. */
const HOSTILE: readonly string[] = [
  ...[
    'null',
    'true',
    '-1',
    '0.1',
    '1e308',
    '1e400',
    '-1e400',
    '9007199254740993',
    '1E-999',
    '[]',
    '{}',
    '""',
  ],
  ...['"\\u0000"', '"\\ud800"', '"\\udc00x"', '"\\u202e"', '" "', '"2019-02-30"', '"9999-99-99"'],
  ...['{"__proto__":{"x":1}}', '{"constructor":{"prototype":1}}', '{"a":1,"a":2}', '[null]', '[[[[]]]]'],
  ...[`"${'x'.repeat(5000)}"`, '"0001-01-01"', '"2019-01-01T25:00:00Z"', '"\'; drop table cases; --"'],
  deep(200, '[', ']'),
  deep(200, '{"a":', '}').replace('{"a":}', '{"a":1}'),
].map((text) => text.replace(/^"(.*)"$/s, `"$1${VALUE_MARK}"`))

/** Pieces of paths and queries. */
const PIECES = [
  ...['%00', '%ff', '%', '%2e%2e%2f', '..', '%F0%9F%98%80', '', ' ', 'a'.repeat(2000), '1e400', '-1', '0'],
  ...[
    '2019-13',
    '2018-19-Q9',
    '9999-M13..0000-M00',
    '__proto__',
    '*',
    '[]',
    '%0d%0aX:1',
    'null',
    '&period=x',
  ],
].map((piece) => `${piece}${VALUE_MARK}`)

const HEADERS = [
  ...['If-Match: ', 'If-Match: "', 'Prefer: wait=', 'Idempotency-Key: ', 'Content-Type: ', 'Accept: '],
  ...['Authorization: ', 'Authorization: Bearer ', 'Content-Encoding: ', 'Expect: ', 'X-Forwarded-For: '],
  ...['Transfer-Encoding: ', 'Range: bytes=', 'Content-Length: '],
]

/** Makes malformed requests, the same at every run. */
export class Malformer {
  readonly #random: SeededRandom
  readonly #keys: Keys
  readonly #bomb = gzipSync(Buffer.alloc(100_000_000))

  constructor(random: SeededRandom, keys: Keys) {
    this.#random = random
    this.#keys = keys
  }

  next(): Malformed {
    const lot = this.#random.next()
    if (lot < 0.6) return this.#mutatedBody()
    if (lot < 0.75) return this.#hostileAddress()
    if (lot < 0.85) return this.#hostileHeader()
    return this.#rawBytes()
  }

  #oneOf<T>(items: readonly T[]): T {
    const item = items[this.#random.between(0, items.length - 1)]
    if (item === undefined) throw new RangeError('there must be something to choose from')
    return item
  }

  #request(
    { by, method, path }: Omit<Target, 'body'>,
    body: Buffer | string,
    headers: readonly string[] = ['Content-Type: application/json'],
    length = Buffer.byteLength(body),
  ): Buffer {
    const head = [
      `${method} /v1/${path} HTTP/1.1`,
      'Host: localhost',
      'Connection: close',
      ...(headers.some((header) => header.startsWith('Authorization'))
        ? []
        : [`Authorization: Bearer ${this.#keys[by]}`]),
      ...(length >= 0 && method !== 'GET' ? [`Content-Length: ${length}`] : []),
      ...headers,
    ]
    return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body)])
  }

  /** A good body with one to three members replaced, taken out, added or doubled. */
  #mutatedBody(): Malformed {
    const target = this.#oneOf(TARGETS)
    let text = JSON.stringify(target.body)
    for (let times = this.#random.between(1, 3); times > 0; times--) text = this.#mutated(text)
    return {
      what: `${target.method} ${target.path} ${text.slice(0, 200)}`,
      bytes: this.#request(target, text),
      mayBreak: false,
    }
  }

  #mutated(text: string): string {
    const value = this.#oneOf(HOSTILE)
    const members = [...text.matchAll(/"[\w-]+":("[^"]*"|-?[\d.]+|true|false|null)/g)]
    const member = members.length === 0 ? undefined : this.#oneOf(members)
    if (member === undefined || this.#random.chance(0.1)) return value
    const [whole, old = ''] = member
    const name = whole.slice(0, whole.length - old.length)
    const by = this.#oneOf([
      ...[`${name}${value}`, `${name}${value}`, `${name}${value}`],
      ...[`"extra":${value},${whole}`, `${whole},${whole}`, `"__proto__":${value}`],
    ])
    return text.slice(0, member.index) + by + text.slice(member.index + whole.length)
  }

  #hostileAddress(): Malformed {
    const [by, path] = this.#oneOf(READS)
    const method = this.#oneOf(['GET', 'GET', 'GET', 'DELETE', 'PUT', 'POST', 'PATCH'])
    const target = { by, method, path: path + this.#oneOf(PIECES) }
    // What is no HTTP at all is turned away before it is read.
    return {
      what: `${method} ${target.path.slice(0, 200)}`,
      bytes: this.#request(target, ''),
      mayBreak: false,
    }
  }

  #hostileHeader(): Malformed {
    const target = this.#oneOf(TARGETS)
    const name = this.#oneOf(HEADERS)
    const value = this.#oneOf([
      ...['', '\u00ff', '"*"', '-1', 'x'.repeat(3000), '99999999999999999999', 'gzip, gzip', 'chunked, x'],
      ...['application/json; charset=utf-16', 'text/plain', 'wait=-1', '"1", "2"', 'W/"1"', 'a\tb'],
    ])
    const headers = ['Content-Type: application/json', `${name}${value}${VALUE_MARK}`]
    const isFraming = /^(Transfer-Encoding|Content-Length|Expect)/.test(name)
    return {
      what: `${target.method} ${target.path} with ${name}${value.slice(0, 50)}`,
      bytes: this.#request(target, JSON.stringify(target.body), headers),
      mayBreak: isFraming,
    }
  }

  #rawBytes(): Malformed {
    const target = this.#oneOf(TARGETS)
    const json = JSON.stringify({ ...target.body, x: VALUE_MARK })
    const gzip = ['Content-Type: application/json', 'Content-Encoding: gzip']
    const chunked = ['Content-Type: application/json', 'Transfer-Encoding: chunked']
    const kinds: readonly [string, () => Buffer, boolean][] = [
      ['bad UTF-8', () => this.#request(target, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])), false],
      ['an overlong form', () => this.#request(target, Buffer.from([0x22, 0xc0, 0x80, 0x22])), false],
      ['a byte-order mark', () => this.#request(target, `\ufeff${json}`), false],
      ['a NUL', () => this.#request(target, json.replace('x', '\u0000')), false],
      ['nothing', () => this.#request(target, ''), false],
      ['half of it', () => this.#request(target, json.slice(0, json.length / 2)), false],
      ['depth 10,000 of arrays', () => this.#request(target, deep(10_000, '[', ']')), false],
      [
        'depth 10,000 of objects',
        () => this.#request(target, deep(10_000, '{"a":', '}').replace(':}', ':1}')),
        false,
      ],
      ['too large', () => this.#request(target, `{"x":"${'y'.repeat(1_100_000)}"}`), true],
      [
        'a length that is too large',
        () => this.#request(target, json, ['Content-Type: application/json'], 5_000_000),
        true,
      ],
      [
        'a length that is too small',
        () => this.#request(target, json, ['Content-Type: application/json'], 5),
        true,
      ],
      ['a gzip bomb', () => this.#request(target, this.#bomb, gzip), true],
      ['half a gzip', () => this.#request(target, this.#bomb.subarray(0, 2_000), gzip), false],
      ['no gzip', () => this.#request(target, json, gzip), false],
      [
        'cut-off chunks',
        () => this.#request(target, `5\r\n${json.slice(0, 5)}\r\n9\r\n{`, chunked, -1),
        true,
      ],
      ['a bad chunk', () => this.#request(target, `zz\r\n${json}\r\n0\r\n\r\n`, chunked, -1), true],
      ['no HTTP', () => Buffer.from(`\u0016\u0003\u0001${VALUE_MARK}\r\n\r\n`, 'latin1'), true],
      ['another HTTP', () => Buffer.from(`GET /${VALUE_MARK} HTTP/9.9\r\n\r\n`), true],
      [
        'large headers',
        () =>
          this.#request(target, json, [
            `X-Y: ${VALUE_MARK.repeat(10_000)}`,
            'Content-Type: application/json',
          ]),
        true,
      ],
      ['lines of a file', () => this.#lines(), false],
    ]
    const [what, make, mayBreak] = this.#oneOf(kinds)
    return { what: `${target.method} ${target.path}: ${what}`, bytes: make(), mayBreak }
  }

  #lines(): Buffer {
    const what = this.#oneOf(['cases', 'assessments', 'contacts'])
    const type = this.#oneOf(['text/csv', 'application/x-ndjson', 'application/json', 'text/csv; charset=x'])
    const lines = Array.from({ length: this.#random.between(0, 5) }, () => this.#oneOf(HOSTILE))
    const header = this.#oneOf(['case,closedOn', 'ref,case,instrument,stage', '"', 'a,a', ''])
    const target = { by: 'provider', method: 'POST', path: `contracts/drill-0/${what}/bulk` } as const
    return this.#request(target, [header, ...lines].join('\n'), [`Content-Type: ${type}`])
  }
}

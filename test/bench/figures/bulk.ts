import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { memoryOf, watchMemory } from '../memory.ts'
import { medianOf } from '../report.ts'
import { answersOf, ITEMS, type Stand } from '../stand.ts'
import { timed } from '../people.ts'

const CONTRACT = 'bulk'
const LINES = 100_000
const MANY_LINES = Number(process.env.BENCH_MANY_LINES ?? 1_000_000)
const LINES_A_CHUNK = 200
const ROWS_A_STATEMENT = 1_000

/** Start and end of one case after the other, of three years. */
const assessment = (name: string, n: number) => ({
  ref: `${name}-${n}`,
  case: `${name}-${n >> 1}`,
  instrument: 'victim-needs',
  stage: n % 2 ? 'end' : 'start',
  assessedOn:
    n % 2 ? `${2019 + ((n >> 1) % 2)}-${String(1 + ((n >> 1) % 12)).padStart(2, '0')}-28` : '2018-11-08',
  answers: answersOf(n),
})

/** Streams so many lines on one connection, and says how many a second were taken. */
async function send({ service, keys }: Stand, name: string, lines: number): Promise<number> {
  function* body(): Generator<string> {
    for (let first = 0; first < lines; first += LINES_A_CHUNK) {
      const many = Math.min(LINES_A_CHUNK, lines - first)
      yield Array.from({ length: many }, (_, at) => `${JSON.stringify(assessment(name, first + at))}\n`).join(
        '',
      )
    }
  }
  const url = `${service.url}/v1/contracts/${CONTRACT}/assessments/bulk`
  const milliseconds = await timed(async () => {
    const sent = request(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.provider}`, 'content-type': 'application/x-ndjson' },
    })
    const answered = new Promise<string>((resolve, reject) => {
      sent.once('error', reject)
      sent.once('response', (reply) => {
        reply
          .setEncoding('utf8')
          .toArray()
          .then((parts) => {
            resolve(parts.join(''))
          }, reject)
      })
    })
    await pipeline(Readable.from(body()), sent)
    const summary = JSON.parse(await answered) as { created?: number }
    if (summary.created !== lines) throw new Error(`of ${lines} lines ${summary.created} were taken`)
  })
  return (lines * 1000) / milliseconds
}

/** The same rows into the same tables, without a key, a check or a score. */
async function insertBare({ owner }: Stand, name: string, lines: number): Promise<number> {
  const milliseconds = await timed(async () => {
    for (let first = 0; first < lines; first += ROWS_A_STATEMENT) {
      const rows = Array.from({ length: ROWS_A_STATEMENT }, (_, at) => {
        const one = assessment(name, first + at)
        return { ...one, scores: ITEMS.map((item) => one.answers[item] ?? null) }
      })
      await owner.begin(async (sql) => {
        const given = sql`jsonb_to_recordset(${sql.json(rows)}) as r (ref text, "case" text, stage text, "assessedOn" date,
          answers jsonb, scores int[])`
        await sql`
          insert into cases (contract_id, case_ref, delivered_by, counted_on, in_support_from)
          select ${CONTRACT}, "case", 'p', max("assessedOn"), min("assessedOn") from ${given} group by "case"`
        await sql`
          insert into assessments (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage,
            respondent, response, assessed_on, answers, scores, received_at)
          select ${CONTRACT}, ref, 1, "case", 'victim-needs', 1, stage, 'self', 'completed', "assessedOn", answers,
            scores, now() from ${given}`
      })
    }
  })
  return (lines * 1000) / milliseconds
}

/** 100,000 assessments in one body on one connection. */
export async function benchBulk(stand: Stand): Promise<void> {
  await stand.makeContract(CONTRACT)
  await send(stand, 'warm', LINES / 10)
  const [ours, bare]: [number[], number[]] = [[], []]
  for (let repeat = 0; repeat < stand.repeats; repeat++) {
    bare.push(await insertBare(stand, `bare-${repeat}`, LINES))
    ours.push(await send(stand, `ours-${repeat}`, LINES))
  }
  stand.report.add({
    figure: 'bulk of assessments, NDJSON',
    ...{ values: ours, unit: '/s' },
    floor: { what: 'INSERT of 1,000 rows a statement', values: bare },
    reach: { atLeast: 0.6 },
    on: `${LINES.toLocaleString('en-GB')} lines of nine answers, one connection`,
  })
}

/** What the API grows by while a million lines come in. */
export async function benchMemory(stand: Stand): Promise<void> {
  const { report, service } = stand
  await stand.makeContract(CONTRACT)
  await send(stand, 'rest', LINES / 10)
  const pid = service.child.pid ?? 0
  const atRest = medianOf(await memoryOf(pid, 20))
  const watch = watchMemory(pid)
  const perSecond = await send(stand, 'many', MANY_LINES)
  const most = await watch.stop()
  report.add({
    figure: 'memory while lines stream in',
    ...{ values: [most - atRest], unit: 'MB' },
    reach: { atMost: 150 },
    on: `${MANY_LINES.toLocaleString('en-GB')} lines at ${Math.round(perSecond).toLocaleString('en-GB')}/s, over ${Math.round(atRest)} MB at rest`,
  })
}

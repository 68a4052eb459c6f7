import fc from 'fast-check'
import t from 'tap'
import { csvLine } from '../src/lines/csv-line.ts'
import { csvRecords } from '../src/lines/csv-records.ts'
import { jsonLines } from '../src/lines/json-lines.ts'
import { LONGEST_LINE, physicalLines } from '../src/lines/physical-lines.ts'

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}
const linesOf = (text: string | Uint8Array, size = 7, encoding?: string) =>
  physicalLines(inPieces(typeof text === 'string' ? Buffer.from(text) : text, size), encoding)
async function all<T>(things: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const one of things) found.push(one)
  return found
}

t.test('lines are the same however their bytes come', async (t) => {
  const text = '\uFEFFone\r\ntwo – €\n\n\r\nfive\rstill five\nno end'
  const expected = ['one', 'two – €', '', '', 'five\rstill five', 'no end'].map((line, index) => ({
    number: index + 1,
    text: line,
  }))
  for (const size of [1, 2, 3, 5, 100]) t.same(await all(linesOf(text, size)), expected, `pieces of ${size}`)
  t.same(await all(linesOf('')), [])
  t.same(await all(linesOf('\n')), [{ number: 1, text: '' }])
})

t.test('a line has at most 64 KiB', async (t) => {
  const longest = 'x'.repeat(LONGEST_LINE)
  for (const size of [1000, 1_000_000]) {
    const [first, second, third, fourth] = await all(
      linesOf(`${longest}\r\n${longest}y\n${longest}y\r\nlast`, size),
    )
    t.match(first, { number: 1, text: longest })
    t.same(
      [second, third].map((line) => line && 'fault' in line),
      [true, true],
    )
    t.same(fourth, { number: 4, text: 'last' })
  }
})

t.test('what is not in the encoding spoils its own line', async (t) => {
  const bytes = Buffer.from([0x61, 0x0a, 0x96, 0x0a, 0x62])
  t.same(await all(linesOf(bytes)), [
    { number: 1, text: 'a' },
    { number: 2, fault: 'must be text in UTF-8' },
    { number: 3, text: 'b' },
  ])
  t.same(await all(linesOf(bytes, 2, 'windows-1252')), [
    { number: 1, text: 'a' },
    { number: 2, text: '–' },
    { number: 3, text: 'b' },
  ])
  const upper = Buffer.from([0x80, 0x8a, 0x93, 0x99, 0x9f, 0xa3, 0xe9, 0xff])
  t.same(await all(linesOf(upper, 1, 'windows-1252')), [{ number: 1, text: '€Š“™Ÿ£éÿ' }])
})

t.test('records run over lines where a field is quoted', async (t) => {
  const records = csvRecords(linesOf('a,b\r\n\r\n"1\n2","say ""no"""\r\n,\n"",x\n'))
  t.same(await all(records), [
    { line: 1, fields: ['a', 'b'] },
    { line: 3, fields: ['1\n2', 'say "no"'] },
    { line: 5, fields: ['', ''] },
    { line: 6, fields: ['', 'x'] },
  ])
  t.same(await all(csvRecords(linesOf('a;"b;c"\n'), ';')), [{ line: 1, fields: ['a', 'b;c'] }])
})

t.test('a record that cannot be read spoils its first line only', async (t) => {
  const faultyLines = async (text: string) =>
    (await all(csvRecords(linesOf(text)))).map((record) => ('fault' in record ? -record.line : record.line))
  t.same(await faultyLines('a\n"b\nc\nd\n'), [1, -2, 3, 4], 'never closed')
  t.same(await faultyLines('a\n5" tall,x\nc\n'), [1, -2, 3], 'within a field')
  t.same(await faultyLines('"a"b\nc\n'), [-1, 2], 'closed too early')
  t.same(await faultyLines('"a\nb"c\nd\n'), [-1, -2, 3])
  t.same(await faultyLines(`"a\n${'b\n'.repeat(40_000)}"c"\n`), [
    -1,
    ...Array.from({ length: 40_001 }, (_, n) => n + 2),
  ])
})

t.test('what is written as CSV is read as it was', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', 'é') }), { minLength: 2 }),
      ),
      fc.integer({ min: 1, max: 9 }),
      async (rows, size) => {
        const text = rows.map((fields) => csvLine(fields)).join('')
        const read = await all(csvRecords(linesOf(text, size)))
        t.strictSame(
          read.map((record) => ('fields' in record ? record.fields : record.fault)),
          rows,
        )
      },
    ),
    { numRuns: 200 },
  )
})

t.test('a line of JSON is an object', async (t) => {
  const read = await all(jsonLines(linesOf('{"a":1}\n\n  \n[1]\nnull\n{"a":1\n"a"\n{}')))
  t.same(read, [
    { line: 1, value: { a: 1 } },
    ...[4, 5, 6, 7].map((line) => ({ line, fault: 'must be a JSON object' })),
    { line: 8, value: {} },
  ])
})

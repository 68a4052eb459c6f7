import t from 'tap'
import { returnSheets } from '../../src/domain/returns/return-sheets.ts'
import { asOds } from '../../src/files/ods.ts'
import { asXlsx } from '../../src/files/xlsx.ts'
import { CAUTION, expected, facts, template } from '../support/a-return.ts'
import { openInLibreOffice } from '../support/libre-office.ts'
import { all, partsOf, readOds, readXlsx, xmlOf } from '../support/read-files.ts'

/** Releasing statistics in spreadsheets, Government Analysis Function: each rule that a file can show. */

const workbook = returnSheets(facts, template)
const xlsx = asXlsx(workbook)
const ods = asOds(workbook)
const confirmed = { ...template, status: 'confirmed' } as const

for (const [format, read, bytes] of [
  ['xlsx', readXlsx, xlsx],
  ['ods', readOds, ods],
] as const) {
  t.test(`a small return as .${format}, cell by cell`, async (t) => {
    t.same(read(bytes), expected, 'numbers are numbers, and text stays text, whatever it begins with')
  })

  t.test(`.${format}: LibreOffice, where it is installed, finds the same in each cell`, async (t) => {
    const found = await openInLibreOffice(bytes, format, t.testdir())
    if (found === undefined) t.comment('LibreOffice is not installed here: our own reader has to do')
    const opened = found ?? new Map(read(bytes))
    t.equal(opened.size, expected.length)
    for (const [name, rows] of expected) {
      t.same(
        opened.get(name)?.map((row) => row.map(String)),
        rows.map((row) => row.map(String)),
        name,
      )
    }
  })

  t.test(`.${format}: no cell of a table is empty, none is merged, and no row is left out`, async (t) => {
    for (const [name, rows] of read(bytes)) {
      const [[title] = []] = rows
      t.ok(title, `${name} has its title in A1`)
      const head = rows.findIndex((row) => row.length > 1)
      rows.forEach((row, at) => {
        t.equal(row.length, head < 0 || at < head ? 1 : rows[head]?.length, `${name} ${at + 1}`)
        t.notOk(row.includes(''), `${name} ${at + 1}`)
      })
    }
    for (const [path, text] of partsOf(bytes)) {
      t.notMatch(text, /mergeCell|-spanned|covered-table-cell|repeated|<f>|table:formula/, path)
      if (/\.(xml|rels)$/.test(path)) t.ok(xmlOf(text), `${path} is well-formed`)
    }
  })

  t.test(`.${format}: the names of tabs are unique and short`, async (t) => {
    const names = read(bytes).map(([name]) => name)
    t.equal(new Set(names.map((name) => name.toLowerCase())).size, names.length)
    for (const name of names) t.match(name, /^[\w-]{1,31}$/)
  })

  t.test(`.${format}: every sheet says that the template is unconfirmed, and after what`, async (t) => {
    for (const [name, rows] of read(bytes)) t.same(rows[1], [CAUTION], name)
    const write = format === 'xlsx' ? asXlsx : asOds
    const sure = read(write(returnSheets(facts, confirmed)))
    t.notMatch(JSON.stringify(sure), /unconfirmed/i)
    t.match(JSON.stringify(sure), /Source of the template: made up <by hand>\./)
  })

  t.test(`.${format}: the same bytes for the same return, in any zone`, async (t) => {
    const write = format === 'xlsx' ? asXlsx : asOds
    const zone = process.env.TZ
    t.teardown(() => {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    })
    for (const other of ['Pacific/Kiritimati', 'America/Los_Angeles']) {
      process.env.TZ = other
      t.ok(write(returnSheets(structuredClone(facts), template)).equals(bytes), other)
    }
  })
}

t.test('.xlsx: title, language, tables with their heads, and contents that lead there', async (t) => {
  const parts = partsOf(xlsx)
  const core = xmlOf(parts.get('docProps/core.xml') ?? '')
  t.equal(all(core, 'dc:title')[0]?.textContent, 'Small "return" & more, 2025-26-Q1')
  t.equal(all(core, 'dc:language')[0]?.textContent, 'en-GB')
  t.notOk(parts.has('xl/tables/table1.xml'), 'the cover has no table')
  const table = xmlOf(parts.get('xl/tables/table5.xml') ?? '')
  t.equal(table.getAttribute('ref'), 'A4:F10')
  t.same(
    all(table, 'tableColumn').map((column) => column.getAttribute('name')),
    ['Row', 'Contract', 'Value', 'Unit', 'Status', 'Basis'],
  )
  const links = all(xmlOf(parts.get('xl/worksheets/sheet2.xml') ?? ''), 'hyperlink')
  t.same(
    links.map((link) => [link.getAttribute('ref'), link.getAttribute('location')]),
    [
      ['A5', "'Notes'!A1"],
      ['A6', "'Checks'!A1"],
      ['A7', "'1_demand'!A1"],
      ['A8', "'2_a-section-with-a-name-of-grea'!A1"],
    ],
  )
  const types = all(xmlOf(parts.get('[Content_Types].xml') ?? ''), 'Override').map((one) =>
    one.getAttribute('PartName')?.slice(1),
  )
  for (const path of types) t.ok(parts.has(path ?? ''), path ?? '')
})

t.test('.ods: its type comes first and plain; title, language and heads', async (t) => {
  const type = 'application/vnd.oasis.opendocument.spreadsheet'
  t.equal(ods.toString('latin1', 30, 38 + type.length), `mimetype${type}`)
  const parts = partsOf(ods)
  const meta = xmlOf(parts.get('meta.xml') ?? '')
  t.equal(all(meta, 'dc:title')[0]?.textContent, 'Small "return" & more, 2025-26-Q1')
  t.equal(all(meta, 'dc:language')[0]?.textContent, 'en-GB')
  t.match(parts.get('styles.xml'), 'fo:language="en" fo:country="GB"')
  const content = xmlOf(parts.get('content.xml') ?? '')
  t.equal(all(content, 'table:table-header-rows').length, 5, 'a head for each table')
  t.same(
    all(content, 'table:database-range').map((range) => range.getAttribute('table:target-range-address'))[3],
    "'1_demand'.A4:'1_demand'.F10",
  )
  t.match(parts.get('content.xml'), 'xlink:href="#&#39;1_demand&#39;.A1"')
})

t.test('a plan is told in words, colours too, and once a row', async (t) => {
  const [demand] = facts.content.sections
  const [all, words] = demand?.rows ?? []
  if (demand === undefined || all === undefined || words === undefined) throw new Error('they are there')
  const plan = { objective: 'Fewer', action: 'Do', leadAgency: 'PCC' }
  const rows = [
    { ...all, planned: { ...plan, acceptable: { atLeast: 10 }, rag: 'green' } as const },
    { ...words, planned: { ...plan, acceptable: { green: 50, amber: 40 }, rag: null } as const },
  ]
  const content = { ...facts.content, sections: [{ ...demand, rows }] }
  const table = returnSheets({ ...facts, content }, template).sheets.at(-1)?.table
  t.same(table?.columns.slice(6), ['Objective', 'Action', 'Lead agency', 'Acceptable', 'Colour'])
  t.same(
    table?.rows.map((row) => row.slice(6)),
    [
      ['Fewer', 'Do', 'PCC', 'at least 10', 'green'],
      ['[z]', '[z]', '[z]', '[z]', '[z]'],
      ['[z]', '[z]', '[z]', '[z]', '[z]'],
      ['Fewer', 'Do', 'PCC', 'green at least 50, amber at least 40', '[x]'],
      ['[z]', '[z]', '[z]', '[z]', '[z]'],
      ['[z]', '[z]', '[z]', '[z]', '[z]'],
    ],
  )
})

t.test('a draft, a publication, and a template that is not published any more', async (t) => {
  const draft = { ...facts, isSubmitted: false, provisional: true, areaCode: null }
  const [cover] = returnSheets({ ...draft, signedOffBy: null, submittedAt: null }, template).sheets
  t.ok(cover?.lines.includes('Return: version 2, draft, not submitted.'))
  t.ok(cover?.lines.includes('Provisional: the period, or its grace time, has not ended.'))
  t.ok(cover?.lines.includes('Area: no code is known.'))
  const notes = returnSheets(facts, { ...template, disclosure: 'publication' }).sheets[2]?.table?.rows
  t.match(JSON.stringify(notes), /nearest 5.*20 people or more/)
  const gone = returnSheets(facts, undefined)
  t.equal(gone.title, 'small, 2025-26-Q1')
  for (const { lines } of gone.sheets) t.match(lines[0], /^Unconfirmed: .* not published any more/)
  t.equal(gone.sheets.at(-1)?.table?.rows[0]?.[3], '[x]', 'its unit is not known')
})

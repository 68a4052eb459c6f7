import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { JSDOM, VirtualConsole } from 'jsdom'
import t from 'tap'
import { returnSheets } from '../../src/domain/returns/return-sheets.ts'
import { asHtml } from '../../src/files/html.ts'
import { CAUTION, expected, facts, template } from '../support/a-return.ts'
import { all, type Element } from '../support/read-files.ts'

const { html, contentSecurityPolicy } = asHtml(returnSheets(facts, template))

// It knows no margin boxes of a page, which it would tell at length.
const { window } = new JSDOM(html, { runScripts: 'outside-only', virtualConsole: new VirtualConsole() })
t.teardown(() => {
  window.close()
})
const page = window.eval('document.documentElement') as Element
const byId = (id: string) => window.eval(`document.getElementById('${id}')`) as Element
const gridOf = (table: Element | undefined): string[][] =>
  all(table ?? page, 'tr').map((row) => [...row.children].map((cell) => cell.textContent))

t.test('every section says what its sheet says, escaped', async (t) => {
  t.equal(page.getAttribute('lang'), 'en-GB')
  t.equal(all(page, 'title')[0]?.textContent, 'Small "return" & more, 2025-26-Q1')
  for (const [name, rows] of expected) {
    const section = byId(name)
    const heading = all(section, name === 'Cover' ? 'h1' : 'h2').map((one) => one.textContent)
    const lines = all(section, 'p').map((one) => one.textContent)
    t.same([...heading, ...lines], rows.filter((row) => row.length === 1).flat(), name)
    const table = all(section, 'table').at(-1)
    const cells = rows.filter((row) => row.length > 1).map((row) => row.map(String))
    t.same(table ? gridOf(table) : [], cells, name)
  }
  t.same(all(page, 'script'), [])
  t.match(html, '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;')
  t.notMatch(html, /<script|style=|\son\w+=|https?:\/\/(?!www\.w3\.org)/)
})

t.test('a chart of the percents, its numbers beside it', async (t) => {
  const outcomes = byId('2_a-section-with-a-name-of-grea')
  t.equal(all(page, 'svg').length, 1)
  const [svg] = all(outcomes, 'svg')
  if (svg === undefined) throw new Error('there is a chart')
  t.equal(svg.getAttribute('role'), 'img')
  const [name] = all(svg, 'title')
  t.equal(name?.getAttribute('id'), svg.getAttribute('aria-labelledby'))
  t.match(name?.textContent, 'Outcomes: percents over all contracts')
  // From -12.5 to 100 on 480 from 400: 0 is at 453.3, a percent 4.2667 wide.
  t.same(
    all(svg, 'rect').map((bar) => [bar.getAttribute('x'), bar.getAttribute('width')]),
    [
      ['453.3', '266.7'],
      ['400', '53.3'],
    ],
  )
  t.same(gridOf(all(outcomes, 'table')[0]), [
    ['Row', 'Percent'],
    ['Feel safer', '62.5'],
    ['Few', '[c]'],
    ['Nobody', '[x]'],
    ['Elsewhere', '[z]'],
    ['Need reduced', '-12.5'],
  ])
})

t.test('it may do nothing but use its own styles, which say on each printed page what it is', async (t) => {
  const style = all(page, 'style')[0]?.textContent ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  t.match(contentSecurityPolicy, `default-src 'none'; style-src 'sha256-${hash}';`)
  t.match(style, /@bottom-left \{ content: "Small \\22 return\\22 {2}.*Unconfirmed: /)
  t.notMatch(style, '<')
  t.ok(html.includes(CAUTION.replace('<', '&lt;').replace('>', '&gt;')))
  const sure = asHtml(returnSheets(facts, { ...template, status: 'confirmed' })).html
  t.notMatch(sure, /unconfirmed/i)
})

t.test('axe finds nothing', async (t) => {
  window.eval(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  // A document without a layout has no colours to compare.
  const run = "axe.run(document, { rules: { 'color-contrast': { enabled: false } } })"
  const { violations, passes } = (await window.eval(run)) as Record<'violations' | 'passes', { id: string }[]>
  t.same(violations, [])
  const passed = passes.map(({ id }) => id)
  t.ok(passed.includes('svg-img-alt') && passed.includes('html-has-lang'), 'it looked')
})

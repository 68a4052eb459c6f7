import { execFile } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { returnSheets } from '../../src/domain/returns/return-sheets.ts'
import { asHtml } from '../../src/files/html.ts'
import { findBrowser, printAsPdf } from '../../src/files/pdf.ts'
import { facts, template } from '../support/a-return.ts'

const { html } = asHtml(returnSheets(facts, template))

/** A program of a few lines of shell under a browser's name. */
function program(folder: string, name: string, script: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

t.test('a browser is the one that is named, else the first on the PATH', async (t) => {
  const [first, second] = [t.testdir({ a: {}, b: {} }) + '/a', t.testdirName + '/b']
  t.equal(await findBrowser({}), undefined)
  t.equal(await findBrowser({ PATH: `${first}:${second}`, WAYMARK_BROWSER: '' }), undefined)
  const chrome = program(second, 'google-chrome', 'exit 0')
  t.equal(await findBrowser({ PATH: `:${first}:${second}` }), chrome)
  const chromium = program(first, 'chromium', 'exit 0')
  t.equal(await findBrowser({ PATH: `${first}:${second}` }), chromium)
  t.equal(await findBrowser({ PATH: first, WAYMARK_BROWSER: chrome }), chrome)
  await t.rejects(findBrowser({ PATH: first, WAYMARK_BROWSER: join(second, 'chromium') }), {
    message: 'WAYMARK_BROWSER names no program that can be run.',
  })
})

t.test('it is given a page, a profile and no network; nothing is left behind', async (t) => {
  const folder = t.testdir()
  // Writes what it was asked, and the page, to where the PDF is wanted.
  const browser = program(
    folder,
    'chromium',
    `for one in "$@"; do case "$one" in --print-to-pdf=*) out="\${one#*=}";; file://*) page="\${one#file://}";; esac; done
printf '%s\\n' "$@" > "$out"; cat "$page" >> "$out"`,
  )
  const printed = (await printAsPdf(html, browser)).toString()
  t.ok(printed.endsWith(html), 'the page as it is')
  const asked = printed.slice(0, -html.length).split('\n')
  for (const one of ['--headless', '--export-tagged-pdf', '--host-resolver-rules=MAP * ~NOTFOUND']) {
    t.ok(asked.includes(one), one)
  }
  const profile = asked.find((one) => one.startsWith('--user-data-dir='))?.split('=')[1] ?? ''
  t.match(profile, join(tmpdir(), 'waymark-print-'))
  t.notOk(existsSync(join(profile, '..')), 'its folder is gone')
})

t.test('one that prints nothing is told of in its own words', async (t) => {
  const temporary = t.testdir({ temporary: {} }) + '/temporary'
  const { TMPDIR: before } = process.env
  process.env.TMPDIR = temporary
  t.teardown(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  })
  const browser = program(t.testdirName, 'chromium', 'echo "no display" >&2; exit 0')
  await t.rejects(printAsPdf(html, browser), { message: `${browser} printed no PDF: no display` })
  const failing = program(t.testdirName, 'chromium', 'echo "crashed" >&2; exit 3')
  await t.rejects(printAsPdf(html, failing), { message: `${failing} printed no PDF: crashed` })
  t.same(readdirSync(temporary), [], 'and leaves nothing behind')
})

const command = (path: string, args: string[], env: Record<string, string> = {}) =>
  new Promise<{ code: unknown; said: string }>((resolve) => {
    const options = { env: { PATH: path, ...env } }
    const program = ['--import', 'tsx', 'src/files/pdf-command.ts', ...args]
    execFile(process.execPath, program, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, said: stdout + stderr })
    })
  })

t.test('npm run pdf says where the PDF is, or why there is none', async (t) => {
  const folder = t.testdir({ 'return.html': html })
  const page = join(folder, 'return.html')
  t.same(await command(folder, []), { code: 2, said: 'npm run pdf -- <return.html>\n' })
  t.same(await command(folder, [page]), {
    code: 1,
    said: 'No browser is on the PATH: install Chromium, or name one in WAYMARK_BROWSER.\n',
  })
  t.notOk(existsSync(join(folder, 'return.pdf')))
  const absent = await command(folder, [join(folder, 'nothing.html')])
  t.match(absent, { code: 1, said: /ENOENT/ })
  const browser = await findBrowser(process.env)
  if (browser === undefined) return
  t.same(await command(folder, ['return.html'], { WAYMARK_BROWSER: browser, INIT_CWD: folder }), {
    code: 0,
    said: `${join(folder, 'return.pdf')}\n`,
  })
  t.ok(existsSync(join(folder, 'return.pdf')))
})

t.test('where a browser is there, the PDF is tagged, and says its title and language', async (t) => {
  const browser = await findBrowser(process.env)
  if (browser === undefined) {
    const page = join(t.testdir({ 'return.html': html }), 'return.html')
    t.match(await command(process.env.PATH ?? '', [page]), { code: 1, said: /^No browser is on the PATH/ })
    return
  }
  const pdf = (await printAsPdf(html, browser)).toString('latin1')
  t.match(pdf, /^%PDF-1\./)
  for (const mark of [
    /\/MarkInfo\s*<<\/Type \/MarkInfo\s*\/Marked true/,
    /\/Lang \(en-GB\)/,
    /\/Outlines /,
  ]) {
    t.match(pdf, mark)
  }
  const tags = (name: string): number => pdf.match(new RegExp(`/S /${name}\\b`, 'g'))?.length ?? 0
  // A cover and five sections; a table in each of the five, and one beside the chart.
  t.same([tags('H1'), tags('H2'), tags('Table'), tags('Figure')], [1, 5, 6, 1])
  // Contents 2 + 4, notes 2 + 6, checks 5 + 2, demand 6 + 6, outcomes 8 + 6, and the numbers of the chart 2 + 5.
  t.equal(tags('TH'), 54, 'heads of columns and of rows')
  t.match(pdf, 'Outcomes: percents over all contracts. The numbers are in the table beside it.')
})

import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { findBrowser, printAsPdf } from './pdf.ts'

/**
 * `npm run pdf -- return.html` prints a return's page, as `GET /v1/returns/{id}.html` gives it, as a tagged PDF beside it.
 * The exit code is 2 where it is called wrongly, and 1 where there is no browser or it prints none.
 */
const [given, ...others] = process.argv.slice(2)

/** npm runs scripts in the package's own folder. */
const fromHere = (path: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), path)

if (given === undefined || others.length > 0 || !given.endsWith('.html')) {
  process.stderr.write('npm run pdf -- <return.html>\n')
  process.exitCode = 2
} else {
  try {
    const page = fromHere(given)
    const html = await readFile(page, 'utf8')
    const browser = await findBrowser(process.env)
    if (browser === undefined) {
      throw new Error('No browser is on the PATH: install Chromium, or name one in WAYMARK_BROWSER.')
    }
    const pdf = page.replace(/\.html$/, '.pdf')
    await writeFile(pdf, await printAsPdf(html, browser))
    process.stdout.write(`${pdf}\n`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

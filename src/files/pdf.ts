import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

/** What Chromium and its kin are called where they are installed. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']

/**
 * The browser that prints: the program that WAYMARK_BROWSER names, else the first of Chromium's kin on the PATH.
 *
 * @returns its path; undefined if none is there
 * @throws {Error} if WAYMARK_BROWSER names what cannot be run: somebody meant that one, and no other
 */
export async function findBrowser(
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const { WAYMARK_BROWSER: wanted = '', PATH = '' } = env
  if (wanted !== '') {
    if (await isProgram(wanted)) return wanted
    throw new Error('WAYMARK_BROWSER names no program that can be run.')
  }
  const folders = PATH.split(delimiter).filter((folder) => folder !== '')
  for (const path of folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))) {
    if (await isProgram(path)) return path
  }
  return undefined
}

const isProgram = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

/** A large return takes some seconds; whatever hangs is ended. */
const LONGEST_MILLISECONDS = 60_000

/**
 * Prints a page as a tagged PDF, which a screen reader reads by its headings and tables: the browser, without a window, reads
 * a file in a folder of its own and may reach no network.
 *
 * @param browser its path, as `findBrowser` gives it
 * @throws {Error} if it prints none, in its own words
 */
export async function printAsPdf(html: string, browser: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'waymark-print-'))
  const [page, pdf] = [join(folder, 'page.html'), join(folder, 'page.pdf')]
  try {
    await writeFile(page, html)
    const args = [
      ...['--headless', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ...['--disable-extensions', '--host-resolver-rules=MAP * ~NOTFOUND', '--proxy-server=127.0.0.1:9'],
      // It refuses to run as root with its sandbox on. What it reads is our own page, which has no script.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...[`--user-data-dir=${join(folder, 'profile')}`, '--no-pdf-header-footer'],
      ...['--export-tagged-pdf', '--generate-pdf-document-outline'],
      ...[`--print-to-pdf=${pdf}`, pathToFileURL(page).href],
    ]
    const said = await promisify(execFile)(browser, args, {
      timeout: LONGEST_MILLISECONDS,
      killSignal: 'SIGKILL',
    }).then(({ stderr }) => stderr, reasonOf)
    return await readFile(pdf).catch(() => {
      throw new Error(`${browser} printed no PDF: ${lastLine(said)}`)
    })
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''

import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'csv-parse/sync'

/** Comma, double quotes, UTF-8, cells as they are kept and not as they are shown, and every sheet as a file of its own. */
const ALL_SHEETS_AS_CSV = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1'

/**
 * What LibreOffice finds in each sheet of a spreadsheet, by its name: every cell as text, without the empty ones at the end of
 * a row. Undefined where it is not installed.
 *
 * @param folder an empty one, for the files and a profile of its own
 */
export async function openInLibreOffice(
  bytes: Uint8Array,
  extension: 'xlsx' | 'ods',
  folder: string,
): Promise<Map<string, string[][]> | undefined> {
  const [file, out] = [join(folder, `sheet.${extension}`), join(folder, 'out')]
  await mkdir(out)
  await writeFile(file, bytes)
  const profile = `-env:UserInstallation=${pathToFileURL(join(folder, 'profile')).href}`
  const args = [
    profile,
    '--headless',
    '--norestore',
    '--convert-to',
    ALL_SHEETS_AS_CSV,
    '--outdir',
    out,
    file,
  ]
  try {
    await promisify(execFile)('soffice', args, { timeout: 120_000 })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const sheets = new Map<string, string[][]>()
  for (const name of await readdir(out)) {
    const rows: string[][] = parse(await readFile(join(out, name)), { relax_column_count: true })
    sheets.set(name.replace(/^sheet-|\.csv$/g, ''), rows.map(withoutEnd))
  }
  return sheets
}

const withoutEnd = (row: readonly string[]): string[] =>
  row.slice(0, row.findLastIndex((cell) => cell !== '') + 1)

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Portfolio } from '../definitions.ts'
import { isCounted } from '../domain/returns/checks.ts'
import { printAsPdf } from '../files/pdf.ts'
import type { ApiClient } from './client.ts'

const answerShape = z.object({
  id: z.string(),
  template: z.string(),
  period: z.string(),
  sha256: z.string(),
  contracts: z.array(z.string()),
  sections: z.array(z.object({ rows: z.array(z.object({ status: z.string() })) })),
  checks: z.array(z.object({ id: z.string(), level: z.string(), passed: z.boolean(), detail: z.string() })),
})

/** A return as the service says it. */
export type ReturnAnswer = z.output<typeof answerShape>

/** A return that was made, and where it lies. */
export interface MadeReturn {
  portfolio: Portfolio
  answer: ReturnAnswer
  folder: string
  /** Their names in the folder. */
  files: readonly string[]
  /** Why there is no PDF. */
  withoutPdf?: string
}

/** Where returns are written, and the browser that prints them. */
export interface ReturnPlace {
  folder: string
  /** Undefined: none is there. */
  browser: string | undefined
}

/** The return is JSON itself; each other format is the same address with its ending. The page comes first, to be printed. */
const FORMATS = ['csv', 'xlsx', 'ods'] as const

/** To ask makes the return anew, over all of its contracts: so that is not done oftener while they are still counted. */
const PAUSE_MILLISECONDS = 1000
const MOST_PAUSES = 60

/**
 * Has every portfolio's return made, waits until all is counted, and writes it in each format that the service has, with a
 * PDF of its page where a browser is there: one is written and printed while another is still counted.
 *
 * @throws {Error} if the service refuses, a return is not counted in a minute, or a check of level error fails
 */
export async function makeReturns(
  portfolios: readonly Portfolio[],
  clientOf: (organisation: string) => ApiClient,
  place: ReturnPlace,
): Promise<MadeReturn[]> {
  const made = await Promise.all(
    portfolios.map(async (portfolio): Promise<MadeReturn[]> => {
      const { commissioner, return: owed } = portfolio
      if (owed === undefined) return []
      const client = clientOf(commissioner.id)
      const answer = await askUntilCounted(client, { template: owed.template, period: owed.period.label })
      refuseFailed(answer)
      return [{ portfolio, answer, ...(await writeReturn(client, answer, portfolio.id, place)) }]
    }),
  )
  return made.flat()
}

async function askUntilCounted(
  client: ApiClient,
  body: { template: string; period: string },
): Promise<ReturnAnswer> {
  for (let pauses = 0; pauses < MOST_PAUSES; pauses++) {
    const answer = answerShape.parse(await client.post('/v1/returns', body))
    if (isCounted(answer.checks)) return answer
    await pause(PAUSE_MILLISECONDS)
  }
  throw new Error(`The return ${body.template} of ${body.period} is not counted after a minute.`)
}

function refuseFailed({ template, checks }: ReturnAnswer): void {
  const failed = checks.filter(({ level, passed }) => level === 'error' && !passed)
  if (failed.length === 0) return
  throw new Error(`The return ${template} fails: ${failed.map(({ detail }) => detail).join(' ')}`)
}

async function writeReturn(
  client: ApiClient,
  { id, template, period }: ReturnAnswer,
  portfolio: string,
  { folder: parent, browser }: ReturnPlace,
): Promise<Pick<MadeReturn, 'folder' | 'files' | 'withoutPdf'>> {
  const folder = join(parent, portfolio)
  const name = `${template}-${period}`
  await mkdir(folder, { recursive: true })
  const files: string[] = []
  const write = async (extension: string, bytes: Uint8Array): Promise<void> => {
    const file = `${name}.${extension}`
    await writeFile(join(folder, file), bytes)
    files.push(file)
  }
  // One that an earlier demo printed may say something else.
  await rm(join(folder, `${name}.pdf`), { force: true })
  const html = await client.download(`/v1/returns/${id}.html`)
  const writeOthers = async (): Promise<void> => {
    await write('json', await client.download(`/v1/returns/${id}`))
    for (const format of FORMATS) await write(format, await client.download(`/v1/returns/${id}.${format}`))
    await write('html', html)
  }
  const page = Buffer.from(html).toString()
  const [pdf] = await Promise.all([browser && printAsPdf(page, browser), writeOthers()])
  if (!pdf) return { folder, files, withoutPdf: 'no browser is on the PATH' }
  await write('pdf', pdf)
  return { folder, files }
}

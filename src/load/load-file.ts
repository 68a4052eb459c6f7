import { appendFile, rm } from 'node:fs/promises'
import { csvLine } from '../lines/csv-line.ts'
import { showProgress, type Screen } from '../process/progress.ts'
import { sendLines, type Fault, type Summary, type Target } from './bulk-client.ts'
import { BYTE_ORDER_MARK, openExport, type Entry, type ExportFile } from './export-file.ts'
import type { ExportMap } from './map.ts'
import { REASON, translationOf } from './translate.ts'

/** The service lists so many errors; sent so many at a time, every line that it rejects is told. */
const LINES_AT_ONCE = 1_000

export interface Loaded extends Omit<Summary, 'errors'> {
  /** Where the rejected lines are, to be mended and sent again; undefined if there are none. */
  rejectedFile: string | undefined
}

/**
 * Sends a case system's export to the service, and puts the lines that it rejects into a file beside it, with the reasons.
 *
 * @throws {Error} in one line, if the file cannot be read or the service does not take it at all
 */
export async function loadFile(
  path: string,
  { map, target, screen }: { map: ExportMap; target: Target; screen: Screen },
): Promise<Loaded> {
  const file = await openExport(path, map)
  const isJson = /\.(ndjson|jsonl)$/i.test(path)
  const format = isJson ? linesOfJson(file) : await table(file, map)
  const rejectedFile = `${path}.rejected.${isJson ? 'ndjson' : 'csv'}`
  await rm(rejectedFile, { force: true })

  const sum = { received: 0, created: 0, corrected: 0, unchanged: 0, rejected: 0 }
  const reject = async (lines: readonly string[]): Promise<void> => {
    if (lines.length === 0) return
    if (sum.rejected === 0) await appendFile(rejectedFile, format.head)
    await appendFile(rejectedFile, lines.join(''))
    sum.rejected += lines.length
  }
  let waiting: Prepared[] = []
  const progress = showProgress(screen, 'Sending', await count(format.prepared()))
  const send = async (): Promise<void> => {
    const good = waiting.filter((one) => 'body' in one)
    const found =
      good.length === 0
        ? undefined
        : await sendLines(target, format.type, format.bodyHead + good.map(({ body }) => body).join(''))
    for (const name of ['created', 'corrected', 'unchanged'] as const) sum[name] += found?.[name] ?? 0
    // The lines of what was sent are not those of the file.
    const faultsAt = new Map(found?.errors.map(({ line, errors }) => [line, errors]))
    let line = format.bodyHead === '' ? 1 : 2
    const reasons = waiting.map((one) => {
      if (!('body' in one)) return one.fault
      const faults = faultsAt.get(line)
      line += one.body.split('\n').length - 1
      return faults && format.reasonOf(faults)
    })
    await reject(
      waiting.flatMap((one, index) => {
        const reason = reasons[index]
        return reason === undefined ? [] : [one.rejected(`line ${one.line}: ${reason}`)]
      }),
    )
    sum.received += waiting.length
    progress.advance(waiting.length)
    waiting = []
  }
  try {
    for await (const one of format.prepared()) {
      waiting.push(one)
      if (waiting.length === LINES_AT_ONCE) await send()
    }
    if (waiting.length > 0) await send()
  } finally {
    progress.finish()
  }
  return { ...sum, rejectedFile: sum.rejected > 0 ? rejectedFile : undefined }
}

/** A line as it is sent, or why it cannot be, and as it is written with a reason if it comes to that. */
type Prepared = { line: number; rejected: (reason: string) => string } & (
  { body: string } | { fault: string }
)

/** How a kind of file is sent, and how its rejected lines are written. */
interface Format {
  type: string
  /** What comes before the lines, each time. */
  bodyHead: string
  /** What the file of rejected lines begins with. */
  head: string
  prepared: () => AsyncGenerator<Prepared>
  reasonOf: (faults: readonly Fault[]) => string
}

async function table(file: ExportFile, map: ExportMap): Promise<Format> {
  const first = await file.records().next()
  if (first.done === true) throw new Error('The file is empty.')
  if ('fault' in first.value) throw new Error(`line ${first.value.line}: ${first.value.fault}`)
  const header = first.value.content
  const translation = translationOf(header, map)
  // A file that was rejected before has reasons already.
  const kept = header.flatMap((name, index) => (name.trim() === REASON ? [] : [index]))
  const rejected =
    (fields: readonly string[]) =>
    (reason: string): string =>
      csvLine([...kept.map((index) => fields[index] ?? ''), reason], map.delimiter)
  return {
    type: 'text/csv',
    bodyHead: csvLine(translation.header),
    head: BYTE_ORDER_MARK + rejected(header)(REASON),
    async *prepared() {
      let isHeader = true
      for await (const entry of file.records()) {
        if (isHeader) {
          isHeader = false
          continue
        }
        yield prepare(entry)
      }
    },
    reasonOf: (faults) =>
      faults
        .map(({ pointer, detail }) => `${translation.nameOf(fieldAt(pointer))} ${detail}`.trim())
        .join('; '),
  }

  function prepare(entry: Entry<string[]>): Prepared {
    const { line } = entry
    if ('fault' in entry) return { line, fault: entry.fault, rejected: rejected([]) }
    const { content: fields } = entry
    if (fields.length === header.length)
      return { line, body: csvLine(translation.row(fields)), rejected: rejected(fields) }
    const fault = `has ${fields.length} fields where the header has ${header.length}`
    return { line, fault, rejected: rejected(fields) }
  }
}

/** The column of a place in a resource: `/answers/health` is `health`, `/characteristics/sex` is `characteristics.sex`. */
const fieldAt = (pointer: string): string =>
  pointer
    .replace(/^\/(answers\/)?/, '')
    .replaceAll('/', '.')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~')

function linesOfJson(file: ExportFile): Format {
  return {
    type: 'application/x-ndjson',
    bodyHead: '',
    head: '',
    async *prepared() {
      for await (const entry of file.objects()) {
        const { line } = entry
        if ('fault' in entry) {
          yield { line, fault: entry.fault, rejected: (reason) => `${JSON.stringify({ reason })}\n` }
          continue
        }
        const { [REASON]: _former, ...content } = entry.content as Record<string, unknown>
        yield {
          line,
          body: `${JSON.stringify(content)}\n`,
          rejected: (reason) => `${JSON.stringify({ ...content, [REASON]: reason })}\n`,
        }
      }
    },
    reasonOf: (faults) => faults.map(({ pointer, detail }) => `${pointer} ${detail}`.trim()).join('; '),
  }
}

async function count(all: AsyncIterable<Prepared>): Promise<number> {
  let lines = 0
  for await (const { line } of all) lines += Math.sign(line)
  return lines
}

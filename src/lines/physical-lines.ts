import { decoderOf } from './decoder.ts'

/** One line of a file, counted from 1; `fault` where it cannot be read. */
export type PhysicalLine = { number: number; text: string } | { number: number; fault: string }

/** In bytes, its end not counted. */
export const LONGEST_LINE = 64 * 1024

export const TOO_LONG = 'must be at most 64 KiB long'

const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d

/**
 * The lines of a stream of bytes, one after the other, holding no more than one of them. A line ends with LF or CRLF; a
 * byte-order mark is left out. What is too long, or not in the encoding, spoils its own line only.
 *
 * @param encoding as the WHATWG names it
 */
export async function* physicalLines(
  bytes: AsyncIterable<Uint8Array>,
  encoding = 'utf-8',
): AsyncGenerator<PhysicalLine> {
  const decoder = decoderOf(encoding)
  let number = 0
  let parts: Uint8Array[] = []
  let length = 0

  const add = (part: Uint8Array): void => {
    length += part.length
    // One byte more is kept: it may be the CR of the line's end.
    if (length <= LONGEST_LINE + 1) parts.push(part)
    else parts = []
  }
  const finish = (): PhysicalLine => {
    number++
    const line = parts.length === 1 ? parts[0] : Buffer.concat(parts)
    const all = line?.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line
    const isTooLong = length > LONGEST_LINE + 1 || (all?.length ?? 0) > LONGEST_LINE
    parts = []
    length = 0
    return isTooLong ? { number, fault: TOO_LONG } : decode(all, number)
  }
  const decode = (line: Uint8Array | undefined, at: number): PhysicalLine => {
    try {
      const text = decoder.decode(line)
      return { number: at, text: at === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text }
    } catch {
      return { number: at, fault: `must be text in ${decoder.encoding.toUpperCase()}` }
    }
  }

  for await (const chunk of bytes) {
    let from = 0
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, to))
      yield finish()
      from = to + 1
    }
    if (from < chunk.length) add(chunk.subarray(from))
  }
  if (length > 0) yield finish()
}

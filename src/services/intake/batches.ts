import type { Line } from './line.ts'

const LARGEST_BATCH = 300

/** Groups lines for a unit of work each, in their order; a reference occurs once in a group. */
export async function* batches<Body>(
  lines: AsyncIterable<Line<Body>>,
): AsyncGenerator<readonly Line<Body>[]> {
  let batch: Line<Body>[] = []
  let refs = new Set<string>()
  for await (const line of lines) {
    const isRepeated = line.ref !== undefined && refs.has(line.ref)
    if (isRepeated || batch.length === LARGEST_BATCH) {
      yield batch
      batch = []
      refs = new Set()
    }
    batch.push(line)
    if (line.ref !== undefined) refs.add(line.ref)
  }
  if (batch.length > 0) yield batch
}

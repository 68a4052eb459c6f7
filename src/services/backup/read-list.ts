import { Contents, Unusable } from './backup-file.ts'
import { readErasure, type ListedErasure } from './erase-again.ts'
import { readPacked } from './packed-file.ts'

/** A list of erasures, and its lines as they stand in the file. */
export interface ErasuresList {
  lines: readonly string[]
  list: readonly ListedErasure[]
}

/** @throws {Unusable} if the file is damaged, or no list of this installation's */
export async function readList(path: string, installation: string): Promise<ErasuresList> {
  const contents = new Contents()
  const lines: string[] = []
  for await (const rows of readPacked(path, contents)) lines.push(...rows.lines)
  const head = contents.finish()
  if (head.waymark !== 'erasures') throw new Unusable('The list of erasures is none.')
  if (head.installation !== installation)
    throw new Unusable(
      'The list of erasures is of another installation, whose hashes are under another secret.',
    )
  return { lines, list: lines.map(readErasure) }
}

import { randomUUID } from 'node:crypto'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Problem } from '../../domain/problem.ts'
import { LONGEST_LINE } from '../../lines/physical-lines.ts'

/** As many bytes as the most lines that mode=atomic takes can have. */
const LARGEST = 100_000 * (LONGEST_LINE + 2)

/** A body that can be read several times, from its beginning. */
export interface Spool {
  read: () => AsyncIterable<Uint8Array>
  close: () => Promise<void>
}

/**
 * Puts a body aside, so that a transaction over all of it lasts as long as the work, and not as long as the sender takes. The
 * file has no name from the beginning: nobody can open it, and it is gone with the process.
 */
export async function spool(bytes: AsyncIterable<Uint8Array>): Promise<Spool> {
  const path = join(tmpdir(), `waymark-${randomUUID()}`)
  const file = await open(path, 'wx+', 0o600)
  await unlink(path)
  try {
    let length = 0
    for await (const chunk of bytes) {
      length += chunk.length
      if (length > LARGEST) throw new Problem('too-large', 'The body is larger than is taken at once.')
      await file.writeFile(chunk)
    }
  } catch (error) {
    await file.close()
    throw error
  }
  return {
    read: () => piecesOf(file),
    close: () => file.close(),
  }
}

const PIECE = 64 * 1024

/** From the beginning. Not the file's own stream: where its reader breaks off, that closes the file. */
async function* piecesOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let at = 0; ;) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(PIECE), 0, PIECE, at)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
  }
}

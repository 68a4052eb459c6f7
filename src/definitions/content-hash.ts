import { createHash } from 'node:crypto'

/** SHA-256 in hex of what a definition says: comments, layout and the order of its fields do not matter. */
export const contentHash = (content: unknown): string =>
  createHash('sha256').update(JSON.stringify(content, inOrder)).digest('hex')

/** Fields by name; a list stays in its own order, which means something. */
const inOrder = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

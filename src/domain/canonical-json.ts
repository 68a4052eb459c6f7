/** JSON that is the same for the same content: fields by name, since their order means nothing; a list stays in its own. */
export const canonicalJson = (content: unknown): string => JSON.stringify(content, inOrder)

const inOrder = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

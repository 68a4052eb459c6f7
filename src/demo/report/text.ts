/** What is printed fits a terminal of this width. */
const COLUMNS = 100

/** Words in lines that fit. */
export function wrapped(words: string, indent = 0): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of words.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`
    if (indent + longer.length > COLUMNS && line !== '') {
      lines.push(line)
      line = word
    } else {
      line = longer
    }
  }
  return [...lines, line].map((one) => ' '.repeat(indent) + one)
}

interface Layout {
  indent: number
  /** As wide as the longest cell unless said. */
  widths?: readonly number[]
  /** Words to the left, figures to the right: the first column to the left and the others to the right unless said. */
  sides?: readonly ('left' | 'right')[]
}

/** Rows in columns, a space between them. */
export function inColumns(rows: readonly (readonly string[])[], { indent, widths, sides }: Layout): string[] {
  const columns = Math.max(...rows.map((row) => row.length))
  const width = (column: number): number =>
    widths?.[column] ?? Math.max(...rows.map((row) => row[column]?.length ?? 0))
  const written = (cell: string, column: number): string => {
    const side = sides?.[column] ?? (column === 0 ? 'left' : 'right')
    return side === 'left' ? cell.padEnd(width(column)) : cell.padStart(width(column))
  }
  return rows.map((row) => {
    const cells = Array.from({ length: columns }, (_, column) => written(row[column] ?? '', column))
    return (' '.repeat(indent) + cells.join(' ')).trimEnd()
  })
}

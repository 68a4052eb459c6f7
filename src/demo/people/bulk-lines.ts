import type { Write } from './case-system.ts'

/** What is sent at once: lines of one kind, by one organisation. */
export interface Bulk {
  path: string
  by: string
  lines: object[]
}

const KINDS = { cases: 'case', assessments: 'ref', contacts: 'ref' } as const

const isKind = (kind: string): kind is keyof typeof KINDS => kind in KINDS

/** So many lines a request, so that progress shows. */
const LINES_AT_ONCE = 1000

/** The same writes as lines of files: cases first, since the others are about them. What has no line stays as it is. */
export function bulkOf(writes: readonly Write[]): { bulks: Bulk[]; others: Write[] } {
  const files = new Map<string, Bulk>()
  const others: Write[] = []
  for (const write of writes) {
    const [kind = '', ref = ''] = write.path.split('/')
    if (!isKind(kind) || write.method === 'POST') {
      others.push(write)
      continue
    }
    const line = write.method === 'DELETE' ? { ref, withdrawn: true } : { [KINDS[kind]]: ref, ...write.body }
    const name = `${kind} ${write.by}`
    const file = files.get(name) ?? { path: `${kind}/bulk`, by: write.by, lines: [] }
    file.lines.push(line)
    files.set(name, file)
  }
  const order = Object.keys(KINDS)
  const inOrder = [...files.values()].sort(
    (a, b) => order.indexOf(a.path.split('/')[0] ?? '') - order.indexOf(b.path.split('/')[0] ?? ''),
  )
  return { bulks: inOrder.flatMap(inParts), others }
}

const inParts = ({ lines, ...file }: Bulk): Bulk[] =>
  Array.from({ length: Math.ceil(lines.length / LINES_AT_ONCE) }, (_, part) => ({
    ...file,
    lines: lines.slice(part * LINES_AT_ONCE, (part + 1) * LINES_AT_ONCE),
  }))

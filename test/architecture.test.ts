import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import t from 'tap'

/** Who may import whom. Imports go one way: server → app → routes → services → store → domain. */
const layers: Readonly<Record<string, readonly string[]>> = {
  'src/domain': ['src/domain'],
  'src/store': ['src/store', 'src/domain', 'src/database-address.ts', 'src/process/package-file.ts'],
  'src/services': ['src/services', 'src/store', 'src/domain', 'src/definitions.ts'],
  'src/definitions': ['src/definitions', 'src/domain', 'src/process/package-file.ts'],
  'src/embedded-postgres': ['src/embedded-postgres', 'src/database-address.ts'],
  'src/queue': ['src/queue', 'src/jobs.ts', 'src/database-address.ts', 'src/domain'],
  'src/lines': ['src/lines'],
  'src/files': ['src/files', 'src/domain'],
  'src/load': ['src/load', 'src/lines', 'src/process'],
  'src/routes': [
    'src/routes',
    'src/services',
    'src/store',
    'src/domain',
    'src/lines',
    'src/files',
    'src/process/metrics.ts',
  ],
}

/** Packages that rules may use: they compute, and know nothing of the world outside. */
const packagesOfDomain = new Set(['jstat'])

const files = ['src', 'workers', 'drizzle'].flatMap(listFiles)
const importsOf = new Map(files.map((file) => [file, readImports(file)]))

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => /(?<!\.d)\.ts$/.test(name))
}

interface Import {
  name: string
  isType: boolean
}

/** What a file imports: own files by their path from the root, packages by their name. */
function readImports(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s)?[^'"]*?\sfrom\s+'([^']+)'|^import\s+'([^']+)'/gm,
  )
  return [...statements].map(([, type, from, bare]) => {
    const name = from ?? bare ?? ''
    return {
      name: name.startsWith('.') ? normalize(join(dirname(file), name)) : name,
      isType: type !== undefined,
    }
  })
}

const isWithin = (file: string, place: string): boolean => file === place || file.startsWith(`${place}/`)
const isOwn = (name: string): boolean => /^(src|workers|drizzle|test)\//.test(name)

for (const [layer, allowed] of Object.entries(layers)) {
  t.test(`${layer} imports only ${allowed.join(', ')}`, async (t) => {
    const within = files.filter((file) => isWithin(file, layer) || file === `${layer}.ts`)
    t.ok(within.length > 0)
    for (const file of within) {
      const strangers = (importsOf.get(file) ?? [])
        .filter(({ name }) => isOwn(name) && !allowed.some((place) => isWithin(name, place)))
        .map(({ name }) => name)
      t.same(strangers, [], file)
    }
  })
}

t.test('rules know no database, HTTP, clock or environment', async (t) => {
  for (const file of files.filter((name) => isWithin(name, 'src/domain'))) {
    const packages = (importsOf.get(file) ?? []).filter(
      ({ name }) => !isOwn(name) && !packagesOfDomain.has(name),
    )
    t.same(packages, [], `${file} imports no package`)
    const text = readFileSync(file, 'utf8')
    t.notMatch(
      text,
      /new Date\(\)|Date\.now|process\.|performance\.|setTimeout|Math\.random/,
      `${file} reads no clock`,
    )
  }
})

t.test('routes take only types from the store', async (t) => {
  for (const file of files.filter((name) => isWithin(name, 'src/routes'))) {
    const values = (importsOf.get(file) ?? []).filter(
      ({ name, isType }) => isWithin(name, 'src/store') && !isType,
    )
    t.same(values, [], file)
  }
})

t.test('SQL stands in the store only', async (t) => {
  const elsewhere = ['src/domain', 'src/services', 'src/routes', 'workers', 'src/demo']
  for (const file of files.filter((name) => elsewhere.some((place) => isWithin(name, place)))) {
    t.notMatch(
      readFileSync(file, 'utf8'),
      /sql`|\binsert into\b|\bdelete from\b|\bselect\s[^']*\sfrom\s/i,
      file,
    )
  }
})

t.test(
  'of what is read and returned, only exact returns and late cases ask in the role that reads people',
  async (t) => {
    const takers = files.filter(
      (name) =>
        ['src/services/outcomes', 'src/services/returns'].some((place) => isWithin(name, place)) &&
        readFileSync(name, 'utf8').includes("role: 'worker'"),
    )
    t.same(
      takers.sort(),
      ['changes-since.ts', 'gather-figures.ts'].map((name) => `src/services/returns/${name}`),
    )
  },
)

t.test('only the two processes put the house together', async (t) => {
  const builders = files.filter((file) =>
    (importsOf.get(file) ?? []).some(({ name, isType }) => name === 'src/compose.ts' && !isType),
  )
  t.same(builders.sort(), ['src/server.ts', 'workers/index.ts'])
})

t.test('workers reach the house through services only', async (t) => {
  for (const file of files.filter((name) => isWithin(name, 'workers'))) {
    const inner = (importsOf.get(file) ?? []).filter(
      ({ name }) => isWithin(name, 'src/store') || isWithin(name, 'src/routes'),
    )
    t.same(inner, [], file)
  }
})

t.test('nothing imports in a ring', async (t) => {
  const done = new Set<string>()
  const visit = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) throw new Error(`a ring: ${[...way.slice(way.indexOf(file)), file].join(' → ')}`)
    if (done.has(file)) return
    for (const { name, isType } of importsOf.get(file) ?? []) {
      if (isOwn(name) && !isType) visit(name, [...way, file])
    }
    done.add(file)
  }
  t.doesNotThrow(() => {
    for (const file of files) visit(file, [])
  })
})

t.test('a folder holds a dozen files at most', async (t) => {
  const counts = new Map<string, number>()
  for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
  for (const [folder, count] of counts) {
    // Statistics are one idea a file.
    if (folder === 'src/domain/statistics') continue
    t.ok(count <= 12, `${folder} has ${count} files`)
  }
})

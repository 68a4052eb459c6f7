import type { jsonSchemaTransformObject } from 'fastify-type-provider-zod'

type Document = ReturnType<typeof jsonSchemaTransformObject>

interface Operation {
  parameters?: { name: string; in: 'path' | 'query' | 'header'; description: string; schema: object }[]
  responses: Record<
    string,
    { headers?: Record<string, object>; content?: Record<string, { schema: object }> }
  >
}

const words = { schema: { type: 'string' } } as const

const TAKEN = {
  'If-Match': 'ETags of the state that is meant; if there is another meanwhile, 412.',
  Prefer: '`wait=10` waits up to so many seconds for pending work, at most 60.',
} as const

const GIVEN = {
  ETag: 'Of this state; as If-Match it refuses to change a later one.',
  Link: '`rel="next"`: the next page, where there is one.',
  Location: 'Where the return is.',
} as const

/** Single resources that are not put by their clients. */
const MADE_HERE = [
  'POST /v1/contracts/{contract}/assessments',
  'POST /v1/returns',
  'POST /v1/returns/{id}/submission',
  'GET /v1/returns/{id}',
  'GET /v1/returns/{id}.csv',
  'GET /v1/returns/{id}.xlsx',
  'GET /v1/returns/{id}.ods',
  'GET /v1/returns/{id}.html',
  'GET /v1/instruments/{id}@{version}',
]

const WAITING = ['outcomes', 'transitions', 'quality'].map((name) => `GET /v1/contracts/{contract}/${name}`)

/**
 * Says of each operation which headers it takes and gives. They go by kinds of routes and not by routes, so that no route
 * names them: what can be put carries an ETag and honours If-Match, and a list links to its next page.
 */
export function nameHeaders(document: Document): Document {
  if (!('paths' in document)) return document
  for (const [path, methods] of Object.entries(document.paths ?? {})) {
    if (methods === undefined) continue
    for (const [method, operation] of Object.entries<Operation>(methods as never)) {
      nameThoseOf(operation, { name: `${method.toUpperCase()} ${path}`, method, isPut: 'put' in methods })
    }
  }
  return document
}

function nameThoseOf(
  operation: Operation,
  { name, method, isPut }: { name: string; method: string; isPut: boolean },
): void {
  const take = (header: keyof typeof TAKEN): void => {
    const known = operation.parameters ?? []
    operation.parameters = [...known, { name: header, in: 'header', description: TAKEN[header], ...words }]
  }
  if (WAITING.includes(name)) take('Prefer')
  if ((isPut && method !== 'get') || name.endsWith('/submission')) take('If-Match')
  const hasTag = (isPut && method !== 'delete') || MADE_HERE.includes(name)
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!status.startsWith('2')) continue
    const given: (keyof typeof GIVEN)[] = [
      ...(hasTag ? (['ETag'] as const) : []),
      ...(isPage(response) ? (['Link'] as const) : []),
      ...(name === 'POST /v1/returns' ? (['Location'] as const) : []),
    ]
    if (given.length > 0)
      response.headers = Object.fromEntries(
        given.map((header) => [header, { description: GIVEN[header], ...words }]),
      )
  }
}

function isPage({ content }: Operation['responses'][string]): boolean {
  const { properties } = (content?.['application/json']?.schema ?? {}) as { properties?: object }
  return properties !== undefined && 'next' in properties
}

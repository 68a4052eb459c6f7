import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { nameHeaders } from './name-headers.ts'

const DESCRIPTION = `Providers' case systems send start- and end-of-support needs assessments; commissioners pull outcome
figures that can be traced, compared and trusted. Dates are civil dates in Europe/London. Errors are RFC 9457.`

/** The document that the routes themselves make, at /openapi.json, and a page to browse it, at /docs. */
export async function publishOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'waymark', version: '1', description: DESCRIPTION.replaceAll('\n', ' ') },
      tags: [
        { name: 'operator', description: 'Organisations, keys and contracts' },
        { name: 'casework', description: 'Cases and assessments of the provider’s own contracts' },
        {
          name: 'outcomes',
          description: 'Figures: exact to the provider, after disclosure control to a commissioner',
        },
        { name: 'returns', description: 'What a commissioner owes: made, checked and submitted by it alone' },
        { name: 'definitions', description: 'Instruments, measures and return templates' },
        { name: 'service', description: 'For whoever runs it' },
      ],
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer', bearerFormat: 'wm_…' } } },
      security: [{ key: [] }],
    },
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform(document)
      const isOpen = !url.startsWith('/v1')
      return { url, schema: isOpen ? { ...schema, security: [] } : schema }
    },
    transformObject: (document) => nameHeaders(withoutUnused(jsonSchemaTransformObject(document))),
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true, theme: { title: 'waymark API' } })
  app.get('/openapi.json', { config: { access: 'open' }, schema: { hide: true } }, () => app.swagger())
}

/** Each schema comes once for what is sent and once for what is received; those that no route uses are left out. */
function withoutUnused(document: ReturnType<typeof jsonSchemaTransformObject>): typeof document {
  const schemas = 'components' in document ? (document.components.schemas ?? {}) : {}
  for (;;) {
    const text = JSON.stringify(document)
    const unused = Object.keys(schemas).filter((name) => !text.includes(`"#/components/schemas/${name}"`))
    if (unused.length === 0) return document
    for (const name of unused) Reflect.deleteProperty(schemas, name)
  }
}

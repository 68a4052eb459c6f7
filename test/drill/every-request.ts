import { SCENE, type Scene } from './small-scene.ts'

/** One request that a commissioner could send. */
export interface Asking {
  method: string
  /** From /v1/ on, without it. */
  path: string
  body?: object
}

interface Parameter {
  name: string
  in: string
  required?: boolean
  schema?: { enum?: string[] }
}

/** As much of an OpenAPI document as is read here. */
export interface OpenApi {
  paths: Record<string, Record<string, { parameters?: Parameter[] }>>
}

/** How much is asked. */
export interface Asked {
  periods: readonly string[]
  /** So many of the scene's, the first. */
  measures: number
  /** At most so many of the values that a parameter has which may be left out. */
  options: number
  /** Of returns that are made, submitted and made again. */
  templates: readonly string[]
}

const ROOT = '/v1/'
/** What takes away what others ask for is done last. */
const ORDER = ['get', 'put', 'post', 'patch', 'delete']

/**
 * Every route of the document under /v1, with every name of the scene and every value of each query parameter: the required
 * ones in each combination, the others one at a time.
 *
 * @throws {Error} for a parameter that the drill knows no value of
 */
export function everyRequest(
  { paths }: OpenApi,
  { returns }: Scene,
  { periods, measures, options }: Asked,
): Asking[] {
  const known: Readonly<Record<string, readonly string[]>> = {
    ...{
      contract: SCENE.contract,
      measure: SCENE.measure.slice(0, measures),
      period: periods,
      last: ['2', '0', '20'],
    },
    ...{ instrument: SCENE.instrument, score: SCENE.score, limit: ['1'], cursor: ['x'] },
    ...{ id: [...returns, SCENE.webhook, 'victim-needs'], version: ['1'] },
    ...{ org: ['prov'], client: ['person-few-0'] },
    ...{ case: ['few-0'], ref: ['needs-few-0-start'], stage: ['end'], updatedSince: ['2019-01-01'] },
    ...{ revisions: ['true'], mode: ['atomic'], dryRun: ['true'] },
  }
  const valuesOf = ({ name, schema, ...one }: Parameter): readonly string[] => {
    const values = known[name] ?? schema?.enum
    if (values === undefined) throw new Error(`The drill knows no value of ${name}.`)
    // Whose cases they are, no commissioner is told: there, one measure is as good as any.
    return name === 'measure' && one.in === 'path' ? values.slice(0, 1) : values
  }
  return ORDER.flatMap((method) =>
    Object.entries(paths).flatMap(([route, methods]) => {
      const parameters = methods[method]?.parameters ?? []
      if (methods[method] === undefined || !route.startsWith(ROOT)) return []
      const queries = queriesOf(
        parameters.filter((one) => one.in === 'query'),
        (one) => valuesOf(one).slice(0, one.required ? undefined : options),
      )
      const inPath = parameters.filter((one) => one.in === 'path')
      const filled = inPath.reduce(
        (made, parameter) =>
          made.flatMap((path) =>
            valuesOf(parameter).map((value) => path.replace(`{${parameter.name}}`, value)),
          ),
        [route.slice(ROOT.length)],
      )
      const name = `${method.toUpperCase()} ${route}`
      const bodies = method === 'get' || method === 'delete' ? [undefined] : (SCENE.bodies[name] ?? [{}])
      return filled.flatMap((path) =>
        queries.flatMap((query) =>
          bodies.map((body) => ({
            method: method.toUpperCase(),
            path: query === '' ? path : `${path}?${query}`,
            ...(body && { body }),
          })),
        ),
      )
    }),
  )
}

/** With none first, which is refused where one is required. */
function queriesOf(
  parameters: readonly Parameter[],
  valuesOf: (parameter: Parameter) => readonly string[],
): string[] {
  const add = (queries: readonly string[], one: Parameter): string[] =>
    queries.flatMap((query) =>
      valuesOf(one).map((value) => `${query}${query && '&'}${one.name}=${encodeURIComponent(value)}`),
    )
  const required = parameters.filter((one) => one.required).reduce(add, [''])
  const optional = parameters.filter((one) => !one.required).flatMap((one) => add(required, one))
  return [...new Set(['', ...required, ...optional])]
}

import { register } from 'node:module'
import { makeLogger } from './logger.ts'

/**
 * OpenTelemetry, where its standard variables ask for it (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME, …) and its packages
 * are installed, which waymark itself does not need. It is loaded before the program (`node --import`), since what is to be
 * traced has to be seen while it is loaded.
 */

const PACKAGES = ['@opentelemetry/sdk-node', '@opentelemetry/auto-instrumentations-node']

/** What traces would tell of people and of keys: paths name cases and references, addresses may carry a secret. */
const KEPT_BACK = [
  ...['http.url', 'http.target', 'url.full', 'url.path', 'url.query'],
  ...['http.user_agent', 'user_agent.original', 'http.client_ip', 'client.address'],
  ...['net.peer.ip', 'network.peer.address'],
]
const nothing: Record<string, string> = Object.fromEntries(KEPT_BACK.map((name) => [name, '']))

interface Span {
  setAttributes: (attributes: Record<string, string>) => unknown
}
interface Sdk {
  start: () => void
  shutdown: () => Promise<void>
}
/** The parts of the two packages that are used here. */
interface Packages {
  NodeSDK: new (options: { serviceName?: string; instrumentations: unknown[] }) => Sdk
  getNodeAutoInstrumentations: (options: Record<string, object>) => unknown
}

const keepBack = (span: Span): void => {
  span.setAttributes(nothing)
}
const instrumentations = {
  // At the end of a span, after everything else was written to it.
  '@opentelemetry/instrumentation-http': { applyCustomAttributesOnSpan: keepBack },
  '@opentelemetry/instrumentation-undici': { requestHook: keepBack },
  '@opentelemetry/instrumentation-ioredis': { dbStatementSerializer: (command: string) => command },
  // Reads files of the machine, and tells nothing of what the service does.
  '@opentelemetry/instrumentation-fs': { enabled: false },
}

const isWanted = (env: NodeJS.ProcessEnv): boolean =>
  env.OTEL_SDK_DISABLED !== 'true' &&
  env.OTEL_TRACES_EXPORTER !== 'none' &&
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_TRACES_EXPORTER'].some((name) =>
    Boolean(env[name]),
  )

async function startTraces(): Promise<void> {
  const logger = makeLogger('info')
  let packages: Packages
  try {
    const loaded: unknown[] = await Promise.all(PACKAGES.map((name) => import(name)))
    packages = Object.assign({}, ...loaded) as Packages
    // So that packages that are imported, and not required, are seen, too.
    register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
  } catch (error) {
    logger.warn({ err: error }, `no traces: they need npm install --no-save ${PACKAGES.join(' ')}`)
    return
  }
  const sdk = new packages.NodeSDK({
    ...(!process.env.OTEL_SERVICE_NAME && { serviceName: 'waymark' }),
    instrumentations: [packages.getNodeAutoInstrumentations(instrumentations)],
  })
  sdk.start()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      sdk.shutdown().catch((error: unknown) => {
        logger.warn({ err: error }, 'traces')
      })
    })
  }
}

if (isWanted(process.env)) await startTraces()

import pino, { type Logger } from 'pino'

/**
 * JSON lines on standard output. No line carries an answer, a reference or a key: requests are logged by their route's
 * pattern, and of an error only what cannot quote data.
 */
export function makeLogger(level: string): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: describeError } },
    linesTogether(),
  )
}

/** Lines of one turn of the event loop are written at once: one by one, they would cost as much as the rest of a request. */
function linesTogether(): { write: (line: string) => void } {
  const output = pino.destination({ sync: true, minLength: 8 * 1024 })
  let isCalled = false
  process.on('exit', () => {
    output.flushSync()
  })
  return {
    write(line) {
      output.write(line)
      if (isCalled) return
      isCalled = true
      setImmediate(() => {
        isCalled = false
        output.flush()
      })
    },
  }
}

interface DescribedError {
  type: string
  message?: string
  code?: string
  constraint?: string
  stack?: string
  errors?: DescribedError[]
}

/** Of many errors that are thrown as one, the first ones say what is wrong. */
const MOST_WITHIN = 5

/**
 * Of errors whose messages quote what was sent only the code is kept: PostgreSQL's have the row (`Key (contract_id, ref)=(…)`),
 * Fastify's the path, those of readers of text the text.
 */
export function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error }
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ *at /.test(line))
  const stack = frames.join('\n')
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const constraint =
    'constraint_name' in error && typeof error.constraint_name === 'string'
      ? { constraint: error.constraint_name }
      : {}
  const isQuoting = QUOTING.has(error.name) || code?.startsWith('FST_')
  return {
    type: error.name,
    ...(!isQuoting && { message: error.message }),
    ...(code !== undefined && { code }),
    ...constraint,
    stack,
    ...(error instanceof AggregateError && { errors: error.errors.slice(0, MOST_WITHIN).map(describeError) }),
  }
}

const QUOTING: ReadonlySet<string> = new Set(['PostgresError', 'SyntaxError', 'URIError', 'ZodError'])

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
}

/** What PostgreSQL says of an error quotes the row (`Key (contract_id, ref)=(…)`), so only its code is kept. */
function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error }
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '))
  const stack = frames.join('\n')
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  if (error.name === 'PostgresError') {
    const constraint =
      'constraint_name' in error && typeof error.constraint_name === 'string'
        ? { constraint: error.constraint_name }
        : {}
    return { type: error.name, ...code, ...constraint, stack }
  }
  return { type: error.name, message: error.message, ...code, stack }
}

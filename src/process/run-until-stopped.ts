/** Under this a supervisor's own limit lies: whatever hangs must not hold the process for ever. */
const LONGEST_STOP_MILLISECONDS = 9_500

/**
 * Starts a process's work and stops it in order at Ctrl-C or SIGTERM; a second signal changes nothing.
 * A start that fails says why in one line on standard error and exits with 1.
 */
export async function runUntilStopped(start: () => Promise<() => Promise<void>>): Promise<void> {
  let stop: (() => Promise<void>) | undefined
  const state = { signalled: false }
  const finish = async (): Promise<void> => {
    setTimeout(() => process.exit(1), LONGEST_STOP_MILLISECONDS).unref()
    try {
      await stop?.()
      process.exit(0)
    } catch (error) {
      fail(error)
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (state.signalled) return
      state.signalled = true
      // While it is still starting, the start is finished first: only then is known what to let go of.
      if (stop) void finish()
    })
  }
  try {
    stop = await start()
  } catch (error) {
    fail(error)
  }
  if (state.signalled) await finish()
}

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

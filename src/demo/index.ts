import { runUntilStopped } from '../process/run-until-stopped.ts'
import { addresses } from './addresses.ts'
import { demonstrate } from './demonstration.ts'
import { readPortfolio } from './portfolio.ts'
import { compare, introduction, report } from './report.ts'
import { startService } from './start-service.ts'

/** `npm run demo`: published figures come out of the service again. With `-- --once` the exit code says whether they do. */
const unknown = process.argv.slice(2).filter((argument) => argument !== '--once')
if (unknown.length > 0) {
  process.stderr.write(
    `The demo does not know ${unknown.join(' ')}: run it with nothing, or with -- --once.\n`,
  )
  process.exit(2)
}
const once = process.argv.includes('--once')

await runUntilStopped(async () => {
  const portfolio = readPortfolio('leicestershire')
  process.stdout.write(introduction(portfolio))
  process.stdout.write('Starting the service ...\n')
  const service = await startService(process.env)
  const interruption = new AbortController()
  const demonstration = demonstrate(portfolio, service, process.stdout, interruption.signal)

  const close = async (): Promise<void> => {
    const [settled] = await Promise.allSettled([demonstration])
    if (settled.status === 'fulfilled') await settled.value.revokeKeys()
    await service.stop()
  }

  const show = async (): Promise<void> => {
    try {
      const { outcomes, examples } = await demonstration
      process.stdout.write(report(portfolio, outcomes))
      if (!once) {
        process.stdout.write(addresses(portfolio, service.url, examples))
        return
      }
      await close()
      process.exit(compare(portfolio.published, outcomes).every(({ agrees }) => agrees) ? 0 : 1)
    } catch (error) {
      // Whoever broke it off is closing already.
      if (interruption.signal.aborted) return
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
      await close()
      process.exit(1)
    }
  }
  void show()

  return async () => {
    interruption.abort()
    await close()
    if (once) throw new Error('The demo was stopped before it was over.')
  }
})

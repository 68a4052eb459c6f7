import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loadDefinitions, surveysFolder, type Portfolio } from '../definitions.ts'
import { findBrowser } from '../files/pdf.ts'
import { runUntilStopped } from '../process/run-until-stopped.ts'
import { addresses } from './addresses.ts'
import { demonstrate } from './demonstration.ts'
import { introduction, isAllAgreed, report } from './report/report.ts'
import { returnsReport } from './report/returns-report.ts'
import { startService } from './start-service.ts'
import { writeTour, type Tour } from './tour.ts'

/**
 * `npm run demo`: published figures come out of the service again, and returns of them. `-- --only leicestershire` takes one
 * commissioner's, and with `-- --once` the exit code says whether all agree.
 */
const definitions = loadDefinitions([surveysFolder])
const { once, portfolios } = readArguments()
/** In the package's own folder, where git leaves it alone. */
const RETURNS = 'demo-returns'

await runUntilStopped(async () => {
  process.stdout.write(introduction(portfolios))
  const browser = await findBrowser(process.env)
  process.stdout.write('Starting the service ...\n')
  const service = await startService(process.env)
  const interruption = new AbortController()
  const demonstration = demonstrate(
    portfolios,
    service,
    { definitions, screen: process.stdout, returns: { folder: resolve(RETURNS), browser } },
    interruption.signal,
  )

  let tour: Tour | undefined
  const close = async (): Promise<void> => {
    const [settled] = await Promise.allSettled([demonstration])
    await tour?.remove()
    if (settled.status === 'fulfilled') await settled.value.revokeKeys()
    await service.stop()
  }

  const show = async (): Promise<void> => {
    try {
      const { answers, returns, examples, keyOf } = await demonstration
      process.stdout.write(report(portfolios, answers))
      process.stdout.write(returnsReport(returns, process.cwd()))
      if (!once) {
        tour = await writeTour(portfolios, { ...service, keyOf })
        process.stdout.write(addresses(service.url, examples, tour.path))
        return
      }
      await close()
      process.exit(isAllAgreed(portfolios, answers) ? 0 : 1)
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

function readArguments(): { once: boolean; portfolios: readonly Portfolio[] } {
  const known = definitions.portfolios.map(({ id }) => id)
  try {
    const { values } = parseArgs({ options: { once: { type: 'boolean' }, only: { type: 'string' } } })
    const { once = false, only } = values
    const portfolios = definitions.portfolios.filter(({ id }) => only === undefined || id === only)
    if (portfolios.length === 0) throw new Error(`--only takes one of ${known.join(', ')}.`)
    return { once, portfolios }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(`${reason}\nThe demo takes --once and --only <commissioner>.\n`)
    process.exit(2)
  }
}

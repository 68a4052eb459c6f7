// A process of its own that owns the embedded database of the folder it is given: prints the address and stays.
import { startEmbeddedPostgres } from '../../src/embedded-postgres.ts'

const [dataDir = '', then = 'stay'] = process.argv.slice(2)
const { address } = await startEmbeddedPostgres({ dataDir })
console.log(JSON.stringify(address))
if (then === 'exit') process.exit(0)
if (then === 'throw') throw new Error('uncaught, as the test wants it')
if (then === 'stay') setInterval(() => undefined, 1_000_000)

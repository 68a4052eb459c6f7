import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loadFile } from './load-file.ts'
import { kinds, PLAIN_MAP, readMap, type Kind } from './map.ts'

/**
 * `npm run load -- export.csv --contract victim-first`: sends a case system's export, with the key in WAYMARK_KEY. The exit
 * code is 0 if all of it was taken.
 */
const USAGE = `npm run load -- <file.csv or .ndjson> --contract <contract> [--as ${kinds.join(' | ')}] [--map <map.yaml>]
  [--url http://127.0.0.1:3000] [--dry-run], with the provider's key in WAYMARK_KEY`

/** npm runs scripts in the package's own folder. */
const fromHere = (path: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), path)

interface Arguments {
  path: string
  contract: string
  as: Kind | undefined
  map: string | undefined
  url: string
  isDryRun: boolean
  key: string
}

function readArguments(): Arguments {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        contract: { type: 'string' },
        as: { type: 'string' },
        map: { type: 'string' },
        url: { type: 'string', default: 'http://127.0.0.1:3000' },
        'dry-run': { type: 'boolean', default: false },
      },
    })
    const [path, ...others] = positionals
    const { contract, map, url } = values
    const as = kinds.find((kind) => kind === values.as)
    const key = process.env.WAYMARK_KEY ?? ''
    if (path === undefined || others.length > 0) throw new Error('One file is loaded at a time.')
    if (contract === undefined) throw new Error('--contract is missing.')
    if (values.as !== undefined && as === undefined) throw new Error(`--as takes one of ${kinds.join(', ')}.`)
    if (key === '') throw new Error('WAYMARK_KEY is not set.')
    return { path, contract, as, map, url: url.replace(/\/+$/, ''), isDryRun: values['dry-run'], key }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`)
    process.exit(2)
  }
}

const { path, contract, as, map, url, isDryRun, key } = readArguments()
try {
  const read = map === undefined ? PLAIN_MAP : readMap(fromHere(map))
  const { rejectedFile, ...sum } = await loadFile(fromHere(path), {
    map: read,
    target: { url, key, contract, as: as ?? read.as, isDryRun },
    screen: process.stdout,
  })
  const { received, created, corrected, unchanged, rejected } = sum
  process.stdout.write(
    `${received} lines${isDryRun ? ', of which nothing was kept' : ''}: ${created} created, ${corrected} corrected, ` +
      `${unchanged} unchanged, ${rejected} rejected.\n`,
  )
  if (rejectedFile !== undefined) {
    process.stdout.write(`Mend the rejected lines in ${rejectedFile} and load that file.\n`)
    process.exitCode = 1
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

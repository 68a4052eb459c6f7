import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Portfolio } from '../definitions.ts'
import type { DemoKeys } from './set-up.ts'

/** A shell script that knows the service and its keys, for as long as the demo is up. */
export interface Tour {
  path: string
  remove: () => Promise<void>
}

/**
 * Writes what a shell needs to ask the service: `$W` its address, `$O` the operator's key, `key <organisation>`, and
 * `call <key> <method> <path> [curl's options]`. Only whoever runs the demo may read it.
 */
export async function writeTour(
  portfolios: readonly Portfolio[],
  { url, operatorKey, keyOf }: { url: string; operatorKey: string; keyOf: DemoKeys['of'] },
): Promise<Tour> {
  const folder = await mkdtemp(join(tmpdir(), 'waymark-tour-'))
  const path = join(folder, 'tour.sh')
  const organisations = portfolios.flatMap(({ commissioner, organisations }) => [
    commissioner,
    ...organisations,
  ])
  const script = [
    `W=${url}/v1 O=${operatorKey}`,
    'key() {',
    '  case "$1" in',
    ...[...new Set(organisations.map(({ id }) => id))].map((id) => `    ${id}) echo ${keyOf(id)} ;;`),
    '  esac',
    '}',
    'call() {',
    '  curl -sS -w \' %{http_code}\\n\' -H "Authorization: Bearer $1" -H \'Content-Type: application/json\' -X "$2" "$W/$3" "${@:4}"',
    '}',
  ]
  await writeFile(path, script.map((line) => `${line}\n`).join(''), { mode: 0o600 })
  return { path, remove: () => rm(folder, { recursive: true, force: true }) }
}

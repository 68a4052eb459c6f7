import { outcomesPath } from './outcomes.ts'
import type { Person } from './people/make-people.ts'
import type { Portfolio } from './portfolio.ts'

/** A line to paste into a shell, and what its answer shows. */
export interface Example {
  shows: string
  line: string
}

interface Place {
  url: string
  keys: { provider: string; commissioner: string }
}

/** Each stands on one line, however long: it is copied whole and works as it is. */
export function examplesFor(
  { contract, window }: Portfolio,
  people: readonly Person[],
  { url, keys }: Place,
): Example[] {
  const finished = people.filter(({ end }) => end !== undefined)
  const corrected = finished.find(({ slips }) => slips) ?? finished[0]
  const path = `/v1/contracts/${contract.id}`
  const name = corrected?.case ?? ''
  return [
    {
      shows: 'The commissioner reads the outcomes:',
      line: curl(keys.commissioner, `${url}${outcomesPath(contract.id, window.label)}`),
    },
    {
      shows: 'The provider reads an assessment, with the answers before it was corrected:',
      line: curl(keys.provider, `${url}${path}/assessments/${name}-end?revisions=true`),
    },
    {
      shows: 'The commissioner asks for a case, which to a commissioner is not there (404):',
      line: curl(keys.commissioner, `${url}${path}/cases/${name}`),
    },
  ]
}

const curl = (key: string, address: string): string =>
  `curl -sS -w '\\n' -H 'Authorization: Bearer ${key}' '${address}'`

/** Where to look further, for as long as the service is up. */
export function addresses(
  { contract, window }: Portfolio,
  url: string,
  examples: readonly Example[],
): string {
  return [
    '',
    'The service is up until Ctrl-C:',
    '',
    `  docs       ${url}/docs`,
    `  outcomes   ${url}${outcomesPath(contract.id, window.label)}`,
    '',
    ...examples.flatMap(({ shows, line }) => [shows, line, '']),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

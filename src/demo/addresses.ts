import type { Definitions, PortfolioContract } from '../definitions.ts'
import { makePeople } from './people/make-people.ts'
import { outcomesPath } from './reading.ts'
import type { DemoKeys } from './set-up.ts'

/** A line to paste into a shell, and what its answer shows. */
export interface Example {
  shows: string
  line: string
}

interface Place {
  url: string
  keys: DemoKeys
  definitions: Pick<Definitions, 'instrument'>
}

/** Each stands on one line, however long: it is copied whole and works as it is. */
export function examplesFor(contract: PortfolioContract, { url, keys, definitions }: Place): Example[] {
  const people = makePeople(contract, definitions.instrument).filter(({ answers }) => answers.length > 1)
  const corrected = people.find(({ slips }) => slips) ?? people[0]
  const { commissioners, provider, period } = contract
  const commissioner = keys.of(commissioners[0] ?? '')
  const path = `/v1/contracts/${contract.contract}`
  const name = corrected?.case ?? ''
  const last = corrected?.answers.at(-1)
  const ref = `${name}-${last?.instrument ?? ''}-${last?.stage ?? ''}`
  return [
    {
      shows: 'The commissioner reads the outcomes:',
      line: curl(commissioner, `${url}${outcomesPath(contract.contract, period.label)}`),
    },
    {
      shows: 'The provider reads an assessment, with the answers before it was corrected:',
      line: curl(keys.of(provider), `${url}${path}/assessments/${ref}?revisions=true`),
    },
    {
      shows: 'The commissioner asks for a case, which to a commissioner is not there (404):',
      line: curl(commissioner, `${url}${path}/cases/${name}`),
    },
  ]
}

const curl = (key: string, address: string): string =>
  `curl -sS -w '\\n' -H 'Authorization: Bearer ${key}' '${address}'`

/** Where to look further, for as long as the service is up. */
export function addresses(url: string, examples: readonly Example[], tour: string): string {
  return [
    '',
    'The service is up until Ctrl-C:',
    '',
    `  docs       ${url}/docs`,
    `  tour       . ${tour}   (then the lines of the tour in the README)`,
    '',
    ...examples.flatMap(({ shows, line }) => [shows, line, '']),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

import {
  readInstrumentName,
  type Contract,
  type ContractMeasure,
  type ContractReturn,
  type DatedTarget,
  type Funding,
} from './contract.ts'
import type { LondonDate } from '../period.ts'
import type { Fault } from '../problem.ts'

/** A contract as an operator writes it. */
export interface ContractBody {
  title: string
  provider: string
  partners?: string[] | undefined
  commissioners: string[]
  startsOn: LondonDate
  endsOn: LondonDate
  follows?: string | undefined
  instruments: string[]
  measures: ContractMeasure[]
  targets?: Record<string, DatedTarget | DatedTarget[]> | undefined
  funding?: Funding[] | undefined
  returns?: ContractReturn[] | undefined
  minimumCount?: number | undefined
  retention?: NonNullable<Contract['retention']> | undefined
  expectedDays?: number | undefined
}

/** What a contract is checked against. */
export interface ContractSurroundings {
  contractId: string
  /** Who provides it, if it is there already. */
  standingProvider: string | undefined
  /** The kinds of those organisations that exist. */
  kinds: ReadonlyMap<string, 'provider' | 'commissioner'>
  /** The contract that it follows, the one which that follows, and so on; undefined if the first does not exist. */
  follows: readonly string[] | undefined
  definitions: {
    instrument: (id: string, version?: number) => unknown
    measures: { has: (id: string) => boolean }
    templates: { has: (id: string) => boolean }
  }
}

type AgreedFrom = Exclude<ContractMeasure, string>

/** Every rule that the well-formed fields of a contract break; of an entry of a list, too, those that are well-formed. */
export function checkContract(body: Partial<ContractBody>, around: ContractSurroundings): Fault[] {
  return [
    ...checkParties(body, around),
    ...checkTerm(body, around),
    ...checkDefinitions(body, around),
    ...checkTargets(body, around),
  ]
}

function checkParties(
  body: Partial<ContractBody>,
  { kinds, standingProvider = body.provider }: ContractSurroundings,
): Fault[] {
  const party = (pointer: string, id: string | undefined, kind: 'provider' | 'commissioner'): Fault[] => {
    if (id === undefined || kinds.get(id) === kind) return []
    return [{ pointer, detail: `"${id}" is not a known ${kind}` }]
  }
  return [
    ...party('/provider', body.provider, 'provider'),
    ...(body.partners ?? []).flatMap((id, index) => party(`/partners/${index}`, id, 'provider')),
    ...(body.partners ?? []).flatMap((id, index) =>
      // Another provider than the standing one is a conflict, whoever the partners are: a re-let contract is a new one.
      id === body.provider && body.provider === standingProvider
        ? [{ pointer: `/partners/${index}`, detail: 'must be another than the provider' }]
        : [],
    ),
    ...(body.commissioners ?? []).flatMap((id, index) =>
      party(`/commissioners/${index}`, id, 'commissioner'),
    ),
    ...(body.funding ?? []).flatMap(({ commissioner }, index) =>
      party(`/funding/${index}/commissioner`, commissioner, 'commissioner'),
    ),
    ...repeated('/partners', body.partners ?? []),
    ...repeated('/commissioners', body.commissioners ?? []),
  ]
}

function checkTerm(
  { startsOn, endsOn, follows: followed }: Partial<ContractBody>,
  around: ContractSurroundings,
): Fault[] {
  const faults: Fault[] = []
  if (startsOn !== undefined && endsOn !== undefined && endsOn < startsOn) {
    faults.push({ pointer: '/endsOn', detail: 'must not be before startsOn' })
  }
  if (followed === around.contractId || around.follows?.includes(around.contractId)) {
    faults.push({ pointer: '/follows', detail: 'must not lead back to this contract' })
  } else if (followed !== undefined && around.follows === undefined) {
    faults.push({ pointer: '/follows', detail: `"${followed}" is not a known contract` })
  }
  return faults
}

function checkDefinitions(body: Partial<ContractBody>, { definitions }: ContractSurroundings): Fault[] {
  const instruments = body.instruments ?? []
  const measures = (body.measures ?? []).map((agreed: string | Partial<AgreedFrom>) =>
    typeof agreed === 'string' ? agreed : agreed.measure,
  )
  return [
    ...instruments.flatMap((name, index) => {
      const { id, version } = readInstrumentName(name)
      if (definitions.instrument(id, version) !== undefined) return []
      return [{ pointer: `/instruments/${index}`, detail: `"${name}" is not a known instrument` }]
    }),
    ...repeated('/instruments', instruments),
    ...measures.flatMap((measure, index) => {
      if (measure === undefined || definitions.measures.has(measure)) return []
      return [{ pointer: `/measures/${index}`, detail: `"${measure}" is not a known measure` }]
    }),
    ...repeated('/measures', measures),
    ...(body.returns ?? []).flatMap(({ template }: Partial<ContractReturn>, index) => {
      if (template === undefined || definitions.templates.has(template)) return []
      return [{ pointer: `/returns/${index}/template`, detail: `"${template}" is not a known template` }]
    }),
  ]
}

function checkTargets({ targets }: Partial<ContractBody>, { definitions }: ContractSurroundings): Fault[] {
  return Object.entries(targets ?? {}).flatMap(([measure, given]) => {
    const pointer = `/targets/${measure}`
    if (!definitions.measures.has(measure))
      return [{ pointer, detail: `"${measure}" is not a known measure` }]
    if (!Array.isArray(given)) return checkTarget(pointer, given)
    const list: readonly DatedTarget[] = given
    return [
      ...list.flatMap((target, index) => checkTarget(`${pointer}/${index}`, target)),
      ...repeated(
        pointer,
        list.map(({ from }) => from ?? ''),
        'must begin on another day than those before it',
      ),
    ]
  })
}

function checkTarget(pointer: string, { green, amber, better, atLeast, atMost }: DatedTarget): Fault[] {
  const isBands = green !== undefined || amber !== undefined || better !== undefined
  const isLimit = atLeast !== undefined || atMost !== undefined
  if (isBands === isLimit || (atLeast !== undefined && atMost !== undefined)) {
    return [{ pointer, detail: 'must have green and amber, or atLeast, or atMost' }]
  }
  if (isLimit) return []
  const missing = Object.entries({ green, amber }).filter(([, percent]) => percent === undefined)
  if (green === undefined || amber === undefined)
    return missing.map(([name]) => ({
      pointer: `${pointer}/${name}`,
      detail: 'is required: there are both green and amber',
    }))
  const isRightWayRound = better === 'lower' ? green <= amber : amber <= green
  if (isRightWayRound) return []
  return [
    { pointer: `${pointer}/amber`, detail: `must not be ${better === 'lower' ? 'below' : 'above'} green` },
  ]
}

function repeated(
  pointer: string,
  values: readonly (string | undefined)[],
  detail = 'must not be named twice',
): Fault[] {
  return values.flatMap((value, index) =>
    value !== undefined && values.indexOf(value) < index ? [{ pointer: `${pointer}/${index}`, detail }] : [],
  )
}

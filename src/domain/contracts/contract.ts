import type { LondonDate } from '../period.ts'

/** What a commissioner agreed with a provider: who may write and read, and what is measured. */
export interface Contract {
  contractId: string
  title: string
  provider: string
  partners: readonly string[]
  /** In order: the first one leads. */
  commissioners: readonly string[]
  startsOn: LondonDate
  endsOn: LondonDate
  follows: string | null
  /** `victim-needs` (every version) or `victim-needs@1`. */
  instruments: readonly string[]
  measures: readonly ContractMeasure[]
  targets: Readonly<Record<string, DatedTarget | readonly DatedTarget[]>>
  funding: readonly Funding[]
  returns: readonly ContractReturn[]
  minimumCount: number
  retention: { monthsAfterEnd: number; hold: boolean } | null
  /** How long support is expected to take; null: as the instruments say. */
  expectedDays: number | null
}

export type ContractMeasure = string | { measure: string; from?: LondonDate | undefined }

/** Percent bands, or limits of a count; `from` is its first day. */
export interface DatedTarget {
  from?: LondonDate | undefined
  green?: number | undefined
  amber?: number | undefined
  better?: 'lower' | 'higher' | undefined
  atLeast?: number | undefined
  atMost?: number | undefined
}

export interface Funding {
  stream: string
  commissioner: string
  year: string
  amount: number
}

export interface ContractReturn {
  template: string
  frequency: 'monthly' | 'quarterly' | 'six-monthly' | 'yearly'
}

/** Under this many people a group is small; a contract may raise it or lower it, but never below 3. */
export const DEFAULT_MINIMUM_COUNT = 5
export const LEAST_MINIMUM_COUNT = 3

/** `victim-needs@1` → id and version; `victim-needs` → id alone. */
export function readInstrumentName(name: string): { id: string; version?: number } {
  const at = name.lastIndexOf('@')
  if (at < 0) return { id: name }
  return { id: name.slice(0, at), version: Number(name.slice(at + 1)) }
}

/** True if the contract's list takes this version of this instrument. */
export function listsInstrument(
  contract: Pick<Contract, 'instruments'>,
  id: string,
  version: number,
): boolean {
  return contract.instruments.some((name) => {
    const listed = readInstrumentName(name)
    return listed.id === id && (listed.version === undefined || listed.version === version)
  })
}

/** The contract's measures in its own order, each with the first day it applies on (null: from the beginning). */
export function agreedMeasures(
  contract: Pick<Contract, 'measures'>,
): { measure: string; from: LondonDate | null }[] {
  return contract.measures.map((agreed) =>
    typeof agreed === 'string'
      ? { measure: agreed, from: null }
      : { measure: agreed.measure, from: agreed.from ?? null },
  )
}

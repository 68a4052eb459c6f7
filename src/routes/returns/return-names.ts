import { periodOfMonths } from '../../domain/period.ts'
import type { StoredReturn } from '../../store/returns/returns.ts'

export const tag = ({ sha256 }: StoredReturn): string => `"${sha256}"`

export const labelOf = ({ firstMonth, lastMonth }: StoredReturn): string =>
  periodOfMonths(firstMonth, lastMonth).label

export const fileNameOf = (stored: StoredReturn): string =>
  `${stored.template}-${labelOf(stored)}-v${stored.version}`

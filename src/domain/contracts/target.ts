import type { Contract, DatedTarget } from './contract.ts'
import type { Measure } from '../measure.ts'
import type { Period } from '../period.ts'

/** What a figure is held against: the contract says from when. */
export type Target = Omit<DatedTarget, 'from'>

/** The target that a measure is judged by in a period, or why it is not judged. */
export interface PeriodTarget {
  target: Target | null
  reason?: 'target-changed'
}

/**
 * The contract's own target wins over the measure's. A period that lies over two of them is judged by neither:
 * one colour would mix two promises.
 */
export function targetFor(
  contract: Pick<Contract, 'targets'>,
  measure: Pick<Measure, 'id' | 'target'>,
  period: Pick<Period, 'from' | 'until'>,
): PeriodTarget {
  const own = contract.targets[measure.id]
  if (own === undefined) return { target: measure.target ?? null }
  const list: readonly DatedTarget[] = 'length' in own ? own : [own]
  const inOrder = [...list].sort((a, b) => ((a.from ?? '') < (b.from ?? '') ? -1 : 1))
  const inForce = inOrder.filter((target, index) => {
    const next = inOrder[index + 1]?.from
    return (target.from ?? '') < period.until && (next === undefined || next > period.from)
  })
  if (inForce.length > 1) return { target: null, reason: 'target-changed' }
  const [only] = inForce
  if (only === undefined) return { target: null }
  const { from: _from, ...target } = only
  return { target }
}

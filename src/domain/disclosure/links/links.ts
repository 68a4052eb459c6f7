import type { CountingPlan } from '../../counting/plan.ts'
import type { Series } from '../series.ts'
import type { Cell, Link } from './link.ts'
import { partLinks } from './part-links.ts'
import { scoreLinks } from './score-links.ts'

/** What follows from several series: of one score, or of the same question about fewer people. */
export const linksBetween = (
  series: readonly Series[],
  plan: CountingPlan,
  cells: ReadonlyMap<string, readonly Cell[]>,
): Link[] => [...partLinks(series), ...scoreLinks(series, plan, cells)]

/** The lines of an individuals chart. Limits are not cut: those of a rate can pass 0 or 1. */
export interface ControlChart {
  readonly mean: number
  readonly lower: number
  readonly upper: number
  /** How many points the lines are made from. */
  readonly points: number
  /** Fewer than 12 points: the lines may still move a good deal. */
  readonly trial: boolean
}

/**
 * What is unusual about a point:
 * `above-limit`, `below-limit`: it lies outside;
 * `rising`, `falling`: it is one of at least 7 points in a row that each lie higher (lower) than the one before;
 * `high-side`, `low-side`: it is one of at least 7 points in a row on one side of the mean;
 * `near-limit`: it and another of 3 points in a row lie beyond two thirds of the way to the same limit.
 */
export type Signal =
  'above-limit' | 'below-limit' | 'rising' | 'falling' | 'high-side' | 'low-side' | 'near-limit'

/** The chart, and for every value handed in, gaps included, its signals. */
export interface Charted {
  readonly chart: ControlChart | null
  readonly signals: readonly (readonly Signal[])[]
}

const FEWEST_POINTS = 5
const TRIAL_BELOW = 12
const RUN = 7
/** 3 / 1.128: from a mean moving range of two neighbours to three standard deviations. */
const RANGES_TO_LIMIT = 2.66
/** A mean is a quotient: a point that equals it must not lie on one side by the last digit. */
const SLACK = 1e-9

/**
 * An individuals (XmR) chart: mean ± 2.66 × mean moving range over all ranges, without screening (Shewhart; NIST
 * e-Handbook 6.3.2.2). A null is a quarter with nothing to show: it is left out, and its neighbours stand side by
 * side. Fewer than 5 points make no chart and no signals.
 *
 * @throws {RangeError} on a value that is not finite
 * @example controlChart([49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]).chart
 * // mean 50.81, lower 45.815, upper 55.805, points 10, trial true
 */
export function controlChart(values: readonly (number | null)[]): Charted {
  const points = values.filter((value) => value !== null)
  if (!points.every(Number.isFinite)) throw new RangeError('a value must be finite')
  if (points.length < FEWEST_POINTS) return { chart: null, signals: values.map(() => []) }
  const mean = meanOf(points)
  const reach =
    RANGES_TO_LIMIT * meanOf(points.slice(1).map((point, i) => Math.abs(point - (points[i] ?? point))))
  const chart = {
    mean,
    lower: mean - reach,
    upper: mean + reach,
    points: points.length,
    trial: points.length < TRIAL_BELOW,
  }
  const signals = signalsOf(
    points.map((point) => point - mean),
    reach,
  )
  let charted = 0
  return { chart, signals: values.map((value) => (value === null ? [] : (signals[charted++] ?? []))) }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Reads the points as distances from the mean; each side and direction is looked at by turning the chart over. */
function signalsOf(distances: readonly number[], reach: number): Signal[][] {
  const turned = distances.map((distance) => -distance)
  const nearUpper = nearLimit(distances, reach)
  const nearLower = nearLimit(turned, reach)
  const found: readonly (readonly [Signal, readonly boolean[]])[] = [
    ['above-limit', beyond(distances, reach)],
    ['below-limit', beyond(turned, reach)],
    ['rising', rising(distances)],
    ['falling', rising(turned)],
    ['high-side', inRunOf(RUN, beyond(distances, 0))],
    ['low-side', inRunOf(RUN, beyond(turned, 0))],
    ['near-limit', nearUpper.map((near, i) => near || nearLower[i] === true)],
  ]
  return distances.map((_, i) => found.filter(([, marks]) => marks[i]).map(([signal]) => signal))
}

function beyond(distances: readonly number[], line: number): boolean[] {
  return distances.map((distance) => distance > line + SLACK)
}

/** A run of points is one longer than its run of steps: the point that the first step leaves belongs to it. */
function rising(distances: readonly number[]): boolean[] {
  const steps = distances.slice(1).map((distance, i) => distance - (distances[i] ?? distance))
  const inSteps = inRunOf(RUN - 1, beyond(steps, 0))
  return distances.map((_, i) => inSteps[i - 1] === true || inSteps[i] === true)
}

function nearLimit(distances: readonly number[], reach: number): boolean[] {
  const near = beyond(distances, (reach * 2) / 3)
  // Two of three points in a row are at most two places apart.
  return near.map((isNear, i) => isNear && [i - 2, i - 1, i + 1, i + 2].some((other) => near[other]))
}

/** Marks whatever stands in an unbroken row of at least `length`. */
function inRunOf(length: number, marks: readonly boolean[]): boolean[] {
  return marks.map((mark, i) => {
    if (!mark) return false
    const before = marks.slice(0, i).lastIndexOf(false)
    const after = marks.indexOf(false, i)
    return (after === -1 ? marks.length : after) - before - 1 >= length
  })
}

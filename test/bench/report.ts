/** One figure of the bench, beside the floor measured in the same run. */
export interface Figure {
  figure: string
  /** What was measured each time, in order. */
  values: readonly number[]
  unit: '/s' | 'ms' | 's' | 'MB' | '%' | '×'
  /** The same of the floor, and what it is. */
  floor?: { what: string; values: readonly number[] }
  /** What it is to reach. */
  reach?: { atLeast: number } | { atMost: number }
  /** Of what, under which load. */
  on: string
}

/**
 * Tells each figure as soon as it is there, as a line or, at the end, all as JSON. Where there is a floor, what is to be reached
 * is the ratio to it, each time to the floor measured beside it.
 */
export class Report {
  readonly #figures: (Figure & Judged)[] = []
  readonly #isJson: boolean

  constructor({ isJson }: { isJson: boolean }) {
    this.#isJson = isJson
  }

  add(figure: Figure): void {
    const judged = judge(figure)
    this.#figures.push({ ...figure, ...judged })
    if (!this.#isJson) process.stdout.write(`${line(figure, judged)}\n`)
  }

  note(text: string): void {
    if (!this.#isJson) process.stdout.write(`${text}\n`)
  }

  end(about: Record<string, string | number>): void {
    if (this.#isJson)
      process.stdout.write(`${JSON.stringify({ ...about, figures: this.#figures }, null, 2)}\n`)
    const missed = this.#figures.filter(({ isReached }) => isReached === false)
    this.note(`${this.#figures.length} figures, ${missed.length} short of what they are to reach`)
  }
}

interface Judged {
  median: number
  /** Ours to the floor's; absent without a floor. */
  ratios?: readonly number[]
  ratio?: number
  /** Absent where nothing is asked. */
  isReached?: boolean
}

function judge({ values, floor, reach }: Figure): Judged {
  const ratios = floor && values.map((value, at) => value / (floor.values[at] ?? NaN))
  const ratio = ratios && medianOf(ratios)
  const value = ratio ?? medianOf(values)
  return {
    median: medianOf(values),
    ...(ratios && ratio !== undefined && { ratios, ratio }),
    ...(reach && { isReached: 'atLeast' in reach ? value >= reach.atLeast : value <= reach.atMost }),
  }
}

function line({ figure, values, unit, floor, reach, on }: Figure, { ratios, isReached }: Judged): string {
  const measured = `${withSpread(values, digitsOf(unit))} ${unit}`
  const beside =
    floor && ratios
      ? `${withSpread(ratios, 2)} × ${floor.what} (${whole(medianOf(floor.values))} ${unit})`
      : ''
  const asked = reach
    ? 'atLeast' in reach
      ? `at least ${roundly(reach.atLeast)}`
      : `at most ${roundly(reach.atMost)}`
    : ''
  const verdict =
    isReached === undefined ? '' : `${isReached ? 'reached' : 'SHORT'}: ${asked}${floor ? ' ×' : ` ${unit}`}`
  return `${figure.padEnd(40)} ${[measured, beside, verdict, on].filter((part) => part !== '').join(' | ')}`
}

const digitsOf = (unit: Figure['unit']): number =>
  unit === '×' || unit === 's' ? 2 : unit === 'ms' || unit === '%' ? 1 : 0

function withSpread(values: readonly number[], digits: number): string {
  const show = (value: number): string =>
    value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  if (values.length === 1) return show(medianOf(values))
  return `${show(medianOf(values))} (${show(Math.min(...values))} to ${show(Math.max(...values))})`
}

const roundly = (value: number): string => String(Number(value.toFixed(2)))

const whole = (value: number): string => Math.round(value).toLocaleString('en-GB')

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN) +
      (sorted[Math.ceil((sorted.length - 1) / 2)] ?? NaN)) /
    2
  )
}

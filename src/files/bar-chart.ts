import type { BarChart } from '../domain/returns/workbook.ts'
import { escaped } from './xml.ts'

/** In the units of the drawing. */
const LABELS = 400
const BARS = 480
const NUMBERS = 80
const BAR = 22
const STEP = 34
const AXIS = 30
/** As many characters as fit beside a bar. */
const LABEL_LENGTH = 44

/** Percents as horizontal bars, from the smaller of 0 and the least to the larger of 100 and the most, as SVG. */
export function barChart({ title, bars }: BarChart, id: string): string {
  const values = bars.flatMap(({ value }) => (value === null ? [] : [value]))
  const [least, most] = [Math.min(0, ...values), Math.max(100, ...values)]
  const x = (percent: number): number => tenth(LABELS + (BARS * (percent - least)) / (most - least))
  const bottom = bars.length * STEP
  const drawn = bars.map(({ label, value, shown }, at) => {
    const top = at * STEP
    const middle = top + STEP / 2
    const end = value === null ? x(0) : Math.max(x(value), x(0))
    return [
      `<text x="${LABELS - 10}" y="${middle}" text-anchor="end" dominant-baseline="middle">${escaped(shortened(label))}</text>`,
      ...(value === null
        ? []
        : [
            `<rect x="${x(Math.min(value, 0))}" y="${top + (STEP - BAR) / 2}" width="${tenth(Math.abs(x(value) - x(0)))}" height="${BAR}" fill="#1d70b8"/>`,
          ]),
      `<text x="${tenth(end + 8)}" y="${middle}" dominant-baseline="middle">${escaped(shown)}</text>`,
    ].join('')
  })
  const ticks = [0, 100].map((tick) =>
    [
      `<line x1="${x(tick)}" y1="0" x2="${x(tick)}" y2="${bottom}" stroke="#505a5f"/>`,
      `<text x="${x(tick)}" y="${bottom + AXIS / 2}" text-anchor="middle" dominant-baseline="middle">${tick}%</text>`,
    ].join(''),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="${escaped(id)}" viewBox="0 0 ${LABELS + BARS + NUMBERS} ${bottom + AXIS}" font-size="16" fill="#0b0c0c"><title id="${escaped(id)}">${escaped(title)}. The numbers are in the table beside it.</title>${ticks.join('')}${drawn.join('')}</svg>`
}

const tenth = (number: number): number => Math.round(number * 10) / 10

const shortened = (label: string): string =>
  label.length <= LABEL_LENGTH ? label : `${label.slice(0, LABEL_LENGTH - 1)}…`

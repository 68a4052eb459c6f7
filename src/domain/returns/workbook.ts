/** What a cell holds: a number is one, and text stays text, whatever it begins with. */
export type SheetCell = number | string

/** A table that begins in column A, under what is said above it. Every row is as long as `columns`, and no cell is empty. */
export interface SheetTable {
  columns: readonly string[]
  rows: readonly (readonly SheetCell[])[]
}

/** One bar; no value: `shown` says why there is none. */
export interface Bar {
  label: string
  value: number | null
  shown: string
}

/** Percents of one section, in its order. */
export interface BarChart {
  title: string
  bars: readonly Bar[]
}

/** One sheet of a workbook, or one section of a page. */
export interface Sheet {
  /** Of its tab: unique in its workbook, at most 31 characters, without a space. */
  name: string
  title: string
  /** What is said between the title and the table. */
  lines: readonly string[]
  table?: SheetTable
  /** Drawn on a page alone: its numbers are in the table. */
  chart?: BarChart
  /** The first cell of each row of the table is the name of a sheet, and leads there. */
  isContents?: boolean
}

/** Tables of one document in no format yet. */
export interface Workbook {
  title: string
  /** BCP 47. */
  language: string
  /** Said on every sheet and every printed page, where it is not to be taken for final. */
  caution: string | null
  /** ISO 8601. */
  madeAt: string
  sheets: readonly Sheet[]
}

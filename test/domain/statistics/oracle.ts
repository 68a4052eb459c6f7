import { readFileSync } from 'node:fs'

/** Reference cases of one topic, worked out by R, with the tolerance that R and the published figures allow. */
export interface Oracle<Case> {
  readonly tolerance: number
  readonly cases: readonly Case[]
}

/** Reads `test/oracle/<topic>.json`. The caller names the shape, as the files are part of the tests. */
export function readOracle(topic: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../oracle/${topic}.json`, import.meta.url), 'utf8'))
}

/** Whether two figures agree, null only with null; large figures agree in their leading digits. */
export function agree(actual: number | null, expected: number | null, tolerance: number): boolean {
  if (actual === null || expected === null) return actual === expected
  return Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected))
}

/** The figure with its sign turned; 0 stays 0. */
export function turned(value: number | null): number | null {
  return value === null ? null : 0 - value
}

/** A table that nobody can change, so that a function that writes into its input fails its test. */
export function frozen<Row extends object>(rows: readonly Row[]): readonly Row[] {
  return Object.freeze(rows.map((row) => Object.freeze(row)))
}

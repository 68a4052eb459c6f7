/**
 * Refuses what cannot be a number of people: a statistic of NaN, of half a person or of a negative count would
 * look like any other figure.
 *
 * @throws {RangeError} unless the value is a whole number, 0 or more, that a double holds exactly
 */
export function assertCount(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`${name} must be a whole number, 0 or more`)
}

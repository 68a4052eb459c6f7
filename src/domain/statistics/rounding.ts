/** How a published figure was cut to its places. Sources differ, so a return states which. */
export type RoundingMode = 'half-up' | 'truncate'

/**
 * Rounds a figure for show, once, at the end: half up, as people round (banker's rounding would show 2.5 as 2), or
 * truncated. Both work on the size of the figure, so that turning a scale round turns signs and nothing else.
 * Digits after the fifteenth are a double's noise and are not looked at: 100 * 0.285 is 28.499999999999996, shown 29.
 *
 * @throws {RangeError} unless the value is finite and places is 0 to 12
 * @example round(46.25, 1) // 46.3
 */
export function round(value: number, places: number, mode: RoundingMode = 'half-up'): number {
  if (!Number.isFinite(value)) throw new RangeError('value must be finite')
  if (!Number.isInteger(places) || places < 0 || places > 12) throw new RangeError('places must be 0 to 12')
  const size = shiftPoint(Math.abs(value), places)
  const whole = mode === 'half-up' ? Math.floor(size + 0.5) : Math.floor(size)
  // A figure that rounds to 0 has no sign.
  return whole === 0 ? 0 : Math.sign(value) * shiftPoint(whole, -places)
}

/** Moves the decimal point in decimal, because 1.005 * 100 in binary is 100.49999999999999. */
function shiftPoint(value: number, places: number): number {
  const [digits = '', exponent = ''] = value.toExponential(14).split('e')
  return Number(`${digits}e${Number(exponent) + places}`)
}

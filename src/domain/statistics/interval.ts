/** The lower and the upper end of a confidence interval. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** The standard normal deviate of a 95% interval; the rounded 1.96 would differ from the sixth decimal on. */
export const Z_95 = 1.959963984540054

/** The standard normal deviate of a 99.8% interval: one in a thousand lies above it, one in a thousand below. */
export const Z_998 = 3.090232306167813

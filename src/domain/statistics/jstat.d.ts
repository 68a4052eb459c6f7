/** The part of jstat that is used here; the package itself has no types. */
declare module 'jstat' {
  const jstat: {
    readonly normal: {
      /** The value below which a normal variable lies with the given probability. */
      inv(probability: number, mean: number, sd: number): number
    }
    readonly studentt: {
      inv(probability: number, degreesOfFreedom: number): number
      /** The density at t. */
      pdf(t: number, degreesOfFreedom: number): number
    }
  }
  export default jstat
}

/**
 * Work that is done once a London day, and once after each start. Until it says that it is done, every call does it again.
 *
 * @param today the London date of now
 */
export function onceADay(today: () => string, work: () => Promise<boolean>): () => Promise<void> {
  let doneOn: string | undefined
  return async () => {
    const day = today()
    if (doneOn !== day && (await work())) doneOn = day
  }
}

/**
 * The same items, of which the next one is asked for while the last one is still worked on: whoever reads lines would else
 * wait for the database, and the database for whoever reads.
 */
export async function* oneAhead<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]()
  const ask = (): Promise<IteratorResult<T>> => {
    const next = iterator.next()
    // It is heard of when it is its turn, which may be after it has failed, or never.
    next.catch(() => undefined)
    return next
  }
  let next = ask()
  try {
    for (;;) {
      const item = await next
      if (item.done === true) return
      next = ask()
      yield item.value
    }
  } finally {
    // Not waited for: what was asked for ahead may wait for a sender who has stopped.
    iterator.return?.().catch(() => undefined)
  }
}

import autocannon from 'autocannon'

export interface Load {
  perSecond: number
  /** Milliseconds. */
  p50: number
  p99: number
  /** Replies that were no 2xx, and requests that got none. */
  failures: number
}

/** PUTs one request after the other on each connection, each to a path and with a body of its own. */
export async function putLoad(
  url: string,
  {
    connections,
    seconds,
    key,
    make,
  }: {
    connections: number
    seconds: number
    key?: string
    make: (n: number) => { path: string; body: unknown }
  },
): Promise<Load> {
  let n = 0
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: [
      {
        method: 'PUT',
        headers: {
          'content-type': 'application/json',
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
        },
        setupRequest: (request) => {
          const { path, body } = make(n++)
          return { ...request, path, body: JSON.stringify(body) }
        },
      },
    ],
  })
  return {
    perSecond: result.requests.average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failures: result.non2xx + result.errors,
  }
}

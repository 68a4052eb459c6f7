import autocannon from 'autocannon'

export interface Load {
  perSecond: number
  /** Milliseconds. */
  p50: number
  p99: number
  /** Replies that were no 2xx, and requests that got none. */
  failures: number
}

interface LoadSettings {
  connections: number
  seconds: number
  key?: string
}

/** PUTs one request after the other on each connection, each to a path and with a body of its own. */
export async function putLoad(
  url: string,
  { make, ...settings }: LoadSettings & { make: (n: number) => { path: string; body: unknown } },
): Promise<Load> {
  let n = 0
  return load(url, settings, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    setupRequest: (request) => {
      const { path, body } = make(n++)
      return { ...request, path, body: JSON.stringify(body) }
    },
  })
}

/** GETs one address again and again on each connection. */
export const getLoad = (url: string, path: string, settings: LoadSettings): Promise<Load> =>
  load(url, settings, { method: 'GET', path })

async function load(
  url: string,
  { connections, seconds, key }: LoadSettings,
  request: autocannon.Request,
): Promise<Load> {
  const result = await autocannon({
    ...{ url, connections, duration: seconds },
    requests: [
      {
        ...request,
        headers: { ...request.headers, ...(key !== undefined && { authorization: `Bearer ${key}` }) },
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

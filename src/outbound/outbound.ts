import { lookup, type LookupAddress } from 'node:dns'
import { request as requestHttp, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Outbound, PostOutcome } from '../services/needs.ts'
import { isLoopback, isPublic } from './public-address.ts'

/** All addresses of a host; fails if it has none. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

const LONGEST_MILLISECONDS = 10_000

class Refused extends Error {}

const resolveBySystem: Resolve = (host) =>
  new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, addresses) => {
      if (error) reject(error)
      else resolve(addresses)
    })
  })

/**
 * Sends to public addresses over https, and nowhere else. The name is resolved once for each connection, and the connection is
 * made to the addresses that were checked, so that a name cannot point elsewhere in between.
 *
 * @param toLoopback for development: this machine is sent to as well, over http, too
 */
export function makeOutbound({
  toLoopback,
  resolve = resolveBySystem,
}: {
  toLoopback: boolean
  resolve?: Resolve
}): Outbound {
  const mayConnect = (isPlain: boolean, address: string): boolean =>
    (toLoopback && isLoopback(address)) || (!isPlain && isPublic(address))

  async function addressesOf({ hostname, protocol }: URL): Promise<readonly LookupAddress[]> {
    const host = hostname.replace(/^\[|\]$/g, '')
    const family = isIP(host)
    const addresses = family === 0 ? await resolve(host) : [{ address: host, family }]
    const isPlain = protocol === 'http:'
    // All of them: which one is connected to is not ours to say.
    if (addresses.length === 0 || !addresses.every(({ address }) => mayConnect(isPlain, address))) {
      throw new Refused()
    }
    return addresses
  }

  async function faultOf(text: string): Promise<string | undefined> {
    const url = parse(text)
    if (url === undefined || !(url.protocol === 'https:' || (toLoopback && url.protocol === 'http:'))) {
      return 'must be an https address'
    }
    if (url.username !== '' || url.password !== '') return 'must not carry a name or a password'
    try {
      await addressesOf(url)
      return undefined
    } catch (error) {
      if (url.protocol === 'http:') return 'must be an https address'
      if (error instanceof Refused) return 'must be at a public address'
      // A name that is not there yet may be there when something is sent, and is checked again then.
      return undefined
    }
  }

  async function post(
    text: string,
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<PostOutcome> {
    const url = new URL(text)
    try {
      return { statusCode: await send(url, body, headers, await addressesOf(url)) }
    } catch (error) {
      return { failure: failureOf(error) }
    }
  }

  return { faultOf, post }
}

const parse = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined)

/** @returns the status code; redirects are not followed, and of the body nothing is read */
function send(
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  addresses: readonly LookupAddress[],
): Promise<number> {
  const options: RequestOptions = {
    method: 'POST',
    // No connection is kept: the next one is checked again.
    agent: false,
    lookup: lookupAmong(addresses),
    signal: AbortSignal.timeout(LONGEST_MILLISECONDS),
    headers: {
      ...headers,
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'waymark-webhooks',
    },
  }
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'http:' ? requestHttp : requestHttps
    const sent = request(url, options, (response) => {
      resolve(response.statusCode ?? 0)
      response.destroy()
    })
    // An error after the answer changes nothing: a promise settles once.
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Answers a connection with the addresses that were checked, whatever the name says by now. */
const lookupAmong =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (_host, options, callback) => {
    if (options.all === true) {
      callback(null, [...addresses])
      return
    }
    const [first] = addresses
    callback(null, first?.address ?? '', first?.family)
  }

function failureOf(error: unknown): string {
  if (error instanceof Refused) return 'address-refused'
  const { name, code = '' } = error as { name?: string; code?: string }
  if (name === 'TimeoutError' || name === 'AbortError' || code === 'ABORT_ERR') return 'too-slow'
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'name-not-found'
  return /CERT|TLS|SSL|SIGNATURE|SELF_SIGNED/.test(code) ? 'tls-failed' : 'no-answer'
}

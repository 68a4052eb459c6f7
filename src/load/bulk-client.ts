import { setTimeout as pause } from 'node:timers/promises'

export interface Fault {
  pointer: string
  detail: string
}

/** What the service answers to a bulk body. */
export interface Summary {
  received: number
  created: number
  corrected: number
  unchanged: number
  rejected: number
  errors: { line: number; errors: Fault[] }[]
}

export interface Target {
  url: string
  key: string
  contract: string
  as: string
  isDryRun: boolean
}

const MOST_TRIES = 6
const FIRST_PAUSE_MILLISECONDS = 500

/** Stopping, too busy, or its database away. */
const TRY_AGAIN = new Set([429, 503])

/**
 * Sends some lines. Where the service cannot be reached, or says that it cannot take them just now, they are sent again: what
 * it kept already then changes nothing.
 *
 * @throws {Error} with what the service answered, in one line, if it does not take them at all
 */
export async function sendLines(target: Target, type: string, body: string): Promise<Summary> {
  for (let tries = 1; ; tries++) {
    const reply = await attempt(target, type, body).catch((error: unknown) => {
      if (tries === MOST_TRIES) throw new Error(`${target.url} cannot be reached.`, { cause: error })
    })
    if (reply?.ok === true) return (await reply.json()) as Summary
    if (reply !== undefined && (!TRY_AGAIN.has(reply.status) || tries === MOST_TRIES))
      throw new Error(await wordsOf(reply))
    await pause(FIRST_PAUSE_MILLISECONDS * 2 ** (tries - 1))
  }
}

const attempt = ({ url, key, contract, as, isDryRun }: Target, type: string, body: string) =>
  fetch(`${url}/v1/contracts/${encodeURIComponent(contract)}/${as}/bulk${isDryRun ? '?dryRun=true' : ''}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': type },
    body,
  })

async function wordsOf(reply: Response): Promise<string> {
  const text = await reply.text()
  try {
    const { detail, errors = [] } = JSON.parse(text) as { detail: string; errors?: Fault[] }
    const faults = errors.map(({ pointer, detail: rule }) => `${pointer.slice(1)} ${rule}`)
    return [`The service answered ${reply.status}: ${detail}`, ...faults].join('\n  ')
  } catch {
    return `The service answered ${reply.status}.`
  }
}

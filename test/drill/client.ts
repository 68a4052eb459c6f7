import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { OPERATOR_KEY } from '../support/service.ts'
import { check } from './drill.ts'

/** One thing to be stored, under an address of the client's choice. */
export interface Write {
  /** After /v1/. */
  path: string
  body: object
}

export interface Answer {
  status: number
  headers: Headers
  text: string
}

/** What the client wrote down of one address: everything it meant to send there, in order, and what was taken of it. */
export interface Noted {
  meant: object[]
  taken: object | undefined
}

/**
 * A case system as it should be: it writes down what it is about to send before it sends it, and sends it again until it has
 * its 2xx. Whatever is killed around it, its notes say what the service has promised to have.
 */
export class Client {
  readonly #url: () => string
  readonly #notes: string
  readonly #file: number
  key = ''
  /** How often each status came, 0 being a broken connection. */
  readonly statuses = new Map<number, number>()

  /** @param url asked before each request: where the service is may change */
  constructor(url: () => string, notes: string) {
    this.#url = url
    this.#notes = notes
    this.#file = openSync(notes, 'a')
  }

  /** Once, whatever comes of it; undefined: the connection broke. */
  async send(
    method: string,
    path: string,
    { body, ...sent }: { body?: unknown; key?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer | undefined> {
    return this.sendText(method, path, {
      ...sent,
      ...(body !== undefined && { text: JSON.stringify(body), type: 'application/json' }),
    })
  }

  /** The same with a body of any kind. */
  async sendText(
    method: string,
    path: string,
    {
      text: body,
      type,
      key = this.key,
      headers,
    }: { text?: string; type?: string; key?: string; headers?: Record<string, string> },
  ): Promise<Answer | undefined> {
    try {
      const reply = await fetch(`${this.#url()}/v1/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(type !== undefined && { 'content-type': type }),
          ...headers,
        },
        ...(body !== undefined && { body }),
      })
      const text = await reply.text()
      this.#count(reply.status)
      return { status: reply.status, headers: reply.headers, text }
    } catch {
      this.#count(0)
      return undefined
    }
  }

  /** Once, written down before and after. */
  async try(write: Write): Promise<Answer | undefined> {
    this.#note({ meant: write })
    const answer = await this.send('PUT', write.path, { body: write.body })
    if (answer !== undefined && answer.status < 300) this.#note({ taken: write })
    return answer
  }

  /** Again and again until it is taken; after a 4xx that says it never will, it gives up loudly. */
  async put(write: Write): Promise<void> {
    for (;;) {
      const answer = await this.try(write)
      if (answer !== undefined && answer.status < 300) return
      if (answer !== undefined && answer.status < 500 && answer.status !== 409) {
        check(false, `${write.path}: ${answer.status} ${answer.text}`)
      }
      await pause(20)
    }
  }

  /** As the operator. */
  async operate(method: string, path: string, body: unknown): Promise<string> {
    const answer = await this.send(method, path, { body, key: OPERATOR_KEY })
    if (answer === undefined || answer.status >= 300) {
      throw new Error(`${method} ${path}: ${answer?.status} ${answer?.text}`)
    }
    return answer.text
  }

  /** What it wrote down, by address. */
  readNotes(): Map<string, Noted> {
    const noted = new Map<string, Noted>()
    for (const line of readFileSync(this.#notes, 'utf8').split('\n')) {
      if (line === '') continue
      const { meant, taken } = JSON.parse(line) as { meant?: Write; taken?: Write }
      const path = (meant ?? taken)?.path ?? ''
      const one = noted.get(path) ?? { meant: [], taken: undefined }
      if (meant) one.meant.push(meant.body)
      if (taken) one.taken = taken.body
      noted.set(path, one)
    }
    return noted
  }

  close(): void {
    closeSync(this.#file)
  }

  #note(note: { meant: Write } | { taken: Write }): void {
    writeSync(this.#file, `${JSON.stringify(note)}\n`)
  }

  #count(status: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1)
  }
}

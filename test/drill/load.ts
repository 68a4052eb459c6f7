import { setTimeout as pause } from 'node:timers/promises'
import type postgres from 'postgres'
import type { Client, Write } from './client.ts'
import { check } from './drill.ts'
import { checkCounts, checkStored, isAllCounted } from './recount.ts'

/** How far a load has come. */
export interface Progress {
  sent: number
  total: number
}

/**
 * Sends what becomes of everybody, so many people at a time, each person's in order and each write until it is taken.
 *
 * @param mayGoOn asked before each write: whoever makes the faults keeps pace with it
 */
export async function sendAll(
  client: Client,
  people: readonly Write[][],
  {
    senders,
    progress = { sent: 0, total: 0 },
    mayGoOn = () => true,
  }: { senders: number; progress?: Progress; mayGoOn?: () => boolean },
): Promise<void> {
  progress.total = people.reduce((sum, writes) => sum + writes.length, 0)
  let next = 0
  const sender = async (): Promise<void> => {
    for (let person = people[next++]; person !== undefined; person = people[next++]) {
      for (const write of person) {
        while (!mayGoOn()) await pause(2)
        await client.put(write)
        progress.sent++
      }
    }
  }
  await Promise.all(Array.from({ length: senders }, sender))
}

/** Faults spread evenly over a load: no more of it than its share is sent before each of them has been made. */
export function spread(faults: number, progress: Progress) {
  let made = 0
  return {
    mayGoOn: (): boolean => made === faults || progress.sent <= (progress.total * (made + 1)) / (faults + 1),
    async make(fault: (n: number) => Promise<void>): Promise<void> {
      while (made < faults) {
        while (progress.sent < (progress.total * (made + 1)) / (faults + 1)) await pause(2)
        await fault(made)
        made++
      }
    },
  }
}

/** How long after the last submission the last figure may take. */
const FRESH_WITHIN_SECONDS = 60

/** @throws {AssertionError} unless everything is counted in time */
export async function untilCounted(sql: postgres.Sql, seconds = FRESH_WITHIN_SECONDS): Promise<void> {
  const until = Date.now() + seconds * 1000
  while (!(await isAllCounted(sql))) {
    check(Date.now() < until, `figures are not fresh ${seconds} seconds after the last submission`)
    await pause(100)
  }
}

/** @throws {AssertionError} unless everything is counted in time, and rightly, and what was taken is there once */
export async function checkOutcome(sql: postgres.Sql, client: Client): Promise<void> {
  await untilCounted(sql)
  await checkStored(sql, client.readNotes())
  await checkCounts(sql)
}

/** @throws {AssertionError} if there was any other status; 0 is a broken connection */
export function checkStatuses(client: Client, allowed: readonly number[]): void {
  const others = [...client.statuses].filter(([status]) => !allowed.includes(status))
  check(
    others.length === 0,
    `there were other answers: ${others.map(([status, times]) => `${times} × ${status}`).join(', ')}`,
  )
}

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Backlog } from '../services/counting/read-backlog.ts'
import type { Meter } from '../services/needs.ts'

/** What the process counts of itself. Labels are routes, statuses and kinds: never a tenant, a contract or a person. */
export interface Metrics extends Meter {
  contentType: string
  render: () => Promise<string>
  requestDone: (of: { route: string; method: string; status: number; seconds: number }) => void
  recountDone: (seconds: number) => void
  recountFailed: () => void
}

/** Asked at each rendering. */
export interface Asked {
  backlog: () => Promise<Backlog>
  /** Jobs of the queue, by what they do. */
  jobs: () => Promise<Record<string, number>>
}

/** What does not answer (the database or the queue is away) is said to be down, and its figures stay as they were. */
export function makeMetrics(asked: Asked): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const showWaiting = waitingGauges(registry, asked)
  return {
    contentType: registry.contentType,
    async render() {
      await showWaiting()
      return registry.metrics()
    },
    ...requestMetrics(registry),
    ...countingMetrics(registry),
    ...figureMetrics(registry),
    ...returnMetrics(registry),
  }
}

/** How many wait, and for how long, as the database and the queue say it. */
function waitingGauges(registry: Registry, { backlog, jobs }: Asked): () => Promise<void> {
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers: [registry] })
  const marks = gauge('waymark_marks', 'Accepted changes that are not counted yet')
  const oldest = gauge(
    'waymark_oldest_mark_seconds',
    'Age of the oldest accepted change that is not counted yet',
  )
  const failing = gauge(
    'waymark_failing_months',
    'Months whose counting failed, and that are tried again later',
  )
  const database = gauge(
    'waymark_database_up',
    '1 if the database answered while these figures were rendered',
  )
  const queue = gauge('waymark_queue_up', '1 if the queue answered while these figures were rendered')
  const depth = new Gauge({
    name: 'waymark_queue_jobs',
    help: 'Jobs in the queue; those that failed stay for a while to be looked at',
    labelNames: ['state'],
    registers: [registry],
  })
  return async () => {
    const [waiting, counts] = await Promise.allSettled([backlog(), jobs()])
    // Figures of the process are wanted most while one of the two is away: its gauge says that it is.
    database.set(Number(waiting.status === 'fulfilled'))
    queue.set(Number(counts.status === 'fulfilled'))
    if (waiting.status === 'fulfilled') {
      marks.set(waiting.value.marks)
      oldest.set(waiting.value.oldestSeconds)
      failing.set(waiting.value.failing)
    }
    if (counts.status === 'fulfilled') {
      for (const [state, count] of Object.entries(counts.value)) depth.set({ state }, count)
    }
  }
}

function requestMetrics(registry: Registry): Pick<Metrics, 'requestDone'> {
  const requests = new Histogram({
    name: 'waymark_http_request_duration_seconds',
    help: 'Time from a request to its reply, by route',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  return {
    requestDone({ route, method, status, seconds }) {
      requests.observe({ route, method, status: String(status) }, seconds)
    },
  }
}

function countingMetrics(registry: Registry): Pick<Metrics, 'recountDone' | 'recountFailed'> {
  const recounts = new Histogram({
    name: 'waymark_recount_duration_seconds',
    help: 'Time to count one month of one contract',
    buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    registers: [registry],
  })
  const failures = new Counter({
    name: 'waymark_recount_failures_total',
    help: 'Counts of a month that failed and are tried again',
    registers: [registry],
  })
  return {
    recountDone(seconds) {
      recounts.observe(seconds)
    },
    recountFailed() {
      failures.inc()
    },
  }
}

function figureMetrics(registry: Registry): Pick<Metrics, 'linesTaken' | 'figuresShown'> {
  const lines = new Counter({
    name: 'waymark_bulk_lines_total',
    help: 'Lines of bulk bodies, by what came of them; dry runs are not counted',
    labelNames: ['outcome'],
    registers: [registry],
  })
  const figures = new Counter({
    name: 'waymark_commissioner_figures_total',
    help: 'Figures that commissioners were answered with, by whether they were hidden as small',
    labelNames: ['suppressed'],
    registers: [registry],
  })
  return {
    linesTaken({ created, corrected, unchanged, rejected }) {
      for (const [outcome, count] of Object.entries({ created, corrected, unchanged, rejected })) {
        lines.inc({ outcome }, count)
      }
    },
    figuresShown({ shown, suppressed }) {
      figures.inc({ suppressed: 'false' }, shown)
      figures.inc({ suppressed: 'true' }, suppressed)
    },
  }
}

function returnMetrics(registry: Registry): Pick<Metrics, 'returnsDue' | 'returnMade'> {
  const due = new Gauge({
    name: 'waymark_returns_due',
    help: 'Returns that had fallen due and were not made yet when the schedule last looked',
    registers: [registry],
  })
  const made = new Counter({
    name: 'waymark_returns_made_total',
    help: 'Returns made by schedule or asked for, each version once; drafts made again are not counted',
    registers: [registry],
  })
  return {
    returnsDue(count) {
      due.set(count)
    },
    returnMade() {
      made.inc()
    },
  }
}

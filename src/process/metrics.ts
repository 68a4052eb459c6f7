import type { Backlog } from '../services/counting/read-backlog.ts'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What the process counts of itself. Labels are routes and statuses: never a tenant, a contract or a person. */
export interface Metrics {
  contentType: string
  render: () => Promise<string>
  requestDone: (of: { route: string; method: string; status: number; seconds: number }) => void
  recountDone: (seconds: number) => void
  recountFailed: () => void
}

/** @param backlog asked at each rendering; where it fails (the database is away) its figures are left out */
export function makeMetrics(backlog: () => Promise<Backlog>): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'waymark_http_request_duration_seconds',
    help: 'Time from a request to its reply, by route',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
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
  const marks = new Gauge({
    name: 'waymark_marks',
    help: 'Accepted changes that are not counted yet',
    registers: [registry],
  })
  const oldest = new Gauge({
    name: 'waymark_oldest_mark_seconds',
    help: 'Age of the oldest accepted change that is not counted yet',
    registers: [registry],
  })
  const failing = new Gauge({
    name: 'waymark_failing_months',
    help: 'Months whose counting failed, and that are tried again later',
    registers: [registry],
  })
  const away = new Gauge({
    name: 'waymark_database_up',
    help: '1 if the database answered while these figures were rendered',
    registers: [registry],
  })
  return {
    contentType: registry.contentType,
    async render() {
      try {
        const waiting = await backlog()
        away.set(1)
        marks.set(waiting.marks)
        oldest.set(waiting.oldestSeconds)
        failing.set(waiting.failing)
      } catch {
        // Figures of the process are wanted most while the database is away; the gauge above says that it is.
        away.set(0)
      }
      return registry.metrics()
    },
    requestDone({ route, method, status, seconds }) {
      requests.observe({ route, method, status: String(status) }, seconds)
    },
    recountDone(seconds) {
      recounts.observe(seconds)
    },
    recountFailed() {
      failures.inc()
    },
  }
}

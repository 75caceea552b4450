import { createHistogram } from 'node:perf_hooks';
import type { GatewayStats } from './types.ts';

/** What Prometheus calls the text that it reads. */
export const METRICS_TYPE = 'text/plain; version=0.0.4';

/** An hour: what takes longer counts as that. */
const LATENCY_MAX_NS = 3_600_000_000_000;
/** Two figures: every latency within 1 %, in 40 KB. */
const FIGURES = 2;
const QUANTILES = { p50: 0.5, p90: 0.9, p99: 0.99, p999: 0.999 } as const;

/** Counts what a gateway does. Counting costs no allocation. */
export class Stats {
  #requests = 0;
  #accepted = 0;
  #closed = 0;
  #latencySumNs = 0;
  readonly #responses = new Float64Array(600);
  readonly #latencyNs = createHistogram({ lowest: 1, highest: LATENCY_MAX_NS, figures: FIGURES });

  accepted(): void {
    this.#accepted++;
  }

  closed(): void {
    this.#closed++;
  }

  requested(): void {
    this.#requests++;
  }

  /** An answer was handed over `ms` milliseconds after its request had arrived. */
  answered(status: number, ms: number): void {
    this.#responses[status] = (this.#responses[status] as number) + 1;
    const ns = Math.min(Math.max(1, Math.round(ms * 1e6)), LATENCY_MAX_NS);
    this.#latencySumNs += ns;
    this.#latencyNs.record(ns);
  }

  get requests(): number {
    return this.#requests;
  }

  snapshot(): GatewayStats {
    const { p50, p90, p99, p999 } = QUANTILES;
    return {
      requests: this.#requests,
      responses: Object.fromEntries(this.#statuses()),
      connections: { open: this.#accepted - this.#closed, accepted: this.#accepted, closed: this.#closed },
      latencyUs: {
        p50: this.#latencyUs(p50),
        p90: this.#latencyUs(p90),
        p99: this.#latencyUs(p99),
        p999: this.#latencyUs(p999),
        max: this.#latencyUs(1),
      },
    };
  }

  /** The same numbers as Prometheus reads them (text format 0.0.4). */
  metrics(): string {
    const { connections } = this.snapshot();
    return [
      '# TYPE lanewise_requests_total counter',
      `lanewise_requests_total ${this.#requests}`,
      '# TYPE lanewise_responses_total counter',
      ...this.#statuses().map(([status, count]) => `lanewise_responses_total{status="${status}"} ${count}`),
      '# TYPE lanewise_connections_open gauge',
      `lanewise_connections_open ${connections.open}`,
      '# TYPE lanewise_connections_accepted_total counter',
      `lanewise_connections_accepted_total ${connections.accepted}`,
      '# TYPE lanewise_connections_closed_total counter',
      `lanewise_connections_closed_total ${connections.closed}`,
      '# TYPE lanewise_latency_seconds summary',
      ...Object.values(QUANTILES).map((q) => `lanewise_latency_seconds{quantile="${q}"} ${this.#latencyUs(q) / 1e6}`),
      `lanewise_latency_seconds_sum ${this.#latencySumNs / 1e9}`,
      `lanewise_latency_seconds_count ${this.#latencyNs.count}`,
      '',
    ].join('\n');
  }

  #latencyUs(quantile: number): number {
    return this.#latencyNs.count === 0 ? 0 : this.#latencyNs.percentile(quantile * 100) / 1000;
  }

  #statuses(): [string, number][] {
    return Array.from(this.#responses.entries())
      .filter(([, count]) => count > 0)
      .map(([status, count]) => [String(status), count]);
  }
}

import { createHistogram } from 'node:perf_hooks';
import type { GatewayStats } from './types.ts';

/** What Prometheus calls the text that it reads. */
export const METRICS_TYPE = 'text/plain; version=0.0.4';

/** An hour: what takes longer counts as that. */
const LATENCY_MAX_NS = 3_600_000_000_000;
/** Two figures: every latency within 1 %, in 40 KB. */
const FIGURES = 2;
const QUANTILES = { p50: 0.5, p90: 0.9, p99: 0.99, p999: 0.999 } as const;

/** What a transport counts by itself. */
export interface Counted {
  readonly requests: number;
  readonly accepted: number;
  readonly closed: number;
  /** By status. */
  readonly responses: ReadonlyMap<number, number>;
  readonly latency: { readonly count: number; readonly sumNs: number; quantileNs(quantile: number): number };
}

/** Counts what a gateway does. Counting costs no allocation. */
export class Stats {
  #requests = 0;
  #accepted = 0;
  #closed = 0;
  #latencySumNs = 0;
  readonly #responses = new Float64Array(600);
  readonly #latencyNs = createHistogram({ lowest: 1, highest: LATENCY_MAX_NS, figures: FIGURES });

  #read: (() => Counted) | undefined;

  /** From now on `read` says what has been counted. */
  watch(read: () => Counted): void {
    this.#read = read;
  }

  /** What was read last stays: the transport is about to end. */
  freeze(): void {
    const counted = this.#read?.();
    if (counted !== undefined) this.#read = () => counted;
  }

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

  snapshot(): GatewayStats {
    const { requests, accepted, closed, responses, latency } = this.#counted();
    const us = (quantile: number) => latencyUs(latency, quantile);
    const { p50, p90, p99, p999 } = QUANTILES;
    return {
      requests,
      responses: Object.fromEntries(responses),
      connections: { open: accepted - closed, accepted, closed },
      latencyUs: { p50: us(p50), p90: us(p90), p99: us(p99), p999: us(p999), max: us(1) },
    };
  }

  /** The same numbers as Prometheus reads them (text format 0.0.4). */
  metrics(): string {
    const { requests, accepted, closed, responses, latency } = this.#counted();
    return [
      '# TYPE lanewise_requests_total counter',
      `lanewise_requests_total ${requests}`,
      '# TYPE lanewise_responses_total counter',
      ...Array.from(responses, ([status, count]) => `lanewise_responses_total{status="${status}"} ${count}`),
      '# TYPE lanewise_connections_open gauge',
      `lanewise_connections_open ${accepted - closed}`,
      '# TYPE lanewise_connections_accepted_total counter',
      `lanewise_connections_accepted_total ${accepted}`,
      '# TYPE lanewise_connections_closed_total counter',
      `lanewise_connections_closed_total ${closed}`,
      '# TYPE lanewise_latency_seconds summary',
      ...Object.values(QUANTILES).map((q) => `lanewise_latency_seconds{quantile="${q}"} ${latencyUs(latency, q) / 1e6}`),
      `lanewise_latency_seconds_sum ${latency.sumNs / 1e9}`,
      `lanewise_latency_seconds_count ${latency.count}`,
      '',
    ].join('\n');
  }

  #counted(): Counted {
    if (this.#read !== undefined) return this.#read();
    return {
      requests: this.#requests,
      accepted: this.#accepted,
      closed: this.#closed,
      responses: new Map(Array.from(this.#responses.entries()).filter(([, count]) => count > 0)),
      latency: {
        count: this.#latencyNs.count,
        sumNs: this.#latencySumNs,
        quantileNs: (quantile) => this.#latencyNs.percentile(quantile * 100),
      },
    };
  }
}

function latencyUs({ count, quantileNs }: Counted['latency'], quantile: number): number {
  return count === 0 ? 0 : quantileNs(quantile) / 1000;
}

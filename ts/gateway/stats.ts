import { Histogram } from './histogram.ts';
import type { ConnectionStates, GatewayStats } from './types.ts';

const STATUSES = 600;

/** What has been counted since the start: by a transport itself, or here for node:http. */
export interface Counted {
  readonly requests: number;
  readonly accepted: number;
  readonly closed: number;
  /** Connections that were turned away for the limit. */
  readonly shed: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Answers that were to be logged, and are not. */
  readonly unlogged: number;
  readonly states: ConnectionStates;
  /** By reason. */
  readonly refused: ReadonlyMap<string, number>;
  /** By route ('' for none) and status. */
  readonly responses: readonly { readonly route: string; readonly status: number; readonly count: number }[];
  readonly latency: Histogram;
}

/** What only the connections themselves can tell. */
export interface Connections {
  readonly states: ConnectionStates;
  /** Of those that are open. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

const NO_CONNECTIONS: Connections = { states: { new: 0, active: 0, idle: 0, closing: 0 }, bytesIn: 0, bytesOut: 0 };

/** Counts what a gateway does. Counting costs no allocation but for the first answer of a route. */
export class Stats {
  #requests = 0;
  #accepted = 0;
  #closed = 0;
  #shed = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #unlogged = 0;
  /** By route, then by status: as many as the configs have had routes. */
  readonly #responses = new Map<string, Float64Array>();
  readonly #refused = new Map<string, number>();
  readonly #latency = new Histogram();
  #read: (() => Counted) | undefined;
  #look: () => Connections = () => NO_CONNECTIONS;

  /** From now on `read` says what has been counted. */
  watch(read: () => Counted): void {
    this.#read = read;
  }

  /** What `look` sees is added to what is counted here. */
  watchConnections(look: () => Connections): void {
    this.#look = look;
  }

  /** What was read last stays: the transport is about to end. */
  freeze(): void {
    const counted = this.#read?.();
    if (counted !== undefined) this.#read = () => counted;
  }

  accepted(): void {
    this.#accepted++;
  }

  closed(bytesIn: number, bytesOut: number): void {
    this.#closed++;
    this.#bytesIn += bytesIn;
    this.#bytesOut += bytesOut;
  }

  shed(): void {
    this.#shed++;
  }

  requested(): void {
    this.#requests++;
  }

  refused(reason: string): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  /** The log has no room for a line. */
  unlogged(): void {
    this.#unlogged++;
  }

  /** An answer of `route` was handed over `ms` milliseconds after its request had arrived. */
  answered(route: string, status: number, ms: number): void {
    let byStatus = this.#responses.get(route);
    if (byStatus === undefined) {
      byStatus = new Float64Array(STATUSES);
      this.#responses.set(route, byStatus);
    }
    byStatus[status] = (byStatus[status] as number) + 1;
    this.#latency.record(ms);
  }

  snapshot(): GatewayStats {
    const { requests, accepted, closed, shed, bytesIn, bytesOut, states, refused, responses, latency } = this.counted();
    const us = (quantile: number) => latency.quantileNs(quantile) / 1000;
    return {
      requests,
      responses: byStatus(responses),
      routes: byRoute(responses),
      connections: { open: accepted - closed, accepted, closed, shed, ...states },
      bytes: { in: bytesIn, out: bytesOut },
      refused: Object.fromEntries(refused),
      latencyUs: { p50: us(0.5), p90: us(0.9), p99: us(0.99), p999: us(0.999), max: us(1) },
    };
  }

  counted(): Counted {
    if (this.#read !== undefined) {
      const counted = this.#read();
      return { ...counted, unlogged: counted.unlogged + this.#unlogged };
    }
    const { states, bytesIn, bytesOut } = this.#look();
    return {
      requests: this.#requests,
      accepted: this.#accepted,
      closed: this.#closed,
      shed: this.#shed,
      bytesIn: this.#bytesIn + bytesIn,
      bytesOut: this.#bytesOut + bytesOut,
      unlogged: this.#unlogged,
      states,
      refused: this.#refused,
      responses: Array.from(this.#responses, ([route, counts]) =>
        Array.from(counts.entries(), ([status, count]) => ({ route, status, count })).filter(({ count }) => count > 0),
      ).flat(),
      latency: this.#latency,
    };
  }
}

function byStatus(responses: Counted['responses']): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { status, count } of responses) sums[status] = (sums[status] ?? 0) + count;
  return sums;
}

function byRoute(responses: Counted['responses']): Record<string, Record<string, number>> {
  const routes: Record<string, Record<string, number>> = Object.create(null);
  for (const { route, status, count } of responses) {
    routes[route] ??= {};
    (routes[route] as Record<string, number>)[status] = count;
  }
  return routes;
}

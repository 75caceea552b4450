import { backend } from './backend/current.ts';

/*
 * The facade of the native transport: sockets, connections and HTTP/1.1 framing in Rust, nested in the loop of Node. Linux and the addon only.
 */

/** How a gateway is to be. */
export interface DataplaneOptions {
  /** An address and a port, `127.0.0.1:0`. */
  readonly address: string;
  /** Several sockets may share the port (SO_REUSEPORT). */
  readonly isShared: boolean;
  /** Whose counters these planes add theirs to; 0 for a group of its own. */
  readonly group: number;
  /** How many threads there are besides this one, to share the connections; 0 to serve them here, in the loop of Node. */
  readonly threads: number;
  /** By io_uring, not by epoll. */
  readonly isUring: boolean;
  /** `deliver` is called for each record, not once a turn. */
  readonly isEach: boolean;
  /** Plans are run by the addon; else every request is delivered. */
  readonly runsPlans: boolean;
  /** Answers are logged: records say what has been. */
  readonly logs: boolean;
  /** In the order of `GatewayLimits`. */
  readonly limits: number[];
  readonly routes: DataplaneRoute[];
  /** How many counters of routes there are; the last one is for answers without a route. */
  readonly counters: number;
}

/** A route of a config that has been checked. */
export interface DataplaneRoute {
  readonly method?: string;
  readonly path: string;
  readonly kind: 'echo' | 'respond' | 'search' | 'handler' | 'report';
  /** Which counter its answers go to. */
  readonly counter: number;
  /** Of an echo: names and selectors in turn. */
  readonly select?: string[];
  /** Of a respond route. */
  readonly status?: number;
  readonly media?: string;
  readonly body?: Uint8Array;
  /** Of a search: the saved form of the matcher. */
  readonly matcher?: Uint8Array;
  readonly replace?: Uint8Array;
  /** Of a handler: the body is passed on as it arrives. */
  readonly isStreamed: boolean;
}

/**
 * What the addon gives to `ts/gateway/native`. Handles name gateways of this thread; ids name requests, from the record that brought
 * them until they are answered. A call for what is over does nothing.
 */
export interface Dataplane {
  /**
   * Listens, and calls `deliver` for what comes: with an ArrayBuffer where records lie in another one than the last time.
   *
   * @returns a handle; below 0 the error number of the system, or UNSUPPORTED
   */
  gatewayOpen(options: DataplaneOptions, deliver: (arena?: ArrayBuffer) => void): number;
  /** The block of numbers and answers: `Control` and the answers behind it. */
  gatewayShared(handle: number): Uint8Array;
  /** `127.0.0.1:8080`, `[::1]:8080`. */
  gatewayAddress(handle: number): string;
  /** The header names that records name by number, counted from 1. */
  gatewayKnownFields(): string[];
  /** Sends the answers that have been written. */
  gatewayFlush(handle: number): void;
  /** Answers with a body that is too large for the block. */
  gatewayAnswer(handle: number, id: number, status: number, media: number, fields: Uint8Array, body: Uint8Array): void;
  /** Begins a streamed answer. False when there is nobody to answer, or the head cannot be written. */
  gatewayBegin(handle: number, id: number, status: number, media: number, fields: Uint8Array): boolean;
  /** Goes on with it: ROOM. */
  gatewayWrite(handle: number, id: number, data: Uint8Array): number;
  /** Ends it; cuts the connection where it is not whole. */
  gatewayFinish(handle: number, id: number, isWhole: boolean): void;
  /** More of a streamed body is wanted. */
  gatewayResume(handle: number, id: number): void;
  /** Bytes that a record calls loose, an array of the caller's own; once, while the record is being delivered. */
  gatewayTake(handle: number, index: number): Uint8Array;
  /** Serves by other limits and routes. The generation of the routes, which records name; those of the start have 0. */
  gatewayReload(handle: number, limits: number[], routes: DataplaneRoute[], counters: number): number;
  /** Stops listening and ends idle connections. A record follows when the last one has ended, after `graceMs` by force. */
  gatewayDrain(handle: number, graceMs: number): void;
  /** Cuts what is left. `deliver` is not called any more. */
  gatewayClose(handle: number): void;
  /** The group that the counters belong to. */
  gatewayGroup(handle: number): number;
  /** What has been counted, by each plane of the group one behind the other, in the order of `Counters::snapshot` in `crates/lanewise-dataplane/src/counters.rs`. */
  gatewayCounters(handle: number): Float64Array;
}

/** The number for "this host cannot". */
export const UNSUPPORTED = -(2 ** 31);
/** Whether a streamed answer may go on at once, after a record that says so, or never. */
export const ROOM = { more: 0, full: 1, gone: 2 } as const;

/** The native transport; undefined where there is none. */
export function dataplane(): Dataplane | undefined {
  const native = backend as Partial<Dataplane>;
  return process.platform === 'linux' && native.gatewayOpen !== undefined ? (native as Dataplane) : undefined;
}

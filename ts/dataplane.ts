import { backend } from './backend/current.ts';

/*
 * The facade of the native transport: sockets, connections and HTTP/1.1 framing in Rust, nested in the loop of Node. Linux and the addon only.
 */

/**
 * What the addon gives to `ts/gateway/native`. Handles name gateways of this thread; ids name requests, from the record that brought
 * them until they are answered. A call for what is over does nothing.
 */
export interface Dataplane {
  /**
   * Listens on an address and a port, `127.0.0.1:0`, and calls `deliver` for what comes: with an ArrayBuffer where records lie in another
   * one than the last time.
   *
   * @param isShared several sockets may share the port (SO_REUSEPORT)
   * @param isEach calls for each record, not once a turn
   * @param limits numbers in the order of `GatewayLimits`
   * @returns a handle; below 0 the error number of the system, or UNSUPPORTED
   */
  gatewayOpen(address: string, isShared: boolean, isEach: boolean, limits: number[], deliver: (arena?: ArrayBuffer) => void): number;
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
  gatewayReload(handle: number, limits: number[]): void;
  /** Stops listening and ends idle connections. A record follows when the last one has ended, after `graceMs` by force. */
  gatewayDrain(handle: number, graceMs: number): void;
  /** Cuts what is left. `deliver` is not called any more. */
  gatewayClose(handle: number): void;
  /** What has been counted, in the order of `Counters::snapshot` in `crates/lanewise-dataplane/src/counters.rs`. */
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

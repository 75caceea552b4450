import type { Query } from '../query.ts';

/** How a gateway is set up: the argument of `serve`, and the default export of a config file. */
export interface GatewayConfig {
  readonly listen?: {
    /** A name or an address. @default '127.0.0.1' */
    readonly host?: string;
    /** 0 takes a free one. @default 8080 */
    readonly port?: number;
  };
  /** Which way of serving: all give the same answers. @default the newest */
  readonly iteration?: Iteration;
  /** The first route that matches path and method serves. @default GET and POST /echo, POST /search */
  readonly routes?: readonly Route[];
  readonly limits?: Partial<GatewayLimits>;
  /** Threads that read and write sockets; from v0.4 on, where the native transport is. 1 is the thread of JavaScript. @default 1 */
  readonly threads?: number;
  /** Threads of JavaScript that run handlers; from v0.4 on. @default 1 */
  readonly jsWorkers?: number;
  /** How the native transport asks the kernel; 'auto' is 'epoll'. 'uring' needs Linux 6.1. @default 'auto' */
  readonly io?: IoBackend | 'auto';
  /** A line on standard output for each request: JSON, or for people. `true` is 'json'. @default false */
  readonly log?: boolean | LogFormat;
}

/** How the native transport asks the kernel. */
export type IoBackend = 'epoll' | 'uring';

/** How a request is logged. */
export type LogFormat = 'json' | 'pretty';

/** The ways of serving, oldest first. */
export const ITERATIONS = ['v0.1', 'v0.2', 'v0.3', 'v0.4', 'v0.5', 'v0.6'] as const;
export type Iteration = (typeof ITERATIONS)[number];

/** What one client may take. Sizes are bytes, times milliseconds, all of them 1 or more. */
export interface GatewayLimits {
  /** Request line and headers; 431 beyond. @default 16 KiB */
  readonly headBytes: number;
  /** Header lines; 431 beyond. @default 100 */
  readonly headers: number;
  /** 413 beyond, before the rest is read. @default 1 MiB */
  readonly bodyBytes: number;
  /** What a body must keep up once its first second is over; 408 below. @default 1 KiB */
  readonly bodyBytesPerSecond: number;
  /** Connections beyond are closed when they are accepted. @default 100,000 */
  readonly connections: number;
  /** For the whole head; 408 beyond. @default 10,000 */
  readonly headMs: number;
  /** For the whole body; 408 beyond. @default 30,000 */
  readonly bodyMs: number;
  /** Between two requests of a connection, which is closed then. @default 60,000 */
  readonly idleMs: number;
  /** Until a client has taken a whole answer; the connection is closed then. @default 30,000 */
  readonly writeMs: number;
  /** Until a handler has answered; 504 beyond. @default 30,000 */
  readonly handlerMs: number;
}

/**
 * What answers a path: '/a/b', '/a/:id' (one segment, not empty), '/files/*' (everything below '/files/', itself included; '/*' is
 * every path). GET routes answer HEAD too. Without a method any that the kind knows: echo GET and POST, search POST, the others all.
 */
export type Route = { readonly method?: string; readonly path: string } & (EchoRoute | RespondRoute | SearchRoute | HandlerRoute);

/**
 * POST: the JSON or MessagePack body, validated and re-encoded as `Accept` asks (without one: as it came, JSON without white space).
 * GET: `{"message":"hello"}`.
 */
export interface EchoRoute {
  readonly echo:
    | true
    | {
        /**
         * By name what to take: a JSON Pointer or a JSONPath, as `Query` takes them. The answer is an object with the first value of each
         * name, in the order of the names; those without a value are left out.
         */
        readonly select?: Readonly<Record<string, string>>;
      };
}

/** The same answer always; to GET and HEAD with an ETag, by which a client that has it is answered 304. */
export interface RespondRoute {
  readonly respond: {
    /** 200 to 599. @default 200 */
    readonly status?: number;
    /** Media type. @default 'text/plain; charset=utf-8' for a string, else 'application/octet-stream' */
    readonly type?: string;
    readonly body: string | Uint8Array;
  };
}

/** Where patterns occur in the body: `{"count":n,"matches":[{"id","start","end"}]}`, offsets in bytes. */
export interface SearchRoute {
  readonly search: {
    readonly patterns: readonly string[];
    /** Unicode simple case folding. @default false */
    readonly ignoreCase?: boolean;
    /** Answers with the body, of the type that it came with, each match replaced by this. */
    readonly replace?: string;
  };
}

/** Code that answers. What it throws, and what is no GatewayResponse, is a 500 and a line in the log. */
export interface HandlerRoute {
  readonly handler: Handler;
  /** Calls the handler before the body has arrived, which it reads by `stream()`; a compressed one comes as it was sent. @default false */
  readonly stream?: boolean;
}

export type Handler = (request: GatewayRequest) => GatewayResponse | Promise<GatewayResponse>;

/** A request whose body has arrived, unless its route says `stream`. */
export interface GatewayRequest {
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  /** What follows '?', '' without one. */
  readonly query: string;
  /** What ':name' and '*' stand for, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Lines of the same name are joined by ', '. */
  header(name: string): string | undefined;
  /** Aborted when the client has gone or `handlerMs` is over. */
  readonly signal: AbortSignal;
  bytes(): Uint8Array;
  /** @throws {LanewiseError} LW_UTF8; not caught it becomes a 400 */
  text(): string;
  /** @throws {LanewiseError} as `json.validate`; not caught it becomes a 400 */
  json(): unknown;
  /**
   * What `query.pick` finds in the body: MessagePack where Content-Type says so, else JSON.
   *
   * @throws {LanewiseError} as `query.pick`; not caught it becomes a 400
   */
  pick<K extends string>(query: Query<K>): { [P in K]: unknown };
  /**
   * The body, as it arrives where the route says `stream`: then no faster than it is taken, and `bytes`, `text`, `json` and `pick` throw a TypeError.
   * It fails when the client goes, when the body exceeds its limit, and once the request has been answered.
   */
  stream(): ReadableStream<Uint8Array>;
}

/** What a handler answers. */
export interface GatewayResponse {
  /** 200 to 599. @default 200 */
  readonly status?: number;
  /** Framing (Content-Length, Transfer-Encoding, Connection …) is the gateway's own: what is given of it is left out. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * An object is written as JSON. The type of the body is named unless `headers` does. A stream, of bytes or strings, is sent as it comes
   * and no faster than the client takes it; it is cancelled when the client goes, and when it fails the connection is cut.
   */
  readonly body?: string | Uint8Array | ReadableStream<Uint8Array | string> | object;
}

/** A running gateway. */
export interface Gateway {
  /** Where it listens: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Which way of serving. */
  readonly iteration: Iteration;
  /** What reads and writes the sockets: 'node:http', 'epoll', 'io_uring'. */
  readonly transport: string;
  /** Threads that do. */
  readonly threads: number;
  readonly limits: GatewayLimits;
  stats(): GatewayStats;
  /**
   * Serves the routes of `config` from the next request on, within its limits; requests under way end as they began.
   *
   * @throws {TypeError} for a config that `serve` would refuse, or one that needs a new process: `listen`, `iteration`, `threads`,
   *   `jsWorkers`, `io`, `log` or `limits.headBytes` changed. Nothing has changed then.
   */
  reload(config: GatewayConfig): Promise<void>;
  /**
   * Stops accepting, closes idle connections at once and lets requests under way finish.
   *
   * @param options.graceMs after which connections still open are cut; `@default 30,000`
   */
  close(options?: { graceMs?: number }): Promise<void>;
}

/** Connections by what they are doing: no request yet; one arriving or being answered; waiting for the next; being closed. */
export interface ConnectionStates {
  readonly new: number;
  readonly active: number;
  readonly idle: number;
  readonly closing: number;
}

/** Counted since the start. */
export interface GatewayStats {
  /** Whose head has arrived. */
  readonly requests: number;
  /** By status. */
  readonly responses: Readonly<Record<string, number>>;
  /** By route ('GET /echo', '/any' for one of any method, '' for what no route has answered), then by status. */
  readonly routes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Those turned away for the limit are `shed`; `open` are those of all states together. */
  readonly connections: {
    readonly open: number;
    readonly accepted: number;
    readonly closed: number;
    readonly shed: number;
  } & ConnectionStates;
  readonly bytes: { readonly in: number; readonly out: number };
  /** Messages that were refused, and their connections closed, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** From the end of the head to the hand-over of the answer to the system, in microseconds, within 1 %. */
  readonly latencyUs: { readonly p50: number; readonly p90: number; readonly p99: number; readonly p999: number; readonly max: number };
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Failure, failure } from '../failures.ts';
import { NO_PARAMS, type Params } from '../path-pattern.ts';
import type { Stats } from '../stats.ts';
import type { GatewayLimits } from '../types.ts';
import { type Answer, type FlatHeaders, headersFor, JSON_TEXT } from './answer.ts';
import { BufferPool } from './buffer-pool.ts';

const EXCHANGE = Symbol('exchange');
type Tracked = IncomingMessage & { [EXCHANGE]: Exchange };

const EMPTY = Buffer.alloc(0);
/** Up to here the body goes out in one string with the head: one write of one piece is cheaper than a gathered one. */
const INLINE_MAX = 8 << 10;
/** How much of a body that nobody wants is read, and how long: a client that is still sending would not see the answer else. */
const DISCARDED_MAX = 16 << 20;
const DISCARD_MS = 5_000;

const pool = new BufferPool();

/** What an exchange needs of the gateway it belongs to. */
export interface Service {
  readonly limits: GatewayLimits;
  readonly stats: Stats;
}

/** One connection of a client. */
export interface Connection {
  readonly socket: Socket;
  /** Not answered yet, in the order in which they came; more than one when the client sends ahead. */
  readonly exchanges: Exchange[];
}

/** What is done with a body once it is there. `body` may be used until the exchange is answered, and kept when it says so. */
export type BodyReader = (exchange: Exchange, body: Uint8Array) => void;

/** The exchange that a request belongs to. */
export function exchangeOf(request: IncomingMessage): Exchange {
  return (request as Tracked)[EXCHANGE];
}

/** One request and its answer. It is answered once; what comes later is dropped. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly service: Service;
  /** Milliseconds, of the monotonic clock. */
  readonly startedAt: number;
  params: Params = NO_PARAMS;
  /** What a route keeps between head and body. */
  state: unknown;
  /** The client waits for "100 Continue" before it sends the body. */
  expectsContinue = false;
  readonly #connection: Connection;
  #isSettled = false;
  #isReceiving = false;
  #reader: BodyReader | undefined;
  #body: Buffer = EMPTY;
  #isPooled = false;
  #received = 0;
  #abort: AbortController | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, connection: Connection, service: Service) {
    this.request = request;
    this.response = response;
    this.service = service;
    this.#connection = connection;
    this.startedAt = performance.now();
    (request as Tracked)[EXCHANGE] = this;
    connection.exchanges.push(this);
    service.stats.requested();
  }

  /** True once it is answered, or the client has gone. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** True while a body is arriving that somebody wants. */
  get isReceiving(): boolean {
    return this.#isReceiving && !this.request.complete;
  }

  /** Aborted when the client goes or `abort` is called. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    return this.#abort.signal;
  }

  /** Collects the body and passes it to `reader`; a body beyond the limit is answered here. */
  read(reader: BodyReader): void {
    if (!this.hasBody) {
      reader(this, EMPTY);
    } else if (this.admitBody()) {
      this.#reader = reader;
      this.request.on('data', receive);
      this.request.on('end', finish);
    }
  }

  /** Answers a body that is announced to be too large; lets any other come. */
  admitBody(): boolean {
    if (Number(this.request.headers['content-length']) > this.service.limits.bodyBytes) {
      this.fail(failure(413));
      return false;
    }
    if (this.expectsContinue) this.response.writeContinue();
    this.#isReceiving = true;
    return true;
  }

  /** Counts what has arrived of the body; answers a body that has become too large. */
  admitChunk(size: number): boolean {
    this.#received += size;
    if (this.#received <= this.service.limits.bodyBytes) return true;
    this.fail(failure(413));
    return false;
  }

  /** Keeps one more piece of the body. The first one is not copied, which for most bodies is all of it. */
  receive(chunk: Buffer): void {
    const start = this.#received;
    if (!this.admitChunk(chunk.length)) return;
    if (start === 0) {
      this.#body = chunk;
      return;
    }
    if (!this.#isPooled || this.#received > this.#body.length) this.#grow(start);
    chunk.copy(this.#body, start);
  }

  /** The body is complete. */
  finish(): void {
    const body = this.#isPooled ? this.#body.subarray(0, this.#received) : this.#body;
    if (!this.#isSettled) this.#reader?.(this, body);
  }

  /** Lets others use the memory of the body, which nothing may look at from now on. */
  releaseBody(): void {
    if (this.#isPooled) pool.release(this.#body);
    this.#isPooled = false;
    this.#body = EMPTY;
  }

  /** Answers. `headers` hold Content-Length where there is a body, and may be used again at once. */
  reply(status: number, headers: FlatHeaders, body: Uint8Array | string): void {
    if (this.#isSettled) return;
    this.response.writeHead(status, headers);
    if (typeof body === 'string') this.#send(body, 'utf8');
    else if (body.length <= INLINE_MAX) this.#send(Buffer.prototype.latin1Slice.call(body, 0, body.length), 'latin1');
    else this.response.end(body);
    this.settle(status);
  }

  answer({ status, headers, body }: Answer): void {
    this.reply(status, headers, body);
  }

  fail({ status, body, allow }: Failure): void {
    const headers = headersFor(JSON_TEXT, Buffer.byteLength(body));
    if (allow !== undefined) headers.push('Allow', allow);
    this.reply(status, headers, body);
  }

  /** Answers with a failure, and the connection is closed then. */
  failAndClose(why: Failure): void {
    if (!this.#isSettled) this.response.setHeader('Connection', 'close');
    this.fail(why);
  }

  /** True when the body has had its time, or is slower than it may be. */
  isLate(now: number): boolean {
    const { bodyMs, bodyBytesPerSecond } = this.service.limits;
    const ms = now - this.startedAt;
    return ms > bodyMs || this.#received < ((ms - 1000) / 1000) * bodyBytesPerSecond;
  }

  /** The answer has been handed over. */
  settle(status: number): void {
    if (this.#isSettled) return;
    this.service.stats.answered(status, performance.now() - this.startedAt);
    this.#leave();
    if (!this.request.complete && this.hasBody) this.#discardBody();
  }

  /** The client has gone. */
  abandon(): void {
    this.#leave();
    this.abort();
  }

  abort(): void {
    this.#abort?.abort();
  }

  get hasBody(): boolean {
    const { headers } = this.request;
    const size = headers['content-length'];
    return size === undefined ? headers['transfer-encoding'] !== undefined : size !== '0';
  }

  /**
   * Ends the answer in one plain write of head and body: `end(text)` would gather the body and an empty string behind it, which Node
   * writes through an allocation and a request object of its own.
   */
  #send(text: string, encoding: 'latin1' | 'utf8'): void {
    const { response, request } = this;
    const { socket } = response;
    if (socket === null || text === '' || request.method === 'HEAD') {
      response.end(text, encoding);
    } else {
      socket.cork();
      response.write(text, encoding);
      socket.uncork();
      response.end();
    }
  }

  #leave(): void {
    this.#isSettled = true;
    const { exchanges } = this.#connection;
    if (exchanges.at(-1) === this) exchanges.pop();
    else if (exchanges.includes(this)) exchanges.splice(exchanges.indexOf(this), 1);
  }

  /** Moves the body, of which `kept` bytes are there, to memory that has room for what has arrived. */
  #grow(kept: number): void {
    const grown = pool.acquire(this.#received);
    this.#body.copy(grown, 0, 0, kept);
    if (this.#isPooled) pool.release(this.#body);
    this.#body = grown;
    this.#isPooled = true;
  }

  /** Reads on for a while, so that the client finds the answer when it has sent what it is sending. */
  #discardBody(): void {
    const { request } = this;
    let left = DISCARDED_MAX;
    const timer = setTimeout(() => request.socket.destroy(), DISCARD_MS).unref();
    request.removeListener('data', receive).removeListener('end', finish);
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) request.socket.destroy();
    });
    request.on('close', () => clearTimeout(timer));
  }
}

// Listeners that all requests share: none is made for one.
function receive(this: IncomingMessage, chunk: Buffer): void {
  exchangeOf(this).receive(chunk);
}

function finish(this: IncomingMessage): void {
  exchangeOf(this).finish();
}

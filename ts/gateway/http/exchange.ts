import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AccessLog } from '../access-log.ts';
import { type BodyReader, Exchange, type Service, type Sink } from '../exchange.ts';
import { type Failure, failure } from '../failures.ts';
import { NO_PARAMS, type Params } from '../path-pattern.ts';
import { pathOf } from '../routes.ts';
import { streamOf } from '../stream.ts';
import { type FlatHeaders, hasNoBody, NO_HEADERS, sizeOf } from './answer.ts';
import { BodyStream } from './body-stream.ts';
import { BufferPool } from './buffer-pool.ts';

const EXCHANGE = Symbol('exchange');
type Tracked = IncomingMessage & { [EXCHANGE]: NodeExchange };

const EMPTY = Buffer.alloc(0);
/** Up to here the body goes out in one string with the head: one write of one piece is cheaper than a gathered one. */
const INLINE_MAX = 8 << 10;
/** How much of a body that nobody wants is read, and how long: a client that is still sending would not see the answer else. */
const DISCARDED_MAX = 16 << 20;
const DISCARD_MS = 5_000;

const pool = new BufferPool();

/** One connection of a client. */
export interface Connection {
  readonly socket: Socket;
  /** Not answered yet, in the order in which they came; more than one when the client sends ahead. */
  readonly exchanges: NodeExchange[];
  /** Its end is that of the body of an answer: one that is cut short may not end alike (RFC 9112 section 8). */
  endsBody: boolean;
}

/** Ends a connection as it is; by a reset where its end would say that what the client has is all. */
export function cutConnection({ socket, endsBody }: Connection): void {
  if (endsBody) socket.resetAndDestroy();
  else socket.destroy();
}

/** The exchange that a request belongs to. */
export function exchangeOf(request: IncomingMessage): NodeExchange {
  return (request as Tracked)[EXCHANGE];
}

/** An exchange of node:http. */
export class NodeExchange extends Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly service: Service;
  /** Milliseconds, of the monotonic clock. */
  readonly startedAt: number;
  params: Params = NO_PARAMS;
  routeName = '';
  /** The client waits for "100 Continue" before it sends the body. */
  expectsContinue = false;
  readonly #connection: Connection;
  #isSettled = false;
  /** Bytes of the body of the answer. */
  #sent = 0;
  #isReceiving = false;
  #reader: BodyReader | undefined;
  #body: Buffer = EMPTY;
  #isPooled = false;
  #received = 0;
  /** How long nothing of the body was read because nobody took it, and since when that is so, 0 while it is not. */
  #pausedMs = 0;
  #pausedSince = 0;
  #stream: BodyStream | undefined;
  /** The head of the answer has been sent, and its body is under way. */
  #isOpen = false;
  #deadline: NodeJS.Timeout | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, connection: Connection, service: Service) {
    super();
    this.request = request;
    this.response = response;
    this.service = service;
    this.#connection = connection;
    this.startedAt = performance.now();
    (request as Tracked)[EXCHANGE] = this;
    connection.exchanges.push(this);
    service.stats.requested();
  }

  get method(): string {
    return this.request.method as string;
  }

  get target(): string {
    return this.request.url as string;
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** True while a body is arriving that somebody wants, and takes. */
  get isReceiving(): boolean {
    return this.#isReceiving && this.#pausedSince === 0 && !this.request.complete;
  }

  read(reader: BodyReader): void {
    if (!this.hasBody) {
      reader(this);
    } else if (this.admitBody()) {
      this.#reader = reader;
      this.request.on('data', receive);
      this.request.on('end', finish);
    }
  }

  openBody(): ReadableStream<Uint8Array> {
    if (!this.hasBody) return streamOf(EMPTY);
    this.#stream = new BodyStream(this);
    if (!this.admitBody()) this.#stream.fail();
    return this.#stream.stream;
  }

  /** Stops reading the body: its time stands still. */
  pauseBody(): void {
    if (this.#pausedSince === 0) this.#pausedSince = performance.now();
    this.request.pause();
  }

  resumeBody(): void {
    if (this.#pausedSince !== 0) this.#pausedMs += performance.now() - this.#pausedSince;
    this.#pausedSince = 0;
    this.request.resume();
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
    if (this.#isPooled) this.#body = this.#body.subarray(0, this.#received);
    if (!this.#isSettled) this.#reader?.(this);
  }

  /** What something else than `read` has collected. */
  set body(body: Buffer) {
    this.#body = body;
  }

  get body(): Buffer {
    return this.#body;
  }

  keepBody(): Uint8Array {
    return this.#body;
  }

  releaseBody(): void {
    if (this.#isPooled) pool.release(Buffer.from(this.#body.buffer));
    this.#isPooled = false;
    this.#body = EMPTY;
  }

  reply(status: number, type: string | undefined, body: Uint8Array | string, headers: FlatHeaders = NO_HEADERS): void {
    if (this.#isSettled) return;
    if (this.#isOpen) {
      // It is too late for another answer: the client learns it from the end of this one.
      this.#cut();
      return;
    }
    if (hasNoBody(status)) {
      this.response.writeHead(status, headers as string[]).end();
    } else {
      const size = typeof body === 'string' ? Buffer.byteLength(body) : sizeOf(body);
      this.#sent = size;
      this.response.writeHead(status, withLength(withType(type, headers), size));
      if (typeof body === 'string') this.#send(body, 'utf8');
      else if (size <= INLINE_MAX) this.#send(Buffer.prototype.latin1Slice.call(body, 0, size), 'latin1');
      else this.response.end(body);
    }
    this.settle(status);
  }

  open(status: number, type: string | undefined, headers: FlatHeaders): Sink | undefined {
    if (this.#isSettled || this.#isOpen) return undefined;
    const { response } = this;
    clearTimeout(this.#deadline);
    response.writeHead(status, withType(type, headers));
    if (this.method === 'HEAD' || hasNoBody(status)) {
      response.end();
      this.settle(status);
      return undefined;
    }
    this.#isOpen = true;
    if (this.request.httpVersionMinor === 0) {
      this.#connection.endsBody = true;
      response.once('finish', () => {
        this.#connection.endsBody = false;
      });
    }
    response.flushHeaders();
    return {
      write: (piece) => {
        this.#sent += piece.length;
        return response.write(piece) || response.destroyed ? undefined : drained(response);
      },
      end: () => {
        response.end();
        this.settle(status);
      },
      cut: () => {
        this.settle(status);
        this.#cut();
      },
    };
  }

  startDeadline(): void {
    // The connection keeps the process alive for as long as somebody waits for the answer.
    this.#deadline = setTimeout(expire, this.service.limits.handlerMs, this).unref();
  }

  /** Answers with a failure, and the connection is closed then. */
  failAndClose(why: Failure): void {
    if (!this.#isSettled && !this.response.headersSent) this.response.setHeader('Connection', 'close');
    this.fail(why);
  }

  /** True when the body has had its time, or is slower than it may be. */
  isLate(now: number): boolean {
    const { bodyMs, bodyBytesPerSecond } = this.service.limits;
    const ms = now - this.startedAt - this.#pausedMs;
    return ms > bodyMs || this.#received < ((ms - 1000) / 1000) * bodyBytesPerSecond;
  }

  /** The answer has been handed over. */
  settle(status: number): void {
    if (this.#isSettled) return;
    const ms = performance.now() - this.startedAt;
    this.service.stats.answered(this.routeName, status, ms);
    if (this.service.log !== undefined) this.#log(this.service.log, status, ms);
    this.#leave();
    if (!this.request.complete && this.hasBody) this.#discardBody();
  }

  #log(log: AccessLog, status: number, ms: number): void {
    const { method, target, request, response } = this;
    // Express has written the answer by itself.
    const size = this.#sent || Number(response.getHeader('content-length') ?? 0);
    const bytes = method === 'HEAD' ? 0 : size;
    log.write({ method, path: pathOf(target), status, bytes, ms, remote: request.socket.remoteAddress ?? '' });
  }

  /** The client has gone. */
  abandon(): void {
    this.#leave();
    this.#stream?.fail();
    this.abort();
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

  /** Ends the connection in the middle of the answer; before it, where answers to earlier requests are still to come. */
  #cut(): void {
    if (this.response.socket !== null) cutConnection(this.#connection);
    this.response.destroy();
  }

  #leave(): void {
    this.#isSettled = true;
    if (this.#deadline !== undefined) clearTimeout(this.#deadline);
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
    this.#stream?.fail();
    const timer = setTimeout(cutConnection, DISCARD_MS, this.#connection).unref();
    request.removeAllListeners('data').removeListener('end', finish);
    request.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) cutConnection(this.#connection);
    });
    request.on('close', () => clearTimeout(timer));
    request.resume();
  }
}

function withType(type: string | undefined, headers: FlatHeaders): string[] {
  if (type === undefined) return [...headers];
  return headers.length === 0 ? ['Content-Type', type] : ['Content-Type', type, ...headers];
}

function withLength(headers: string[], size: number): string[] {
  headers.push('Content-Length', String(size));
  return headers;
}

/** When what was written has been taken, or never will be. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.removeListener('drain', done).removeListener('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

function expire(exchange: NodeExchange): void {
  exchange.fail(failure(504));
  exchange.abort();
}

// Listeners that all requests share: none is made for one.
function receive(this: IncomingMessage, chunk: Buffer): void {
  exchangeOf(this).receive(chunk);
}

function finish(this: IncomingMessage): void {
  exchangeOf(this).finish();
}

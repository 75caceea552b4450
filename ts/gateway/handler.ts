import { validateHeaderName, validateHeaderValue } from 'node:http';
import * as json from '../json.ts';
import type { Query } from '../query.ts';
import { decodeUtf8 } from '../text.ts';
import { BodyGone, type Exchange } from './exchange.ts';
import { failure, failureOf } from './failures.ts';
import { BINARY, type FlatHeaders, hasNoBody, JSON_TEXT, NO_HEADERS, sizeOf, TEXT } from './http/answer.ts';
import { describeThrown, logFailure } from './log.ts';
import { bodyType } from './media.ts';
import { pathOf, queryOf } from './routes.ts';
import { sendStream, streamOf } from './stream.ts';
import type { GatewayRequest, GatewayResponse, Handler } from './types.ts';

/** Headers that say how a message is framed: the gateway writes them. */
const FRAMING = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Answers with what `handler` makes of the request, whose body has arrived. Whatever it does, the exchange is answered: 500 when it throws
 * or answers with what is no GatewayResponse, 400 when it let pass what `text` or `json` threw, 504 after `handlerMs`.
 */
export function runHandler(exchange: Exchange, handler: Handler): void {
  run(exchange, handler, new HandlerRequest(exchange));
}

/** The same for a handler that takes the body as it arrives. */
export function streamToHandler(exchange: Exchange, handler: Handler): void {
  run(exchange, handler, new StreamingRequest(exchange));
}

function run(exchange: Exchange, handler: Handler, request: HandlerRequest): void {
  try {
    const answer = handler(request);
    if (isThenable(answer)) awaitAnswer(exchange, answer);
    else sendAnswer(exchange, answer);
  } catch (error) {
    failed(exchange, error);
  }
}

function awaitAnswer(exchange: Exchange, answer: PromiseLike<unknown>): void {
  const promise = Promise.resolve(answer);
  const waiter = waiters.pop() ?? new Waiter();
  waiter.exchange = exchange;
  exchange.startDeadline();
  // A promise may have a `then` of its own; this one calls back once.
  Promise.prototype.then.call(promise, waiter.fulfilled, waiter.rejected);
}

/** What waits for a handler, used again: so the promise of the handler is all that a request needs. */
class Waiter {
  exchange: Exchange | undefined;

  readonly fulfilled = (answer: unknown): void => {
    const exchange = this.#leave();
    try {
      sendAnswer(exchange, answer);
    } catch (error) {
      failed(exchange, error);
    }
  };

  readonly rejected = (error: unknown): void => failed(this.#leave(), error);

  /** What it has waited for; it may wait for another one from now on. */
  #leave(): Exchange {
    const exchange = this.exchange as Exchange;
    this.exchange = undefined;
    if (waiters.length < WAITERS_MAX) waiters.push(this);
    return exchange;
  }
}

const WAITERS_MAX = 1024;
const waiters: Waiter[] = [];

/** The exchange keeps what reading the body threw last: as few fields as that, since each request makes one. */
class HandlerRequest implements GatewayRequest {
  protected readonly exchange: Exchange;

  constructor(exchange: Exchange) {
    this.exchange = exchange;
  }

  get method(): string {
    return this.exchange.method;
  }

  get path(): string {
    return pathOf(this.exchange.target);
  }

  get query(): string {
    return queryOf(this.exchange.target);
  }

  get params(): Readonly<Record<string, string>> {
    return this.exchange.params;
  }

  get signal(): AbortSignal {
    return this.exchange.signal;
  }

  header(name: string): string | undefined {
    return this.exchange.header(name.toLowerCase());
  }

  bytes(): Uint8Array {
    return this.exchange.keepBody();
  }

  text(): string {
    return this.#read(decodeUtf8);
  }

  json(): unknown {
    return this.#read((body) => json.get(body, ''));
  }

  pick<K extends string>(query: Query<K>): { [P in K]: unknown } {
    const format = bodyType(this.header('content-type'))?.format ?? 'json';
    return this.#read((body) => query.pick(body, format));
  }

  stream(): ReadableStream<Uint8Array> {
    return streamOf(this.bytes());
  }

  #read<T>(decode: (body: Uint8Array) => T): T {
    try {
      return decode(this.exchange.body);
    } catch (error) {
      this.exchange.state = error;
      throw error;
    }
  }
}

/** A request whose body is still to come. */
class StreamingRequest extends HandlerRequest {
  #stream: ReadableStream<Uint8Array> | undefined;

  override stream(): ReadableStream<Uint8Array> {
    this.#stream ??= this.exchange.openBody();
    return this.#stream;
  }

  override bytes(): Uint8Array {
    throw notThere();
  }

  override text(): string {
    throw notThere();
  }

  override json(): unknown {
    throw notThere();
  }

  override pick<K extends string>(): { [P in K]: unknown } {
    throw notThere();
  }
}

function notThere(): TypeError {
  return new TypeError('the body of a route with `stream` is read by stream()');
}

function failed(exchange: Exchange, error: unknown): void {
  const isInput = error !== undefined && error === exchange.state;
  const isOurs = !isInput && !isBodyGone(error);
  exchange.fail(isInput ? failureOf(error) : failure(500));
  if (isOurs) logFailure(exchange.method, pathOf(exchange.target), `the handler ${describeThrown(error)}`);
}

/** A proxy may throw at `instanceof`; it is none. */
function isBodyGone(error: unknown): boolean {
  try {
    return error instanceof BodyGone;
  } catch {
    return false;
  }
}

/** @throws {TypeError} saying in what way `answer` is no GatewayResponse */
function sendAnswer(exchange: Exchange, answer: unknown): void {
  if (typeof answer !== 'object' || answer === null) throw new TypeError(`answered with ${answer === null ? 'null' : typeof answer}`);
  const { status = 200, headers, body } = answer as GatewayResponse;
  if (body === undefined && !('status' in answer || 'headers' in answer || 'body' in answer) && Object.keys(answer).length > 0)
    throw new TypeError('answered with an object that has neither status, headers nor body');
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new TypeError(`answered with the status ${String(status)}`);
  const flat = headers === undefined ? NO_HEADERS : checkHeaders(headers);
  if (body === undefined) {
    exchange.reply(status, undefined, '', flat);
    return;
  }
  if (hasNoBody(status)) throw new TypeError(`answered with a body to the status ${status}`);
  const type = flat.length > 0 && hasType(flat) ? undefined : typeOf(body);
  if (body instanceof ReadableStream) sendStream(exchange, { status, type, headers: flat }, body);
  else exchange.reply(status, type, textOf(body), flat);
}

function checkHeaders(headers: unknown): FlatHeaders {
  if (typeof headers !== 'object' || headers === null) throw new TypeError('answered with headers that are no object');
  const flat: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    if (typeof value !== 'string') throw new TypeError(`answered with the header ${name}, which is no string`);
    validateHeaderValue(name, value);
    if (!FRAMING.has(name.toLowerCase())) flat.push(name, value);
  }
  return flat;
}

function hasType(headers: FlatHeaders): boolean {
  return headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-type');
}

function textOf(body: unknown): Uint8Array | string {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) {
    sizeOf(body);
    return body;
  }
  const text = typeof body === 'object' && body !== null ? JSON.stringify(body) : undefined;
  if (text === undefined) throw new TypeError(`answered with a body that cannot be written: ${body === null ? 'null' : typeof body}`);
  return text;
}

function typeOf(body: string | Uint8Array | object): string {
  if (typeof body === 'string') return TEXT;
  return body instanceof Uint8Array || body instanceof ReadableStream ? BINARY : JSON_TEXT;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

import { validateHeaderName, validateHeaderValue } from 'node:http';
import * as json from '../json.ts';
import { decodeUtf8 } from '../text.ts';
import { failure, failureOf } from './failures.ts';
import { type Answer, BINARY, type FlatHeaders, hasNoBody, JSON_TEXT, TEXT } from './http/answer.ts';
import type { Exchange } from './http/exchange.ts';
import { describeThrown, logFailure } from './log.ts';
import { pathOf, queryOf } from './routes.ts';
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
 * Answers with what `handler` makes of the request. Whatever it does, the exchange is answered: 500 when it throws or answers with what is
 * no GatewayResponse, 400 when it let pass what `text` or `json` threw, 504 after `handlerMs`.
 */
export function runHandler(exchange: Exchange, handler: Handler, body: Uint8Array): void {
  const request = new HandlerRequest(exchange, body);
  try {
    const answer = handler(request);
    if (isThenable(answer)) awaitAnswer(exchange, request, answer);
    else exchange.answer(checkAnswer(answer));
  } catch (error) {
    failed(exchange, request, error);
  }
}

function awaitAnswer(exchange: Exchange, request: HandlerRequest, answer: PromiseLike<unknown>): void {
  // The connection keeps the process alive for as long as somebody waits for the answer.
  const deadline = setTimeout(() => expire(exchange), exchange.service.limits.handlerMs).unref();
  Promise.resolve(answer)
    .then((settled) => exchange.answer(checkAnswer(settled)))
    .catch((error: unknown) => failed(exchange, request, error))
    .finally(() => clearTimeout(deadline));
}

class HandlerRequest implements GatewayRequest {
  readonly params: Readonly<Record<string, string>>;
  /** What `text` or `json` threw last. */
  inputError: unknown;
  readonly #exchange: Exchange;
  readonly #body: Uint8Array;

  constructor(exchange: Exchange, body: Uint8Array) {
    this.params = exchange.params;
    this.#exchange = exchange;
    this.#body = body;
  }

  get method(): string {
    return this.#exchange.request.method as string;
  }

  get path(): string {
    return pathOf(this.#exchange.request.url as string);
  }

  get query(): string {
    return queryOf(this.#exchange.request.url as string);
  }

  get signal(): AbortSignal {
    return this.#exchange.signal;
  }

  header(name: string): string | undefined {
    const value = this.#exchange.request.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  bytes(): Uint8Array {
    return this.#body;
  }

  text(): string {
    return this.#read(decodeUtf8);
  }

  json(): unknown {
    return this.#read((body) => json.get(body, ''));
  }

  #read<T>(decode: (body: Uint8Array) => T): T {
    try {
      return decode(this.#body);
    } catch (error) {
      this.inputError = error;
      throw error;
    }
  }
}

function failed(exchange: Exchange, request: HandlerRequest, error: unknown): void {
  const isInput = error !== undefined && error === request.inputError;
  if (!isInput) logFailure(request.method, request.path, `the handler ${describeThrown(error)}`);
  exchange.fail(isInput ? failureOf(error) : failure(500));
}

function expire(exchange: Exchange): void {
  exchange.fail(failure(504));
  exchange.abort();
}

/** @throws {TypeError} saying in what way `answer` is no GatewayResponse */
function checkAnswer(answer: unknown): Answer {
  if (typeof answer !== 'object' || answer === null) throw new TypeError(`answered with ${answer === null ? 'null' : typeof answer}`);
  const { status = 200, headers = {}, body } = answer as GatewayResponse;
  if (!('status' in answer || 'headers' in answer || 'body' in answer) && Object.keys(answer).length > 0)
    throw new TypeError('answered with an object that has neither status, headers nor body');
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new TypeError(`answered with the status ${String(status)}`);
  const flat = checkHeaders(headers);
  if (hasNoBody(status)) {
    if (body !== undefined) throw new TypeError(`answered with a body to the status ${status}`);
    return { status, headers: flat, body: '' };
  }
  const bytes = bytesOf(body);
  if (body !== undefined && !flat.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-type'))
    flat.push('Content-Type', typeOf(body));
  flat.push('Content-Length', String(bytes.length));
  return { status, headers: flat, body: bytes };
}

function checkHeaders(headers: unknown): FlatHeaders {
  if (typeof headers !== 'object' || headers === null) throw new TypeError('answered with headers that are no object');
  const flat: FlatHeaders = [];
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    if (typeof value !== 'string') throw new TypeError(`answered with the header ${name}, which is no string`);
    validateHeaderValue(name, value);
    if (!FRAMING.has(name.toLowerCase())) flat.push(name, value);
  }
  return flat;
}

function bytesOf(body: unknown): Uint8Array {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  const text = typeof body === 'object' && body !== null ? JSON.stringify(body) : undefined;
  if (text === undefined) throw new TypeError(`answered with a body that cannot be written: ${body === null ? 'null' : typeof body}`);
  return Buffer.from(text);
}

function typeOf(body: string | Uint8Array | object): string {
  if (typeof body === 'string') return TEXT;
  return body instanceof Uint8Array ? BINARY : JSON_TEXT;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

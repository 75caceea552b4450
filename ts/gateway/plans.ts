import { hello } from './echo.ts';
import { type Failure, failure, failureOf } from './failures.ts';
import { type Answer, BINARY, hasNoBody, headersFor, JSON_TEXT } from './http/answer.ts';
import type { Exchange } from './http/exchange.ts';
import { describeThrown, logFailure } from './log.ts';
import { isIdentity } from './media.ts';
import type { Plan } from './routes.ts';
import { redact, renderMatches } from './search.ts';
import { METRICS_TYPE } from './stats.ts';

/*
 * How v0.2 and v0.3 answer what they answer alike.
 */

/** Answers when there is no route: OPTIONS with what there is, the rest with the failure. */
export function serveUnrouted(exchange: Exchange, why: Failure): void {
  const { method, url } = exchange.request;
  if (method !== 'OPTIONS') exchange.fail(why);
  else if (url === '*') exchange.reply(204, [], '');
  else if (why.allow === undefined) exchange.fail(why);
  else exchange.reply(204, ['Allow', why.allow], '');
}

export function serveHello(exchange: Exchange): void {
  const answer = hello(exchange.request.headers);
  if ('headers' in answer) exchange.answer(answer);
  else exchange.fail(answer);
}

/** The answer of a respond route, rendered once. */
export function respondAnswer({ status, type, body }: Plan & { kind: 'respond' }): Answer {
  return { status, headers: hasNoBody(status) ? [] : headersFor(type, body.length), body };
}

/** Answers with the matches in `body`, or with the body without them. */
export function serveMatches(exchange: Exchange, { matcher, replacement }: Plan & { kind: 'search' }, body: Uint8Array): void {
  const matches = matcher.findAll(body);
  if (replacement === undefined) {
    exchange.releaseBody();
    serveText(exchange, JSON_TEXT, renderMatches(matches));
  } else {
    const redacted = redact(body, matches, replacement);
    exchange.releaseBody();
    exchange.reply(200, headersFor(exchange.request.headers['content-type'] ?? BINARY, redacted.length), redacted);
  }
}

/** Answers with one of the gateway's own documents. */
export function serveReport(exchange: Exchange, kind: 'health' | 'stats' | 'metrics'): void {
  const { stats } = exchange.service;
  if (kind === 'metrics') serveText(exchange, METRICS_TYPE, stats.metrics());
  else serveText(exchange, JSON_TEXT, kind === 'health' ? '{"status":"ok"}' : JSON.stringify(stats.snapshot()));
}

/** Collects the body of any type for `reader`; what `reader` throws becomes an answer. */
export function readAny(exchange: Exchange, reader: (exchange: Exchange, body: Uint8Array) => void): void {
  if (isIdentity(exchange.request.headers['content-encoding'])) exchange.read(reader);
  else exchange.fail(failure(415));
}

/** Answers what went wrong with a body: what the client sent with 400; what is our side's goes to the log. */
export function serveFailed(exchange: Exchange, error: unknown): void {
  const why = failureOf(error);
  const { method, url } = exchange.request;
  if (why.status === 500) logFailure(method as string, url as string, describeThrown(error));
  exchange.fail(why);
}

/** `text` in ASCII. */
function serveText(exchange: Exchange, type: string, text: string): void {
  exchange.reply(200, headersFor(type, text.length), text);
}

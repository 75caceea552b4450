import { judge } from './conditions.ts';
import { hello } from './echo.ts';
import type { BodyReader, Exchange } from './exchange.ts';
import { type Failure, failure, failureOf } from './failures.ts';
import { runHandler, streamToHandler } from './handler.ts';
import { type Answer, BINARY, JSON_TEXT } from './http/answer.ts';
import { describeThrown, logFailure } from './log.ts';
import { isIdentity } from './media.ts';
import { METRICS_TYPE, renderMetrics } from './metrics.ts';
import type { Plan } from './routes.ts';
import { redact, renderMatches } from './search.ts';

/*
 * How v0.2 to v0.5 answer what they answer alike.
 */

/** Answers when there is no route: OPTIONS with what there is, the rest with the failure. */
export function serveUnrouted(exchange: Exchange, why: Failure): void {
  if (exchange.method !== 'OPTIONS') exchange.fail(why);
  else if (exchange.target === '*') exchange.reply(204, undefined, '');
  else if (why.allow === undefined) exchange.fail(why);
  else exchange.reply(204, undefined, '', ['Allow', why.allow]);
}

export function serveHello(exchange: Exchange): void {
  const answer = hello(exchange);
  if ('type' in answer) exchange.answer(answer);
  else exchange.fail(answer);
}

/** The answer of a respond route to a method: those to GET and HEAD have the tag of the body. */
export function respondAnswer({ status, type, body, tag }: Plan & { kind: 'respond' }, method: string): Answer {
  return { status, type, body, ...(tag !== undefined && isRead(method) && { headers: ['ETag', tag] }) };
}

/** Answers with it unless a condition of the request says otherwise; `tag` is that of what is there. */
export function serveRespond(exchange: Exchange, answer: Answer, tag: string | undefined): void {
  const verdict = tag === undefined ? 'go' : judge(exchange, tag);
  if (verdict === 'go') exchange.answer(answer);
  else if (verdict === 'failed') exchange.fail(failure(412));
  else exchange.reply(304, undefined, '', answer.headers);
}

export function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Answers with the matches in `body`, or with the body without them. */
export function serveMatches(exchange: Exchange, { matcher, replacement }: Plan & { kind: 'search' }): void {
  const { body } = exchange;
  const matches = matcher.findAll(body);
  if (replacement === undefined) {
    exchange.releaseBody();
    exchange.reply(200, JSON_TEXT, renderMatches(matches));
  } else {
    const redacted = redact(body, matches, replacement);
    exchange.releaseBody();
    exchange.reply(200, exchange.header('content-type') ?? BINARY, redacted);
  }
}

/** Answers with one of the gateway's own documents. */
export function serveReport(exchange: Exchange, kind: 'health' | 'stats' | 'metrics'): void {
  const { stats } = exchange.service;
  if (kind === 'metrics') exchange.reply(200, METRICS_TYPE, renderMetrics(stats.counted()));
  else exchange.reply(200, JSON_TEXT, kind === 'health' ? '{"status":"ok"}' : JSON.stringify(stats.snapshot()));
}

/** Collects the body of any type for `reader`; what `reader` throws becomes an answer. */
export function readAny(exchange: Exchange, reader: BodyReader): void {
  if (isIdentity(exchange.header('content-encoding'))) exchange.read(reader);
  else exchange.fail(failure(415));
}

/** Answers what went wrong with a body: what the client sent with 400; what is our side's goes to the log. */
export function serveFailed(exchange: Exchange, error: unknown): void {
  const why = failureOf(error);
  if (why.status === 500) logFailure(exchange.method, exchange.target, describeThrown(error));
  exchange.fail(why);
}

/** Calls a handler: when the body is there, or before where it wants to see it arrive. */
export function serveHandler(exchange: Exchange, { handler, isStreaming }: Plan & { kind: 'handler' }): void {
  if (isStreaming) streamToHandler(exchange, handler);
  else readAny(exchange, () => runHandler(exchange, handler));
}

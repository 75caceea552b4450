import { type EchoHead, readEchoHead } from '../echo.ts';
import type { Exchange } from '../exchange.ts';
import { nodeHttp } from '../http/node-http.ts';
import { decodeBody, encodeBody } from '../objects.ts';
import {
  isRead,
  readAny,
  respondAnswer,
  serveFailed,
  serveHandler,
  serveHello,
  serveMatches,
  serveReport,
  serveRespond,
  serveUnrouted,
} from '../plans.ts';
import { findRoute, type Plan, pathOf } from '../routes.ts';
import type { Selection } from '../select.ts';

/**
 * v0.2: node:http directly. What a framework does for every request is gone: the body is taken as it arrives (copied, into buffers that
 * are used again, only when it comes in pieces), and head and body leave in one write. Bodies still go through objects.
 */
export const startV02 = nodeHttp(({ routes }) => (exchange) => {
  const found = findRoute(routes, exchange.method, pathOf(exchange.target));
  if ('status' in found) {
    serveUnrouted(exchange, found);
  } else {
    exchange.params = found.params;
    exchange.routeName = found.route.name;
    serve(exchange, found.route.plan);
  }
});

function serve(exchange: Exchange, plan: Plan): void {
  switch (plan.kind) {
    case 'echo':
      if (isRead(exchange.method)) serveHello(exchange);
      else serveEcho(exchange, plan.selection);
      break;
    case 'respond':
      serveRespond(exchange, respondAnswer(plan, exchange.method), plan.tag);
      break;
    case 'search':
      readAny(exchange, () => serveMatches(exchange, plan));
      break;
    case 'handler':
      serveHandler(exchange, plan);
      break;
    default:
      serveReport(exchange, plan.kind);
  }
}

function serveEcho(exchange: Exchange, selection: Selection | undefined): void {
  const head = readEchoHead(exchange);
  if ('status' in head) exchange.fail(head);
  else exchange.read(() => echo(exchange, head, selection));
}

function echo(exchange: Exchange, { came, wanted }: EchoHead, selection: Selection | undefined): void {
  const decode = (body: Uint8Array) => decodeBody(came.format, wanted.format, body);
  const { body } = exchange;
  let encoded: string | Uint8Array;
  try {
    const value = selection === undefined ? decode(body) : selection.object(body, came.format, decode);
    encoded = encodeBody(value, wanted.format, came.format);
  } catch (error) {
    serveFailed(exchange, error);
    return;
  }
  exchange.releaseBody();
  exchange.reply(200, wanted.type, encoded);
}

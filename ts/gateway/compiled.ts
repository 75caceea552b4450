import * as json from '../json.ts';
import * as msgpack from '../msgpack.ts';
import type { Settings } from './config.ts';
import { type EchoHead, readEchoHead } from './echo.ts';
import type { Exchange } from './exchange.ts';
import type { Format } from './media.ts';
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
} from './plans.ts';
import { RouteTable } from './route-table.ts';
import type { CheckedRoute } from './routes.ts';
import type { Selection } from './select.ts';

/** Answers an exchange. */
export type Serve = (exchange: Exchange) => void;

/**
 * What answers by these settings: routes are compiled to a table of functions that hold what they need, and bodies go through the facade
 * from bytes to bytes. No object is made of them, so 64-bit integers, the order of members and the spelling of numbers stay as they came.
 */
export function compileRoutes({ routes }: Settings): Serve {
  const table = new RouteTable<Serve>(routes, compile);
  return (exchange) => {
    const target = table.find(exchange.method, exchange.target);
    if ('status' in target) {
      serveUnrouted(exchange, target);
    } else {
      exchange.params = target.params;
      exchange.routeName = target.name;
      target.serve(exchange);
    }
  };
}

function compile({ plan }: CheckedRoute, method: string): Serve {
  switch (plan.kind) {
    case 'echo':
      if (isRead(method)) return serveHello;
      return plan.selection === undefined ? serveEcho : (exchange) => serveEcho(exchange, plan.selection);
    case 'respond': {
      const answer = respondAnswer(plan, method);
      return (exchange) => serveRespond(exchange, answer, plan.tag);
    }
    case 'search':
      return (exchange) => readAny(exchange, () => serveMatches(exchange, plan));
    case 'handler':
      return (exchange) => serveHandler(exchange, plan);
    default:
      return (exchange) => serveReport(exchange, plan.kind);
  }
}

function serveEcho(exchange: Exchange, selection?: Selection): void {
  const head = readEchoHead(exchange);
  exchange.state = head;
  if ('status' in head) exchange.fail(head);
  else exchange.read(selection === undefined ? echo : () => echo(exchange, selection));
}

function echo(exchange: Exchange, selection?: Selection): void {
  const { came, wanted } = exchange.state as EchoHead;
  const { body } = exchange;
  let converted: Uint8Array;
  try {
    const convert = CONVERSIONS[came.format][wanted.format];
    converted = selection === undefined ? convert(body) : selection.bytes(body, came.format, wanted.format, convert);
  } catch (error) {
    serveFailed(exchange, error);
    return;
  }
  if (converted !== body) exchange.releaseBody();
  exchange.reply(200, wanted.type, converted);
}

/** From the format that came to the one that is wanted; each checks its input as a whole. */
const CONVERSIONS: Readonly<Record<Format, Readonly<Record<Format, (body: Uint8Array) => Uint8Array>>>> = {
  json: { json: json.minify, msgpack: (body) => msgpack.fromJson(body) },
  msgpack: { json: (body) => msgpack.toJson(body), msgpack: checked },
};

function checked(body: Uint8Array): Uint8Array {
  msgpack.validate(body);
  return body;
}

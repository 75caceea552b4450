import type express from 'express';
import type { ErrorRequestHandler, Express, NextFunction, Request, RequestHandler, Response } from 'express';
import { LanewiseError } from '../../error.ts';
import * as json from '../../json.ts';
import type { Settings } from '../config.ts';
import { type EchoHead, hello, readEchoHead } from '../echo.ts';
import { FAILURE_STATUSES, type FailureStatus, failure } from '../failures.ts';
import { runHandler, streamToHandler } from '../handler.ts';
import { BINARY } from '../http/answer.ts';
import { exchangeOf } from '../http/exchange.ts';
import { nodeHttp } from '../http/node-http.ts';
import { bodyType, type Format } from '../media.ts';
import { METRICS_TYPE, renderMetrics } from '../metrics.ts';
import { decodeBody, encodeBody } from '../objects.ts';
import type { PathPattern } from '../path-pattern.ts';
import { respondAnswer, serveFailed, serveRespond, serveUnrouted } from '../plans.ts';
import { type CheckedRoute, findRoute, methodsOf, type Plan, pathOf } from '../routes.ts';
import { redact } from '../search.ts';
import type { Selection } from '../select.ts';

type ExpressModule = typeof express;
const EMPTY = Buffer.alloc(0);

/** What answers a route, after what reads its body. */
type Steps = RequestHandler[];

/**
 * v0.1: an Express 5 application as people write it first. Its router and its body parsers do the work, and bodies are objects on their
 * way from `express.json()` to `res.json()`.
 */
export const startV01 = nodeHttp(async (settings) => {
  const app = application(await loadExpress(), settings);
  return (exchange) => {
    exchange.response.on('finish', () => exchange.settle(exchange.response.statusCode));
    app(exchange.request as Request, exchange.response as Response);
  };
});

async function loadExpress(): Promise<ExpressModule> {
  try {
    return (await import('express')).default;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error('iteration v0.1 is an Express application, and Express is not installed: npm install express', { cause: error });
  }
}

function application(express: ExpressModule, { routes, limits }: Settings): Express {
  const app = express();
  app.disable('x-powered-by').enable('case sensitive routing').enable('strict routing');
  const options = { inflate: false, limit: limits.bodyBytes };
  const readEcho: Steps = [
    admitBody,
    express.json({ ...options, strict: false, type: hasFormat('json'), verify: checkJson }),
    express.raw({ ...options, type: hasFormat('msgpack') }),
  ];
  const readBytes: Steps = [admitBody, express.raw({ ...options, type: () => true })];

  function stepsOf({ plan, pattern }: CheckedRoute, method: string | undefined): Steps {
    switch (plan.kind) {
      case 'echo':
        return method === 'GET' || method === 'HEAD'
          ? [sendHello]
          : [checkEchoHead, ...readEcho, (request, response) => sendEcho(plan.selection, request, response)];
      case 'respond':
        return [(request) => sendGiven(plan, request)];
      case 'search':
        return [...readBytes, (request, response) => sendMatches(plan, request, response)];
      case 'handler':
        return [...(plan.isStreaming ? [] : readBytes), (request) => callHandler(plan, pattern, request)];
      default:
        return [(request, response) => sendReport(plan.kind, request, response)];
    }
  }

  for (const route of routes) {
    const path = expressPath(route.pattern);
    for (const method of methodsOf(route) ?? [undefined]) {
      const add = (method ?? 'all').toLowerCase() as 'all';
      app[add](path, named(route), ...stepsOf(route, method));
    }
  }
  app.use((request, _response, next) => sendUnrouted(routes, request, next));
  app.use(sendFailure);
  return app;
}

function named({ name }: CheckedRoute): RequestHandler {
  return (request, _response, next) => {
    exchangeOf(request).routeName = name;
    next();
  };
}

function hasFormat(format: Format): (request: { headers: { 'content-type'?: string | undefined } }) => boolean {
  return ({ headers }) => bodyType(headers['content-type'])?.format === format;
}

/** Express reads on after the limit is reached, and answers at the end of the body: this answers at once. */
function admitBody(request: Request, _response: Response, next: NextFunction): void {
  const exchange = exchangeOf(request);
  if (exchange.hasBody) {
    if (!exchange.admitBody()) return;
    request.on('data', (chunk: Buffer) => exchange.admitChunk(chunk.length));
  }
  next();
}

/** Express takes whatever JSON.parse takes, and nothing for {}: this checks the bytes, and knows where the fault is. */
function checkJson(_request: unknown, response: unknown, body: Buffer): void {
  json.validate(body);
  (response as Response).locals.bytes = body;
}

function checkEchoHead(request: Request, response: Response, next: NextFunction): void {
  const head = readEchoHead(exchangeOf(request));
  response.locals.head = head;
  if ('status' in head) exchangeOf(request).fail(head);
  else next();
}

function sendHello(request: Request): void {
  const exchange = exchangeOf(request);
  const answer = hello(exchange);
  if ('type' in answer) exchange.answer(answer);
  else exchange.fail(answer);
}

function sendGiven(plan: Plan & { kind: 'respond' }, request: Request): void {
  // Express alone would look at If-None-Match, and at nothing else.
  serveRespond(exchangeOf(request), respondAnswer(plan, request.method), plan.tag);
}

function sendEcho(selection: Selection | undefined, request: Request, response: Response): void {
  const { came, wanted } = response.locals.head as EchoHead;
  const { body = EMPTY } = request;
  if (body === EMPTY) json.validate(EMPTY);
  response.set('Content-Type', wanted.type);
  const value = echoed(selection, came.format, wanted.format, body, response);
  if (came.format === 'json' && wanted.format === 'json') response.json(value);
  else response.send(encodeBody(value, wanted.format, came.format));
}

/** What is to be sent back: the parsers leave JSON as a value, MessagePack as bytes. */
function echoed(selection: Selection | undefined, came: Format, wanted: Format, body: unknown, { locals }: Response): unknown {
  const decode = (bytes: Uint8Array) => decodeBody(came, wanted, bytes);
  const bytes = (came === 'json' ? locals.bytes : body) as Buffer;
  if (selection !== undefined) return selection.object(bytes, came, decode);
  return came === 'json' ? body : decode(bytes);
}

function sendMatches({ matcher, replacement }: Plan & { kind: 'search' }, request: Request, response: Response): void {
  const { body = EMPTY } = request;
  const matches = matcher.findAll(body);
  if (replacement === undefined) return void response.json({ count: matches.length, matches: [...matches] });
  response.setHeader('Content-Type', request.headers['content-type'] ?? BINARY);
  response.send(Buffer.from(redact(body, matches, replacement)));
}

function callHandler({ handler, isStreaming }: Plan & { kind: 'handler' }, { isOpen }: PathPattern, request: Request): void {
  const exchange = exchangeOf(request);
  const params = Object.entries(request.params).map(([name, value]) => [name, [value].flat().join('/')]);
  // Express leaves a wildcard out that matches nothing.
  exchange.params = { ...(isOpen && { '*': '' }), ...Object.fromEntries(params) };
  exchange.body = request.body ?? EMPTY;
  if (isStreaming) streamToHandler(exchange, handler);
  else runHandler(exchange, handler);
}

function sendReport(kind: 'health' | 'stats' | 'metrics', request: Request, response: Response): void {
  const { stats } = exchangeOf(request).service;
  // To a text Express adds a charset, which Prometheus does not expect.
  if (kind === 'metrics') response.setHeader('Content-Type', METRICS_TYPE).end(renderMetrics(stats.counted()));
  else response.json(kind === 'health' ? { status: 'ok' } : stats.snapshot());
}

function sendUnrouted(routes: readonly CheckedRoute[], request: Request, next: NextFunction): void {
  const found = findRoute(routes, request.method, pathOf(request.url));
  if ('status' in found) serveUnrouted(exchangeOf(request), found);
  else next();
}

/** What Express and its parsers raise carries a status; what has none is a fault of ours. */
const sendFailure: ErrorRequestHandler = (error, request, _response, _next) => {
  const { status } = error as { status?: FailureStatus };
  const isKnown = !(error instanceof LanewiseError) && status !== undefined && status < 500 && FAILURE_STATUSES.includes(status);
  if (isKnown) exchangeOf(request).fail(failure(status));
  else serveFailed(exchangeOf(request), error);
};

/** The path as Express writes it. */
function expressPath({ segments, isOpen }: PathPattern): string {
  const parts = segments.map((segment) => ('name' in segment ? `:${segment.name}` : segment.text.replace(/[{}()[\]+?!:*\\]/g, '\\$&')));
  return `/${[...parts, ...(isOpen ? ['{*"*"}'] : [])].join('/')}`;
}

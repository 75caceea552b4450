import { METHODS, validateHeaderValue } from 'node:http';
import * as v from 'valibot';
import { encodeUtf8, Matcher } from '../text.ts';
import { entityTag } from './entity-tag.ts';
import { BINARY, hasNoBody, TEXT } from './http/answer.ts';
import { PathPattern } from './path-pattern.ts';
import { BUILT_IN, type CheckedRoute, type Plan } from './routes.ts';
import { Selection } from './select.ts';
import {
  type EchoRoute,
  type GatewayConfig,
  type GatewayLimits,
  type IoBackend,
  ITERATIONS,
  type Iteration,
  type LogFormat,
  type Route,
} from './types.ts';

/** A config that has been checked, nothing left open. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  readonly iteration: Iteration;
  /** The built-in ones first. */
  readonly routes: readonly CheckedRoute[];
  /** As the config has them, or the default ones. */
  readonly given: readonly Route[];
  readonly limits: GatewayLimits;
  readonly threads: number;
  readonly jsWorkers: number;
  readonly io: IoBackend | 'auto';
  readonly log: LogFormat | false;
  /** There where others listen on the same port, whose counters are that group, 0 for a new one. */
  readonly share?: { readonly group: number };
}

export const NEWEST: Iteration = ITERATIONS[ITERATIONS.length - 1] as Iteration;

const HOST = '127.0.0.1';
const PORT = 8080;

const LIMITS: GatewayLimits = {
  headBytes: 16 << 10,
  headers: 100,
  bodyBytes: 1 << 20,
  bodyBytesPerSecond: 1 << 10,
  connections: 100_000,
  headMs: 10_000,
  bodyMs: 30_000,
  idleMs: 60_000,
  writeMs: 30_000,
  handlerMs: 30_000,
};

/** What the default /search looks for. */
const DEFAULT_PATTERNS = ['error', 'warning', 'fatal'];

const BACKENDS = ['epoll', 'uring', 'auto'] as const;
const LOG_FORMATS = ['json', 'pretty'] as const;

const DEFAULT_ROUTES: readonly Route[] = [
  { method: 'GET', path: '/echo', echo: true },
  { method: 'POST', path: '/echo', echo: true },
  { method: 'POST', path: '/search', search: { patterns: DEFAULT_PATTERNS, ignoreCase: true } },
];

/** Above this Node's timers overflow, and every other limit is out of reach. */
const LIMIT_MAX = 2 ** 31 - 1;

/** More than any machine has cores to give. */
const THREADS_MAX = 1024;

/** What is made for the native transport, v0.4 and newer: node:http has none of it. */
const NODE_HTTP: readonly Iteration[] = ['v0.1', 'v0.2', 'v0.3'];

const anObject = v.custom<Record<string, unknown>>(isObject, 'Expected an object');

/** An object with these keys and no others; valibot's own takes an array for one. */
function object<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(anObject, v.strictObject(entries));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const limit = v.optional(v.pipe(v.number(), v.integer('Expected an integer'), v.minValue(1), v.maxValue(LIMIT_MAX)));
const limitsSchema = object({
  headBytes: limit,
  headers: limit,
  bodyBytes: limit,
  bodyBytesPerSecond: limit,
  connections: limit,
  headMs: limit,
  bodyMs: limit,
  idleMs: limit,
  writeMs: limit,
  handlerMs: limit,
} satisfies Record<keyof GatewayLimits, typeof limit>);

const count = v.pipe(v.number(), v.integer('Expected an integer'), v.minValue(1), v.maxValue(THREADS_MAX));

const routeStart = { method: v.optional(v.string()), path: v.string() };
const routeSchemas = {
  echo: object({ ...routeStart, echo: v.lazy(echoSchema) }),
  respond: object({
    ...routeStart,
    respond: object({
      status: v.optional(v.pipe(v.number(), v.integer('Expected an integer'), v.minValue(200), v.maxValue(599))),
      type: v.optional(v.string()),
      body: v.union([v.string(), v.instance(Uint8Array)], 'Expected a string or a Uint8Array'),
    }),
  }),
  search: object({
    ...routeStart,
    search: object({ patterns: v.array(v.string()), ignoreCase: v.optional(v.boolean()), replace: v.optional(v.string()) }),
  }),
  handler: object({ ...routeStart, handler: v.function(), stream: v.optional(v.boolean()) }),
};
const echoTrue = v.literal(true, 'Expected true, or an object with `select`');
const echoOptions = object({ select: v.optional(v.pipe(anObject, v.record(v.string(), v.string()))) });

/** A route has the key of its kind, and of one kind alone. */
const KINDS = Object.keys(routeSchemas) as (keyof typeof routeSchemas)[];
const unclearRoute = v.custom<never>(() => false, `Expected an object with exactly one of the keys ${KINDS.join(', ')}`);

const configSchema = object({
  listen: v.optional(
    object({
      host: v.optional(v.pipe(v.string(), v.nonEmpty('Expected a name or an address'))),
      port: v.optional(v.pipe(v.number(), v.integer('Expected an integer'), v.minValue(0), v.maxValue(65535))),
    }),
  ),
  iteration: v.optional(v.picklist(ITERATIONS)),
  routes: v.optional(v.array(v.lazy(routeSchema))),
  limits: v.optional(limitsSchema),
  threads: v.optional(count),
  jsWorkers: v.optional(count),
  io: v.optional(v.picklist(BACKENDS)),
  log: v.optional(
    v.union([v.boolean(), v.picklist(LOG_FORMATS)], `Expected true, false, ${LOG_FORMATS.map((name) => `'${name}'`).join(' or ')}`),
  ),
});

/**
 * Checks a config and fills in what it leaves open.
 *
 * @throws {TypeError} that names every key that is wrong, by its path
 */
export function checkConfig(config: unknown): Settings {
  const result = v.safeParse(configSchema, config);
  if (!result.success) throw new TypeError(`gateway config: ${result.issues.map(describe).join('; ')}`);
  const {
    listen,
    iteration = NEWEST,
    routes: given = DEFAULT_ROUTES,
    limits,
    threads = 1,
    jsWorkers = 1,
    io = 'auto',
    log = false,
  } = result.output as GatewayConfig;
  if (NODE_HTTP.includes(iteration)) checkPlain(iteration, { threads, jsWorkers, io });
  return {
    host: listen?.host ?? HOST,
    port: listen?.port ?? PORT,
    iteration,
    routes: [...BUILT_IN, ...given.map(checkRoute)],
    given,
    limits: { ...LIMITS, ...withoutUndefined(limits) },
    threads,
    jsWorkers,
    io,
    log: log === true ? 'json' : log,
  };
}

/** Whoever asks an iteration on node:http for more than it has is told so: the gateway would be slower than they think. */
function checkPlain(iteration: Iteration, { threads, jsWorkers, io }: Pick<Settings, 'threads' | 'jsWorkers' | 'io'>): void {
  const asked = { threads: threads > 1, jsWorkers: jsWorkers > 1, io: io !== 'auto' };
  for (const [key, isAsked] of Object.entries(asked))
    if (isAsked) throw wrong(key, `${iteration} runs on node:http, v0.4 and newer have it`);
}

/** An object is looked into, so that what is wrong with it is named. */
function echoSchema(echo: unknown) {
  return typeof echo === 'object' ? echoOptions : echoTrue;
}

/**
 * What a config comes to, nothing left open: what is no JSON is named in brackets.
 *
 * @throws {TypeError} as `checkConfig`
 */
export function describeConfig(asked: unknown): unknown {
  const { host, port, given, limits, iteration, threads, jsWorkers, io, log } = checkConfig(asked);
  const config = { listen: { host, port }, iteration, threads, jsWorkers, io, log, limits, routes: given };
  return JSON.parse(JSON.stringify(config, (_, value) => (isObject(value) || typeof value === 'function' ? shown(value) : value)));
}

function shown(value: unknown): unknown {
  if (typeof value === 'function') return `[function ${value.name}]`;
  return value instanceof Uint8Array ? `[${value.length} bytes]` : value;
}

function routeSchema(route: unknown) {
  const [kind, ...others] = KINDS.filter((key) => typeof route === 'object' && route !== null && Object.hasOwn(route, key));
  return kind === undefined || others.length > 0 ? unclearRoute : routeSchemas[kind];
}

function checkRoute(route: Route, index: number): CheckedRoute {
  const at = `routes.${index}`;
  const method = route.method?.toUpperCase();
  if (method === 'CONNECT' || (method !== undefined && !METHODS.includes(method)))
    throw wrong(`${at}.method`, `'${method}' cannot be served`);
  const pattern = attempt(`${at}.path`, () => new PathPattern(route.path));
  if (BUILT_IN.some((built) => built.pattern.source === route.path))
    throw wrong(`${at}.path`, `'${route.path}' is always there, as the gateway's own`);
  return { method, pattern, plan: checkPlan(route, at), name: method === undefined ? route.path : `${method} ${route.path}` };
}

function checkPlan(route: Route, at: string): Plan {
  if ('echo' in route) return { kind: 'echo', selection: checkSelection(route.echo, `${at}.echo.select`) };
  if ('handler' in route) return { kind: 'handler', handler: route.handler, isStreaming: route.stream ?? false };
  if ('search' in route) {
    const { patterns, ignoreCase = false, replace } = route.search;
    const matcher = attempt(`${at}.search.patterns`, () => new Matcher(patterns, { ignoreCase }));
    return { kind: 'search', matcher, replacement: replace === undefined ? undefined : encodeUtf8(replace) };
  }
  const { status = 200, body, type = typeof body === 'string' ? TEXT : BINARY } = route.respond;
  if (hasNoBody(status) && body.length > 0) throw wrong(`${at}.respond.body`, `an answer with status ${status} has none`);
  attempt(`${at}.respond.type`, () => validateHeaderValue('content-type', type));
  const bytes = typeof body === 'string' ? encodeUtf8(body) : body.slice();
  // What answers GET with content has a tag, whichever method asks.
  const isRead = ['GET', 'HEAD', undefined].includes(route.method?.toUpperCase());
  const isTagged = status < 300 && !hasNoBody(status) && isRead;
  return { kind: 'respond', status, type, body: bytes, tag: isTagged ? entityTag(bytes) : undefined };
}

function checkSelection(echo: EchoRoute['echo'], at: string): Selection | undefined {
  if (echo === true || echo.select === undefined) return undefined;
  const { select } = echo;
  // One by one first, so that the wrong one is named.
  for (const [name, selector] of Object.entries(select)) attempt(`${at}.${name}`, () => new Selection({ [name]: selector }));
  return attempt(at, () => new Selection(select));
}

/** What `make` gives; what it throws names the key. */
function attempt<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw wrong(path, error instanceof Error ? error.message : String(error));
  }
}

function wrong(path: string, problem: string): TypeError {
  return new TypeError(`gateway config: ${path}: ${problem}`);
}

function describe(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? 'the config';
  if (issue.type !== 'strict_object') return `${path}: ${issue.message.replace(/^Invalid \w+: /, '')}`;
  if (issue.expected !== 'never') return `${path}: is missing`;
  const known = closest(String(issue.path?.at(-1)?.key));
  return `${path}: is no known key${known === undefined ? '' : `; did you mean '${known}'?`}`;
}

/** Every key that a config may have somewhere, for the suggestion. */
const KEYS = [
  ...['listen', 'host', 'port', 'iteration', 'limits', ...Object.keys(LIMITS)],
  ...['threads', 'jsWorkers', 'io', 'log', 'select'],
  ...['routes', 'method', 'path', ...KINDS, 'status', 'type', 'body', 'patterns', 'ignoreCase', 'replace', 'stream'],
];
/** How many letters a typing error may change. */
const TYPO_MAX = 2;

/** The known key that `key` was probably meant to be. */
function closest(key: string): string | undefined {
  const ranked = KEYS.map((known) => ({ known, distance: editDistance(key.toLowerCase(), known.toLowerCase()) }));
  return ranked.filter(({ distance }) => distance <= TYPO_MAX).sort((a, b) => a.distance - b.distance)[0]?.known;
}

/** Levenshtein's, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

function withoutUndefined<T extends object>(values: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;
}

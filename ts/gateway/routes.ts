import { METHODS } from 'node:http';
import type { Matcher } from '../text.ts';
import { type Failure, failure, methodNotAllowed } from './failures.ts';
import { type Params, PathPattern } from './path-pattern.ts';
import type { Selection } from './select.ts';
import type { Handler } from './types.ts';

/** What a route does. */
export type Plan =
  | { readonly kind: 'echo'; readonly selection: Selection | undefined }
  | {
      readonly kind: 'respond';
      readonly status: number;
      readonly type: string;
      readonly body: Uint8Array;
      readonly tag: string | undefined;
    }
  | { readonly kind: 'search'; readonly matcher: Matcher; readonly replacement: Uint8Array | undefined }
  | { readonly kind: 'handler'; readonly handler: Handler; readonly isStreaming: boolean }
  | { readonly kind: 'health' | 'stats' | 'metrics' };

/** A route of a config that has been checked. */
export interface CheckedRoute {
  readonly method: string | undefined;
  readonly pattern: PathPattern;
  readonly plan: Plan;
  /** By which it is counted: 'GET /echo', '/any'. */
  readonly name: string;
}

/** What is there whatever the config says. */
export const BUILT_IN: readonly CheckedRoute[] = [
  { method: 'GET', pattern: new PathPattern('/healthz'), plan: { kind: 'health' }, name: 'GET /healthz' },
  { method: 'GET', pattern: new PathPattern('/stats'), plan: { kind: 'stats' }, name: 'GET /stats' },
  { method: 'GET', pattern: new PathPattern('/metrics'), plan: { kind: 'metrics' }, name: 'GET /metrics' },
];

/** A route and what its names stand for in the path at hand. */
export interface Found {
  readonly route: CheckedRoute;
  readonly params: Params;
}

/** The methods that `route` answers besides HEAD where it answers GET; undefined for every method. */
export function methodsOf({ method, plan }: CheckedRoute): readonly string[] | undefined {
  if (method !== undefined) return [method];
  if (plan.kind === 'echo') return ['GET', 'POST'];
  return plan.kind === 'search' ? ['POST'] : undefined;
}

/** True if `route` answers `method`. */
export function takes(route: CheckedRoute, method: string): boolean {
  const methods = methodsOf(route);
  return methods === undefined || methods.includes(method) || (method === 'HEAD' && methods.includes('GET'));
}

/** The first route that answers `method` at `path`, else why there is none: 400 for a param that is not percent-encoded UTF-8, 404 or 405. */
export function findRoute(routes: readonly CheckedRoute[], method: string, path: string): Found | Failure {
  const others: CheckedRoute[] = [];
  for (const route of routes) {
    const params = matchPath(route.pattern, path);
    if (params === undefined) return failure(400);
    if (params === null) continue;
    if (takes(route, method)) return { route, params };
    others.push(route);
  }
  return others.length === 0 ? failure(404) : methodNotAllowed(allow(others));
}

/** The value of Allow for a path that these routes, none of which takes every method, answer. */
export function allow(routes: readonly CheckedRoute[]): string {
  const methods = new Set(routes.flatMap((route) => methodsOf(route) ?? METHODS));
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods.add('OPTIONS')].sort().join(', ');
}

/** The path of a request target: without the query, and without the origin that an absolute target has (RFC 9112 section 3.2). */
export function pathOf(target: string): string {
  const start = target.startsWith('/') ? 0 : originEnd(target);
  const query = target.indexOf('?', start);
  const path = target.slice(start, query < 0 ? undefined : query);
  return path === '' ? '/' : path;
}

/** What follows '?' in a request target, '' without one. */
export function queryOf(target: string): string {
  const query = target.indexOf('?');
  return query < 0 ? '' : target.slice(query + 1);
}

function originEnd(target: string): number {
  const authority = target.indexOf('://');
  if (authority < 0) return 0;
  const end = target.slice(authority + 3).search(/[/?]/);
  return end < 0 ? target.length : authority + 3 + end;
}

/** As `PathPattern.match`; undefined when a param cannot be decoded. */
function matchPath(pattern: PathPattern, path: string): Params | null | undefined {
  try {
    return pattern.match(path);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

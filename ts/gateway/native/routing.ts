import type { DataplaneRoute } from '../../dataplane.ts';
import type { CheckedRoute } from '../routes.ts';

/** Routes that may come by reloads and still be counted by themselves. */
const SPARE = 64;

/** Which counter a route has: the same one for the same method and path, however often the routes change. */
export class Counting {
  /** How many counters there are; the last one is for what has none. */
  readonly size: number;
  /** By counter. */
  readonly #names: string[] = [];

  constructor(routes: number) {
    this.size = routes + SPARE;
  }

  /** The name of the route that has a counter; '' for what has none. */
  nameOf(counter: number): string {
    return this.#names[counter] ?? '';
  }

  /** The counter of a route; the last one when there are more routes than counters. */
  of({ name }: CheckedRoute): number {
    const known = this.#names.indexOf(name);
    if (known >= 0) return known;
    if (this.#names.length === this.size - 1) return this.size - 1;
    return this.#names.push(name) - 1;
  }
}

/** Routes as the addon takes them. */
export function describe(routes: readonly CheckedRoute[], counting: Counting): DataplaneRoute[] {
  return routes.map((route) => ({
    ...(route.method !== undefined && { method: route.method }),
    path: route.pattern.source,
    counter: counting.of(route),
    isStreamed: route.plan.kind === 'handler' && route.plan.isStreaming,
    ...planOf(route),
  }));
}

function planOf({ plan }: CheckedRoute): Pick<DataplaneRoute, 'kind' | 'select' | 'status' | 'media' | 'body' | 'matcher' | 'replace'> {
  switch (plan.kind) {
    case 'echo':
      return { kind: 'echo', ...(plan.selection !== undefined && { select: Object.entries(plan.selection.selectors).flat() }) };
    case 'respond':
      return { kind: 'respond', status: plan.status, media: plan.type, body: plan.body };
    case 'search':
      return { kind: 'search', matcher: plan.matcher.serialize(), ...(plan.replacement !== undefined && { replace: plan.replacement }) };
    case 'handler':
      return { kind: 'handler' };
    default:
      return { kind: 'report' };
  }
}

import type { DataplaneRoute } from '../../dataplane.ts';
import type { CheckedRoute } from '../routes.ts';

/** Routes that may come by reloads and still be counted by themselves. */
const SPARE = 64;

/** Which counter a route has: the same one for the same method and path, however often the routes change. */
export class Counting {
  /** How many counters there are; the last one is for what has none. */
  readonly size: number;
  readonly #counters = new Map<string, number>();

  constructor(routes: number) {
    this.size = routes + SPARE;
  }

  /** The counter of a route; the last one when there are more routes than counters. */
  of({ method, pattern }: CheckedRoute): number {
    const key = `${method ?? '*'} ${pattern.source}`;
    const counter = this.#counters.get(key) ?? Math.min(this.#counters.size, this.size - 1);
    if (counter < this.size - 1) this.#counters.set(key, counter);
    return counter;
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

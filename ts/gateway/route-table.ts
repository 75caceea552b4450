import type { Failure } from './failures.ts';
import type { Params } from './path-pattern.ts';
import { type CheckedRoute, findRoute, pathOf } from './routes.ts';

/** What serves a request. */
export interface Target<T> {
  readonly serve: T;
  readonly params: Params;
  /** Of the route. */
  readonly name: string;
}

/**
 * Routes compiled for look-up: a path that is in the config as it stands costs one look-up, whatever the number of routes; the others are
 * tried in their order. Gives what `findRoute` gives.
 */
export class RouteTable<T> {
  readonly #routes: readonly CheckedRoute[];
  readonly #compile: (route: CheckedRoute, method: string) => T;
  /** By path, then by method. Both sets are bounded: the paths are those of the config, the methods those that node:http parses. */
  readonly #static = new Map<string, Map<string, Target<T> | Failure>>();
  readonly #compiled = new Map<CheckedRoute, Map<string, T>>();

  constructor(routes: readonly CheckedRoute[], compile: (route: CheckedRoute, method: string) => T) {
    this.#routes = routes;
    this.#compile = compile;
    for (const { pattern } of routes) if (pattern.isStatic) this.#static.set(pattern.source, new Map());
  }

  /** `target` is what the request line says, the query included. */
  find(method: string, target: string): Target<T> | Failure {
    const methods = this.#static.get(target);
    if (methods !== undefined) return methods.get(method) ?? this.#fill(methods, method, target);
    const path = pathOf(target);
    return path === target ? this.#search(method, path) : this.find(method, path);
  }

  #fill(methods: Map<string, Target<T> | Failure>, method: string, path: string): Target<T> | Failure {
    const target = this.#search(method, path);
    methods.set(method, target);
    return target;
  }

  #search(method: string, path: string): Target<T> | Failure {
    const found = findRoute(this.#routes, method, path);
    return 'status' in found ? found : { serve: this.#served(found.route, method), params: found.params, name: found.route.name };
  }

  #served(route: CheckedRoute, method: string): T {
    const byMethod = this.#compiled.get(route) ?? new Map<string, T>();
    this.#compiled.set(route, byMethod);
    const served = byMethod.get(method) ?? this.#compile(route, method);
    byMethod.set(method, served);
    return served;
  }
}

import { wrongType } from './input.ts';

/** The handle of the compiled form of each Query, for calls of other modules that take a query. */
const handles = new WeakMap<object, number>();

export function rememberHandle(query: object, handle: number): void {
  handles.set(query, handle);
}

/** @throws {TypeError} for what is no Query of this package. */
export function handleOf(query: object): number {
  const handle = handles.get(query);
  if (handle === undefined) throw wrongType('a Query', query);
  return handle;
}

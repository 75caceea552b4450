import { isInherited } from './name-cache.ts';

/** Makes `value` an own property of `target`, also where an assignment would meet what `target` inherits, as with `__proto__`. */
export function setOwn(target: object, name: string, value: unknown): void {
  if (isInherited(name)) Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  else (target as Record<string, unknown>)[name] = value;
}

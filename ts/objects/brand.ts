/**
 * Makes `instanceof` answer by a symbol that every copy of the package shares, so that two copies agree. A subclass answers as
 * classes do.
 */
export function brand(family: abstract new (...args: never[]) => object, name: string): void {
  const mark = Symbol.for(name);
  const ordinary = Function.prototype[Symbol.hasInstance];
  Object.defineProperty(family.prototype, mark, { value: true });
  Object.defineProperty(family, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this !== family) return ordinary.call(this as typeof family, value);
      return typeof value === 'object' && value !== null && mark in value;
    },
  });
}

import fc, { type Arbitrary } from 'fast-check';

/** What is found is found in every run. */
const SEED = 5;

/** The smallest value found for which `isBad` holds; fails when there is none. */
export function smallest<T>(arbitrary: Arbitrary<T>, isBad: (value: T) => boolean, runs = 2000): T {
  const { failed, counterexample } = fc.check(
    fc.property(arbitrary, (value) => !isBad(value)),
    { numRuns: runs, seed: SEED },
  );
  if (!failed || counterexample === null) throw new Error('nothing was found');
  return counterexample[0];
}

/** Which share of what an arbitrary gives passes. */
export function share<T>(arbitrary: Arbitrary<T>, passes: (value: T) => boolean, count = 500): number {
  return fc.sample(arbitrary, { numRuns: count, seed: SEED }).filter(passes).length / count;
}

/** Whether the call comes back. */
export function succeeds(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch {
    return false;
  }
}

/** Every value within a value, itself included; keys of Maps too. */
export function* within(value: unknown): Generator<unknown> {
  yield value;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  const parts = value instanceof Map ? [...value].flat() : Object.values(value);
  for (const part of parts) yield* within(part);
}

/** How many containers are open at once. */
export function depthOf(value: unknown): number {
  const isContainer = Array.isArray(value) || value instanceof Map || (typeof value === 'object' && value !== null && isPlain(value));
  if (!isContainer) return 0;
  const parts = value instanceof Map ? [...value].flat() : Object.values(value);
  return 1 + parts.reduce<number>((most, part) => Math.max(most, depthOf(part)), 0);
}

function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}

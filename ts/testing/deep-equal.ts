import { ExtensionValue } from '../objects/extension.ts';
import { Timestamp } from '../objects/timestamp.ts';

/** Two things that have to be equal. */
type Pair = readonly [a: unknown, b: unknown];

/**
 * Whether two values are the same, by type and by every bit that a program can see.
 *
 * `NaN` is itself and `-0` is not `0`; a BigInt is no number. A property that is `undefined`, a missing one and a hole of an array differ. The
 * order of an object's keys does not count, that of the entries of a Map or a Set does. Binary is compared by its bytes, and a Buffer is a
 * Uint8Array. An array is its elements; a Timestamp and an ExtensionValue are what they hold; any other object is its prototype and its own
 * enumerable properties. Cycles are followed once, and no depth overflows the stack. O(n) time.
 */
export function deepEqual(a: unknown, b: unknown): boolean {
  const seen = new Map<object, Set<object>>();
  const pairs: Pair[] = [[a, b]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [left, right] = pair;
    if (Object.is(left, right)) continue;
    if (!isObject(left) || !isObject(right)) return false;
    if (wasSeen(seen, left, right)) continue;
    if (!sameObject(left, right, pairs)) return false;
  }
  return true;
}

/** Compares what two objects are, and leaves what they hold to be compared in `pairs`. */
function sameObject(a: object, b: object, pairs: Pair[]): boolean {
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanoseconds === b.nanoseconds && a.seconds === b.seconds;
  if (a instanceof ExtensionValue) return b instanceof ExtensionValue && a.type === b.type && sameBytes(a.data, b.data);
  const kind = kindOf(a);
  if (kind !== kindOf(b)) return false;
  if (ArrayBuffer.isView(a)) return sameBytes(a, b as ArrayBufferView);
  if (isBuffer(a)) return sameBytes(new Uint8Array(a), new Uint8Array(b as ArrayBufferLike));
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (Array.isArray(a)) return holdSame(a, b as unknown[], pairs);
  if (a instanceof Map) return holdSame([...a].flat(), [...(b as typeof a)].flat(), pairs) && sameProperties(a, b, pairs);
  if (a instanceof Set) return holdSame([...a], [...(b as typeof a)], pairs) && sameProperties(a, b, pairs);
  if (typeof a === 'function') return false;
  return samePrimitive(a, b, kind) && sameProperties(a, b, pairs);
}

/** The primitive within: of a Date, a primitive in a box, a RegExp; of an Error what it says. */
function samePrimitive(a: object, b: object, kind: string): boolean {
  if (a instanceof Error) return a.message === (b as Error).message && a.name === (b as Error).name;
  if (kind === 'RegExp') return String(a) === String(b);
  return !BOXES.has(kind) || Object.is(a.valueOf(), b.valueOf());
}

const BOXES: ReadonlySet<string> = new Set(['Date', 'Number', 'String', 'Boolean', 'BigInt', 'Symbol']);

function sameProperties(a: object, b: object, pairs: Pair[]): boolean {
  const keys = enumerableKeys(a);
  if (keys.length !== enumerableKeys(b).length) return false;
  for (const key of keys) {
    if (!Object.prototype.propertyIsEnumerable.call(b, key)) return false;
    compareLater((a as Record<PropertyKey, unknown>)[key], (b as Record<PropertyKey, unknown>)[key], pairs);
  }
  return true;
}

function enumerableKeys(value: object): PropertyKey[] {
  const symbols = Object.getOwnPropertySymbols(value);
  const names = Object.keys(value);
  return symbols.length === 0
    ? names
    : [...names, ...symbols.filter((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol))];
}

function holdSame(a: readonly unknown[], b: readonly unknown[], pairs: Pair[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === undefined && i in a !== i in b) return false;
    compareLater(a[i], b[i], pairs);
  }
  return true;
}

/** What is the same at first sight need not wait. */
function compareLater(a: unknown, b: unknown, pairs: Pair[]): void {
  if (!Object.is(a, b)) pairs.push([a, b]);
}

/** Whether two views hold the same bytes; of floats this tells one NaN from another. */
export function sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (a.byteLength !== b.byteLength) return false;
  const left = new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
  const right = new Uint8Array(b.buffer, b.byteOffset, b.byteLength);
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}

/** Marks a pair of objects that is, or was, compared: within a cycle the same pair comes again. */
function wasSeen(seen: Map<object, Set<object>>, a: object, b: object): boolean {
  const partners = seen.get(a);
  if (partners === undefined) seen.set(a, new Set([b]));
  else if (partners.has(b)) return true;
  else partners.add(b);
  return false;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function isBuffer(value: object): value is ArrayBufferLike {
  const kind = kindOf(value);
  return kind === 'ArrayBuffer' || kind === 'SharedArrayBuffer';
}

/** The tag that `Object.prototype.toString` gives, such as 'Map'; a Buffer has that of a Uint8Array. */
function kindOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

import { wrongType } from './input.ts';
import { textOfValue } from './json-input.ts';
import { type Matcher, matcherHandle } from './matcher.ts';
import { type Item, packList } from './pack.ts';
import { utf16Of } from './units.ts';
import { encodeUtf8 } from './utf8.ts';

/**
 * What the value at a JSON Pointer must be for a record to be taken. A record without the value fails all but `exists: false`.
 *
 * - `equals`, `in`: equal to the JSON of this value, or of one of these. Numbers are compared by value, integers of 64 bits exactly
 *   (a BigInt says one), objects without regard to the order of their members.
 * - `min`, `max`: a number in these bounds, themselves included.
 * - `matches`: a string in which a pattern of the matcher occurs.
 * - `exists`: whether there is a value, be it null.
 */
export type Where = { pointer: string } & (
  | { equals: unknown }
  | { in: readonly unknown[] }
  | { matches: Matcher }
  | { min?: number | bigint; max?: number | bigint }
  | { exists: boolean }
);

/** A condition as `ndjsonProject` takes it. */
export interface PackedWhere {
  readonly pointer: string;
  readonly packed: Uint8Array;
  /** Held, so that the handle in `packed` stays good. */
  readonly matcher: unknown;
}

/** What the items are: `crates/lanewise-binding/src/query.rs`. */
const WHERE = { pointer: 0, equals: 1, min: 2, max: 3, exists: 4, matches: 5 } as const;
const TESTS = ['equals', 'in', 'matches', 'exists'] as const;

/**
 * @throws {TypeError} when it asks for nothing, for more than one thing, or for what no JSON value can be
 * @throws {LanewiseError} LW_DEPTH or LW_SIZE when `JSON.stringify` has no room for a value
 */
export function packWhere(where: Where): PackedWhere {
  if (typeof where !== 'object' || where === null) throw wrongType('an object as where', where);
  const asked = { ...where } as Record<string, unknown>;
  const { pointer } = asked;
  if (typeof pointer !== 'string') throw wrongType('a string as the pointer', pointer);
  const items = testOf(asked);
  const packed = packList([{ kind: WHERE.pointer, bytes: utf16Of(pointer) }, ...items]);
  return { pointer, packed, matcher: asked.matches };
}

function testOf(where: Record<string, unknown>): Item[] {
  const tests: string[] = TESTS.filter((name) => Object.hasOwn(where, name));
  if (where.min !== undefined || where.max !== undefined) tests.push('bounds');
  if (tests.length !== 1) throw new TypeError('where needs one of equals, in, matches, exists, and min or max');
  switch (tests[0]) {
    case 'equals':
      return [constant(where.equals)];
    case 'in':
      if (!Array.isArray(where.in)) throw wrongType('an array as in', where.in);
      return Array.from(where.in, constant);
    case 'matches':
      return [matching(where.matches)];
    case 'exists':
      if (typeof where.exists !== 'boolean') throw wrongType('a boolean as exists', where.exists);
      return [{ kind: WHERE.exists, bytes: Uint8Array.of(where.exists ? 1 : 0) }];
    default:
      return [...bound(where.min, 'min'), ...bound(where.max, 'max')];
  }
}

function constant(value: unknown): Item {
  return { kind: WHERE.equals, bytes: encodeUtf8(jsonOf(value)) };
}

function bound(value: unknown, name: 'min' | 'max'): Item[] {
  if (value === undefined) return [];
  if (typeof value !== 'number' && typeof value !== 'bigint') throw wrongType(`a number as ${name}`, value);
  return [{ kind: WHERE[name], bytes: encodeUtf8(numberOf(value)) }];
}

function matching(value: unknown): Item {
  const handle = typeof value === 'object' && value !== null ? matcherHandle(value) : undefined;
  if (handle === undefined) throw wrongType('a Matcher as matches', value);
  const bytes = new Uint8Array(Uint32Array.BYTES_PER_ELEMENT);
  new DataView(bytes.buffer).setUint32(0, handle, true);
  return { kind: WHERE.matches, bytes };
}

function numberOf(value: number | bigint): string {
  if (Number.isNaN(value)) throw new TypeError('NaN is no JSON value');
  // What lies beyond the range of doubles is read as infinite.
  if (value === Number.POSITIVE_INFINITY) return '1e999';
  return value === Number.NEGATIVE_INFINITY ? '-1e999' : String(value);
}

function jsonOf(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return numberOf(value);
  const text = textOfValue(value, refuseNonFinite);
  if (text === undefined) throw wrongType('a JSON value', value);
  return text;
}

/** JSON.stringify would write null. */
function refuseNonFinite(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} is no JSON value`);
  return value;
}

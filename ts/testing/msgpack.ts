import fc, { type Arbitrary } from 'fast-check';
import { ExtensionValue } from '../objects/extension.ts';
import { Timestamp } from '../objects/timestamp.ts';
import {
  borderInteger,
  borderLength,
  COUNT_BORDERS,
  extensionType,
  finiteNumber,
  memberName,
  toObject,
  wellFormedText,
} from './awkward.ts';
import { DEPTH_MAX, NARROW, orChain, TREE_DEPTH } from './json.ts';
import { spelledMsgpack } from './msgpack-formats.ts';
import { mutated } from './mutation.ts';

const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;
const SECONDS_MAX = 2n ** 63n - 1n;
/** A Date goes so many seconds to each side of 1970. */
const DATE_SECONDS = 8_640_000_000_000n;
const MILLISECOND = 1_000_000;

/**
 * Values that MessagePack can hold, each in the form in which lanewise's `decode` gives it back: BigInt beyond the safe range, Uint8Array,
 * Date, Timestamp where a Date would lose part of it, ExtensionValue, Map with any keys (one of them at least is no string), `-0`, `NaN`, and
 * strings, binary and containers of the lengths at which a header gets wider.
 *
 * @param options.depthMax containers inside each other; `@default 64`
 */
export function msgpackValue(options: { depthMax?: number } = {}): Arbitrary<unknown> {
  const { depthMax = DEPTH_MAX } = options;
  const name = memberName(wellFormedText());
  const scalar = msgpackScalar();
  const { value: tree } = fc.letrec<{ key: unknown; value: unknown }>((tie) => ({
    key: fc.oneof({ withCrossShrink: true }, name, scalar, tie('value')),
    value: fc.oneof(
      { maxDepth: Math.min(depthMax, TREE_DEPTH), withCrossShrink: true },
      { weight: 4, arbitrary: scalar },
      { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: NARROW }) },
      { weight: 2, arbitrary: fc.array(fc.tuple(name, tie('value')), { maxLength: NARROW }).map(toObject) },
      { weight: 1, arbitrary: fc.tuple(fc.nat(), fc.array(fc.tuple(tie('key'), tie('value')), { maxLength: NARROW })).map(toMap) },
    ),
  }));
  const wrap = fc.constantFrom<(value: unknown) => unknown>(
    (value) => [value],
    (value) => ({ a: value }),
    (value) => new Map([[1, value]]),
    (value) => toMap([1, [[value, 2]]]),
  );
  const chains = orChain(tree, scalar, wrap, depthMax);
  return depthMax === 0
    ? scalar
    : fc.oneof({ withCrossShrink: true }, { weight: 100, arbitrary: chains }, { weight: 2, arbitrary: largeContainer() });
}

/**
 * Valid MessagePack of a value in every width that the specification allows, not only the smallest, and the value that lanewise's `decode`
 * gives for it with default options. Keys may come twice, and the last one counts.
 */
export function msgpackBytes(): Arbitrary<{ bytes: Uint8Array; value: unknown }> {
  return spelledMsgpack();
}

/** Bytes that are one mutation away from MessagePack; most of them are none. */
export function nearlyMsgpack(): Arbitrary<Uint8Array> {
  const headers = [0x80, 0x81, 0x8f, 0x90, 0x93, 0xa1, 0xbf, ...Array.from({ length: 32 }, (_, i) => 0xc0 + i), 0xff, 0x7f, 0x00];
  return mutated(
    spelledMsgpack().map(({ bytes }) => bytes),
    fc.oneof(fc.constantFrom(...headers), fc.nat({ max: 255 })),
  );
}

function msgpackScalar(): Arbitrary<unknown> {
  return fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom<unknown>(null, true, false) },
    { weight: 3, arbitrary: finiteNumber() },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
    { weight: 1, arbitrary: wideInteger() },
    { weight: 3, arbitrary: wellFormedText() },
    { weight: 1, arbitrary: binary() },
    {
      weight: 1,
      arbitrary: fc.oneof(
        fc.date({ noInvalidDate: true }),
        fc.constantFrom(new Date(0), new Date(-1), new Date(8.64e15), new Date(-8.64e15)),
      ),
    },
    { weight: 1, arbitrary: preciseInstant() },
    { weight: 1, arbitrary: fc.tuple(extensionType(), binary()).map(([type, data]) => new ExtensionValue(type, data)) },
  );
}

/** Integers of 64 bits, signed or not, that a number does not hold safely. */
function wideInteger(): Arbitrary<bigint> {
  const wide = fc.oneof(
    fc.bigInt({ min: INT64_MIN, max: UINT64_MAX }),
    borderInteger(),
    fc.constantFrom(INT64_MIN, UINT64_MAX, SECONDS_MAX),
  );
  return wide.filter((value) => value >= INT64_MIN && value <= UINT64_MAX && !Number.isSafeInteger(Number(value)));
}

function binary(): Arbitrary<Uint8Array> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    { weight: 1, arbitrary: fc.tuple(borderLength(), fc.nat({ max: 255 })).map(([length, byte]) => new Uint8Array(length).fill(byte)) },
  );
}

/** Instants of all three sizes that no Date holds. */
function preciseInstant(): Arbitrary<Timestamp> {
  const seconds = fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 35n }),
    fc.bigInt({ min: INT64_MIN, max: SECONDS_MAX }),
    borderInteger().filter((value) => value >= INT64_MIN && value <= SECONDS_MAX),
  );
  const nanoseconds = fc.oneof(fc.nat({ max: 999_999_999 }), fc.constantFrom(0, 1, 999_999_999));
  return fc
    .tuple(seconds, nanoseconds)
    .filter(([whole, part]) => part % MILLISECOND !== 0 || whole >= DATE_SECONDS + 1n || whole < -DATE_SECONDS)
    .map(([whole, part]) => new Timestamp(whole, part));
}

/** A Map has an entry at least whose key is no string: it would be an object. */
function toMap([odd, entries]: [number, [unknown, unknown][]]): Map<unknown, unknown> {
  return new Map<unknown, unknown>([[odd, null], ...entries]);
}

/** Containers of the sizes at which their headers get wider, all elements alike. */
function largeContainer(): Arbitrary<unknown> {
  return fc.tuple(borderLength(COUNT_BORDERS), fc.constantFrom('array', 'object', 'map')).map(([count, kind]) => {
    if (kind === 'array') return new Array(count).fill(1);
    const entries = Array.from({ length: count }, (_, i) => [i, 1] as const);
    return kind === 'map' ? new Map(entries) : Object.fromEntries(entries.map(([key, value]) => [`k${key}`, value]));
  });
}

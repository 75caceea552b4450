import fc, { type Arbitrary } from 'fast-check';
import { ExtensionValue } from '../objects/extension.ts';
import { Timestamp } from '../objects/timestamp.ts';
import { borderInteger, borderLength, COUNT_BORDERS, extensionType, memberName, toObject, wellFormedText } from './awkward.ts';
import { DEPTH_MAX, NARROW, orChain, TREE_DEPTH } from './json.ts';
import { join } from './mutation.ts';

/** Bytes of MessagePack, and what they say. */
export interface Formatted {
  readonly bytes: Uint8Array;
  readonly value: unknown;
}

/** One way to write a length: the header byte, how many bytes of length follow it, and what it counts to at most. */
interface Header {
  readonly byte: number;
  readonly width: number;
  readonly max: number;
}

const wider = (first: number, widths: readonly number[]): Header[] =>
  widths.map((width, i) => ({ byte: first + i, width, max: 256 ** width - 1 }));
/** Of each family every header there is. Within a header byte itself the count is added to it. */
const STRING: readonly Header[] = [{ byte: 0xa0, width: 0, max: 31 }, ...wider(0xd9, [1, 2, 4])];
const BINARY: readonly Header[] = wider(0xc4, [1, 2, 4]);
const EXTENSION: readonly Header[] = wider(0xc7, [1, 2, 4]);
const ARRAY: readonly Header[] = [{ byte: 0x90, width: 0, max: 15 }, ...wider(0xdc, [2, 4])];
const MAP: readonly Header[] = [{ byte: 0x80, width: 0, max: 15 }, ...wider(0xde, [2, 4])];
/** Lengths that an extension has headers of their own for. */
const FIXED_EXTENSIONS: ReadonlyMap<number, number> = new Map([
  [1, 0xd4],
  [2, 0xd5],
  [4, 0xd6],
  [8, 0xd7],
  [16, 0xd8],
]);

/** Which of the ways that there are is taken: `choice` modulo their number, so that it shrinks to the first, the smallest. */
const choice = () => fc.nat({ max: 3 });
const pick = <T>(ways: readonly T[], chosen: number): T => ways[chosen % ways.length] as T;

const encoder = new TextEncoder();

/** Valid MessagePack in all its formats, with the value that a decoder with lanewise's default options gives. */
export function spelledMsgpack(): Arbitrary<Formatted> {
  const scalar = formattedScalar();
  const name = formattedText(memberName(wellFormedText()));
  const { value: tree } = fc.letrec<{ key: Formatted; value: Formatted }>((tie) => ({
    key: fc.oneof({ withCrossShrink: true }, name, scalar, tie('value')),
    value: fc.oneof(
      { maxDepth: TREE_DEPTH, withCrossShrink: true },
      { weight: 4, arbitrary: scalar },
      { weight: 2, arbitrary: fc.tuple(fc.array(tie('value'), { maxLength: NARROW }), choice()).map(formatArray) },
      { weight: 2, arbitrary: fc.tuple(fc.array(fc.tuple(name, tie('value')), { maxLength: NARROW }), choice()).map(formatMap) },
      { weight: 1, arbitrary: fc.tuple(fc.array(fc.tuple(tie('key'), tie('value')), { maxLength: NARROW }), choice()).map(formatMap) },
    ),
  }));
  const wrap = fc.tuple(fc.boolean(), choice()).map(([isArray, chosen]) => (inner: Formatted) => {
    return isArray ? formatArray([[inner], chosen]) : formatMap([[[formatText(['a', 0]), inner]], chosen]);
  });
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 100, arbitrary: orChain(tree, scalar, wrap, DEPTH_MAX) },
    { weight: 2, arbitrary: largeContainer() },
  );
}

function formattedScalar(): Arbitrary<Formatted> {
  return fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(formatted([0xc0], null), formatted([0xc2], false), formatted([0xc3], true)) },
    { weight: 3, arbitrary: fc.tuple(integer(), fc.nat({ max: 8 })).map(formatInteger) },
    { weight: 2, arbitrary: fc.oneof(fc.float().map(formatFloat32), fc.double().map(formatFloat64), fc.integer().map(formatFloat64)) },
    { weight: 3, arbitrary: formattedText(wellFormedText()) },
    { weight: 1, arbitrary: fc.tuple(payload(), choice()).map(formatBinary) },
    { weight: 1, arbitrary: fc.tuple(extensionType(), payload(), choice()).map(formatExtension) },
    { weight: 1, arbitrary: fc.tuple(seconds(), nanoseconds(), choice(), choice()).map(formatTimestamp) },
  );
}

const integer = () =>
  fc.oneof(fc.bigInt({ min: -300n, max: 300n }), borderInteger().filter(fits64), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }));
const fits64 = (value: bigint) => value >= -(2n ** 63n) && value < 2n ** 64n;
const seconds = () =>
  fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 35n }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    borderInteger().filter(fitsSigned),
  );
const fitsSigned = (value: bigint) => value >= -(2n ** 63n) && value < 2n ** 63n;
const nanoseconds = () => fc.oneof(fc.constantFrom(0, 1, 1_000_000, 999_000_000, 999_999_999), fc.nat({ max: 999_999_999 }));
const payload = () =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: 12, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    { weight: 4, arbitrary: fc.constantFrom(1, 2, 4, 8, 16).map((length) => new Uint8Array(length).fill(length)) },
    { weight: 1, arbitrary: borderLength().map((length) => new Uint8Array(length).fill(7)) },
  );
const formattedText = (text: Arbitrary<string>) => fc.tuple(text, choice()).map(formatText);

function formatted(bytes: readonly number[], value: unknown): Formatted {
  return { bytes: Uint8Array.from(bytes), value };
}

/** The big-endian bytes of an integer, two's complement where it is negative. */
function bigEndian(value: number | bigint, width: number): number[] {
  const unsigned = BigInt.asUintN(8 * width, BigInt(value));
  return Array.from({ length: width }, (_, i) => Number((unsigned >> BigInt(8 * (width - 1 - i))) & 0xffn));
}

/** The header for `count`, in one of the widths that hold it. */
function header(family: readonly Header[], count: number, chosen: number): number[] {
  const { byte, width } = pick(
    family.filter(({ max }) => count <= max),
    chosen,
  );
  return width === 0 ? [byte + count] : [byte, ...bigEndian(count, width)];
}

function formatInteger([value, chosen]: [bigint, number]): Formatted {
  const ways: number[][] = [];
  if (value >= -32n && value < 128n) ways.push([Number(value & 0xffn)]);
  for (const [i, width] of [1, 2, 4, 8].entries()) {
    const bits = BigInt(8 * width);
    if (value >= 0n && value < 2n ** bits) ways.push([0xcc + i, ...bigEndian(value, width)]);
    if (value >= -(2n ** (bits - 1n)) && value < 2n ** (bits - 1n)) ways.push([0xd0 + i, ...bigEndian(value, width)]);
  }
  return formatted(pick(ways, chosen), Number.isSafeInteger(Number(value)) ? Number(value) : value);
}

function formatFloat32(value: number): Formatted {
  const view = new DataView(new ArrayBuffer(5));
  view.setUint8(0, 0xca);
  view.setFloat32(1, value);
  return { bytes: new Uint8Array(view.buffer), value };
}

function formatFloat64(value: number): Formatted {
  const view = new DataView(new ArrayBuffer(9));
  view.setUint8(0, 0xcb);
  view.setFloat64(1, value);
  return { bytes: new Uint8Array(view.buffer), value };
}

function formatText([value, chosen]: [string, number]): Formatted {
  const bytes = encoder.encode(value);
  return { bytes: join([Uint8Array.from(header(STRING, bytes.length, chosen)), bytes]), value };
}

function formatBinary([value, chosen]: [Uint8Array, number]): Formatted {
  return { bytes: join([Uint8Array.from(header(BINARY, value.length, chosen)), value]), value };
}

function formatExtension([type, data, chosen]: [number, Uint8Array, number]): Formatted {
  return { bytes: extensionBytes(type, data, chosen), value: new ExtensionValue(type, data) };
}

function extensionBytes(type: number, data: Uint8Array, chosen: number): Uint8Array {
  const fixed = FIXED_EXTENSIONS.get(data.length);
  const start = fixed !== undefined && chosen === 0 ? [fixed] : header(EXTENSION, data.length, chosen);
  return join([Uint8Array.from([...start, type & 0xff]), data]);
}

/** A timestamp of 4, 8 or 12 bytes: one of those that hold the instant. */
function formatTimestamp([whole, part, size, chosen]: [bigint, number, number, number]): Formatted {
  const ways = [[...bigEndian(part, 4), ...bigEndian(whole, 8)]];
  if (whole >= 0n && whole < 2n ** 34n) ways.unshift(bigEndian((BigInt(part) << 34n) | whole, 8));
  if (whole >= 0n && whole < 2n ** 32n && part === 0) ways.unshift(bigEndian(whole, 4));
  return { bytes: extensionBytes(-1, Uint8Array.from(pick(ways, size)), chosen), value: instant(whole, part) };
}

/** A Date where one holds the whole instant. */
function instant(whole: bigint, part: number): Date | Timestamp {
  const milliseconds = whole * 1000n + BigInt(Math.floor(part / 1e6));
  const isDate = part % 1e6 === 0 && milliseconds >= -8_640_000_000_000_000n && milliseconds <= 8_640_000_000_000_000n;
  return isDate ? new Date(Number(milliseconds)) : new Timestamp(whole, part);
}

function formatArray([elements, chosen]: [readonly Formatted[], number]): Formatted {
  const start = Uint8Array.from(header(ARRAY, elements.length, chosen));
  return { bytes: join([start, ...elements.map(({ bytes }) => bytes)]), value: elements.map(({ value }) => value) };
}

/** A map is an object when all its keys are strings. */
function formatMap([members, chosen]: [readonly (readonly [Formatted, Formatted])[], number]): Formatted {
  const start = Uint8Array.from(header(MAP, members.length, chosen));
  const bytes = join([start, ...members.flatMap(([key, { bytes }]) => [key.bytes, bytes])]);
  const entries = members.map(([key, { value }]) => [key.value, value] as [unknown, unknown]);
  return { bytes, value: entries.every(isNamed) ? toObject(entries as [string, unknown][]) : new Map(entries) };
}

function isNamed([key]: [unknown, unknown]): boolean {
  return typeof key === 'string';
}

/** Containers of the sizes at which their headers get wider. */
function largeContainer(): Arbitrary<Formatted> {
  return fc.tuple(borderLength(COUNT_BORDERS), fc.constantFrom('array', 'map'), choice()).map(([count, kind, chosen]) => {
    const one = formatted([1], 1);
    if (kind === 'array') return formatArray([new Array<Formatted>(count).fill(one), chosen]);
    return formatMap([Array.from({ length: count }, (_, i) => [formatIndex(i), one] as const), chosen]);
  });
}

/** As `formatInteger` in 32 bits, but made for many. */
function formatIndex(i: number): Formatted {
  return { bytes: Uint8Array.of(0xce, i >>> 24, (i >>> 16) & 0xff, (i >>> 8) & 0xff, i & 0xff), value: i };
}

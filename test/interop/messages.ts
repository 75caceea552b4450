import fc from 'fast-check';
import { ExtensionValue, msgpack, Timestamp } from 'lanewise';
import { msgpackValue } from 'lanewise/testing';

/**
 * What a value is, by type and bits, in words that programs of all languages can write: `int 5`, `float` and the 16 digits of a double, `str`
 * and `bin` with digits, `ext` with type and digits, `time` with seconds and nanoseconds, `[…]`, `{key=value,…}` sorted. A float that is a
 * safe integer is an `int`, since JavaScript has one type for both; all NaN are one.
 */
export function describe(value: unknown): string {
  if (value === null) return 'nil';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint' || (Number.isSafeInteger(value) && !Object.is(value, -0))) return `int ${value}`;
  if (typeof value === 'number') return `float ${floatDigits(value)}`;
  if (typeof value === 'string') return `str ${digits(new TextEncoder().encode(value))}`;
  if (value instanceof Uint8Array) return `bin ${digits(value)}`;
  if (value instanceof Date) return describeDate(value.getTime());
  if (value instanceof Timestamp) return `time ${value.seconds} ${value.nanoseconds}`;
  if (value instanceof ExtensionValue) return `ext ${value.type} ${digits(value.data)}`;
  if (Array.isArray(value)) return `[${value.map(describe).join(',')}]`;
  const entries = value instanceof Map ? [...value] : Object.entries(value as object);
  return `{${entries
    .map(([key, inner]) => `${describe(key)}=${describe(inner)}`)
    .sort()
    .join(',')}}`;
}

function describeDate(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `time ${seconds} ${(milliseconds - seconds * 1000) * 1e6}`;
}

function floatDigits(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return digits(new Uint8Array(view.buffer));
}

export function digits(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/** Every format, and every width that the specification allows, at its borders; then values of all kinds, as we write them. */
export function messages(): Uint8Array[] {
  const values = fc.sample(msgpackValue({ depthMax: 20 }), { numRuns: 300, seed: 11 }).filter((value) => !isLarge(value));
  return [...formats(), ...values.map((value) => msgpack.encode(value))];
}

/** Large containers are among the formats already. */
function isLarge(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value instanceof Map ? value.size : Object.keys(value).length) > 1000;
}

function* formats(): Generator<Uint8Array> {
  for (const byte of [0x00, 0x01, 0x7f, 0xe0, 0xff, 0xc0, 0xc2, 0xc3]) yield Uint8Array.of(byte);
  for (const [i, width] of [1, 2, 4, 8].entries()) {
    const [half, whole] = [2n ** BigInt(8 * width - 1), 2n ** BigInt(8 * width)];
    for (const value of [0n, 1n, 127n, 128n, half - 1n, half, whole - 1n]) if (value < whole) yield bytes(0xcc + i, big(value, width));
    for (const value of [0n, 1n, -1n, -32n, -33n, half - 1n, -half]) yield bytes(0xd0 + i, big(value, width));
  }
  for (const value of [2n ** 53n - 1n, 2n ** 53n, 2n ** 63n]) yield bytes(0xcf, big(value, 8));
  for (const value of [-(2n ** 53n) + 1n, -(2n ** 53n), -(2n ** 53n) - 1n]) yield bytes(0xd3, big(value, 8));
  for (const value of ['00000000', '80000000', '00000001', '3f800000', '7f7fffff', '7f800000', 'ff800000', '7fc00000', '3eaaaaab'])
    yield hex(`ca${value}`);
  for (const value of [
    '0000000000000000',
    '8000000000000000',
    '0000000000000001',
    '7fefffffffffffff',
    '7ff0000000000000',
    'fff0000000000000',
  ])
    yield hex(`cb${value}`);
  for (const value of ['7ff8000000000000', '3fb999999999999a', '4340000000000000', '43f0000000000000']) yield hex(`cb${value}`);
  for (const length of [0, 1, 31]) yield bytes(0xa0 + length, filled(length, 0x61));
  for (const [i, width] of [1, 2, 4].entries()) {
    for (const length of [0, 1, 32, 255, 256, 65_535, 65_536].filter((each) => each < 256 ** width)) {
      yield bytes(0xd9 + i, big(length, width), filled(length, 0x62));
      yield bytes(0xc4 + i, big(length, width), filled(length, 0xff));
      yield bytes(0xc7 + i, big(length, width), [5], filled(length, 0x80));
    }
  }
  yield bytes(0xd9, [10], new TextEncoder().encode('aé€😀'));
  for (const [i, length] of [1, 2, 4, 8, 16].entries())
    for (const type of [0, 5, 127, 0x80]) yield bytes(0xd4 + i, [type], filled(length, i));
  yield* containers();
  yield* timestamps();
}

function* containers(): Generator<Uint8Array> {
  yield Uint8Array.of(0x90);
  yield Uint8Array.of(0x80);
  yield hex('920391c0');
  yield hex('82a16101a162a0');
  yield hex('8201a16102a162');
  yield hex('81c381a1619200c2');
  for (const [i, width] of [2, 4].entries()) {
    for (const count of [0, 1, 15, 16, 65_535, 65_536].filter((each) => each < 256 ** width)) {
      yield bytes(0xdc + i, big(count, width), filled(count, 1));
      const members = Array.from({ length: count }, (_, n) => [
        0xa5,
        ...new TextEncoder().encode(n.toString(36).padStart(5, '_')),
        0xc3,
      ]).flat();
      yield bytes(0xde + i, big(count, width), members);
    }
  }
}

function* timestamps(): Generator<Uint8Array> {
  for (const seconds of [0n, 1n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n]) yield bytes(0xd6, [0xff], big(seconds, 4));
  for (const seconds of [0n, 2n ** 32n, 2n ** 34n - 1n]) {
    for (const nanoseconds of [0n, 1n, 1_000_000n, 999_999_999n]) yield bytes(0xd7, [0xff], big((nanoseconds << 34n) | seconds, 8));
  }
  for (const seconds of [0n, -1n, -62_135_596_800n, 2n ** 34n, 253_402_300_799n, 8_640_000_000_000n]) {
    for (const nanoseconds of [0n, 1n, 500_000_000n, 999_999_999n]) yield bytes(0xc7, [12, 0xff], big(nanoseconds, 4), big(seconds, 8));
  }
}

function big(value: number | bigint, width: number): Uint8Array {
  const unsigned = BigInt.asUintN(8 * width, BigInt(value));
  return hex(unsigned.toString(16).padStart(2 * width, '0'));
}

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);

function bytes(byte: number, ...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(Buffer.concat([Uint8Array.of(byte), ...parts.map((part) => Uint8Array.from(part))]));
}

import { LanewiseError } from '../error.ts';
import { brand } from './brand.ts';
import { readUint32 } from './format.ts';

const NANOSECONDS_PER_SECOND = 1_000_000_000;
const NANOSECONDS_PER_MILLISECOND = 1_000_000;
/** A Date holds at most this many milliseconds on each side of 1970 (ECMA-262, "Time Values and Time Range"). */
const DATE_MAX = 8.64e15;
/** What the seconds of a timestamp 32 and of a timestamp 64 stay below. */
const SECONDS_32 = 2 ** 32;
const SECONDS_64 = 2 ** 34;
/** Of a Date of any realm, whatever its class makes of `getTime`. */
const dateValue = Date.prototype.getTime;

/** An instant to the nanosecond, within the 64 bits of seconds that MessagePack has for it. */
export class Timestamp {
  /** Since 1970-01-01 UTC, rounded down; a number where it is a safe integer, else a BigInt. */
  readonly seconds: number | bigint;
  /** Since that second, from 0 to 999,999,999. */
  readonly nanoseconds: number;

  /**
   * @param seconds An integer of 64 bits, signed; as a number it must be safe.
   * @param nanoseconds An integer from 0 to 999,999,999. @default 0
   * @throws {LanewiseError} LW_MSGPACK_TIMESTAMP when one is out of its range. A TypeError for arguments of a wrong type.
   */
  constructor(seconds: number | bigint, nanoseconds = 0) {
    if (typeof seconds !== 'number' && typeof seconds !== 'bigint') throw new TypeError('the seconds must be a number or a BigInt');
    if (typeof nanoseconds !== 'number') throw new TypeError('the nanoseconds must be a number');
    if (!areSeconds(seconds)) throw outOfRange(`${seconds} seconds`);
    if (!areNanoseconds(nanoseconds)) throw outOfRange(`${nanoseconds} nanoseconds`);
    this.seconds = narrow(seconds);
    this.nanoseconds = nanoseconds;
  }

  /** The millisecond that this instant lies in; an invalid Date when it is beyond what a Date holds. */
  toDate(): Date {
    return new Date(millisecondsOf(Number(this.seconds), this.nanoseconds));
  }
}

brand(Timestamp, 'lanewise.Timestamp');

/**
 * Reads the payload of a timestamp of 4, 8 or 12 bytes.
 *
 * @returns A Date where one holds the whole instant, else a Timestamp; undefined when the length or the nanoseconds are wrong.
 */
export function readTimestamp(input: Uint8Array, start: number, length: number): Date | Timestamp | undefined {
  if (!isTimestampLength(length)) return undefined;
  const first = readUint32(input, start);
  if (length === 4) return new Date(first * 1000);
  if (length === 8) return toInstant((first & 3) * SECONDS_32 + readUint32(input, start + 4), first >>> 2);
  const view = new DataView(input.buffer, input.byteOffset + start, length);
  return toInstant(narrow(view.getBigInt64(4)), first);
}

/** Whether a timestamp of `length` bytes can start with those of `input` from `start` on, which may be fewer. */
export function mayBeTimestamp(input: Uint8Array, start: number, length: number): boolean {
  if (!isTimestampLength(length)) return false;
  // Zeros are the least that can follow: when they make too many nanoseconds, everything does.
  const least = new Uint8Array(length);
  least.set(input.subarray(start, start + length));
  return readTimestamp(least, 0, length) !== undefined;
}

/** The payload of the smallest timestamp that holds a valid instant: 4, 8 or 12 bytes. */
export function writeInstant(instant: Date | Timestamp): Uint8Array {
  const { seconds, nanoseconds } = instant instanceof Timestamp ? instant : partsOf(dateValue.call(instant));
  const size = timestampSize(seconds, nanoseconds);
  const payload = new Uint8Array(size);
  putTimestamp(new DataView(payload.buffer), 0, size, seconds, nanoseconds);
  return payload;
}

/** What a timestamp says of the milliseconds of a Date. */
export function partsOf(milliseconds: number): { seconds: number; nanoseconds: number } {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanoseconds: (milliseconds - seconds * 1000) * NANOSECONDS_PER_MILLISECOND };
}

/** Bytes of the smallest payload that holds it: 4, 8 or 12. */
export function timestampSize(seconds: number | bigint, nanoseconds: number): number {
  if (seconds < 0 || seconds >= SECONDS_64) return 12;
  return seconds < SECONDS_32 && nanoseconds === 0 ? 4 : 8;
}

/** Puts the payload, whose size `timestampSize` has told, at `at`. */
export function putTimestamp(view: DataView, at: number, size: number, seconds: number | bigint, nanoseconds: number): void {
  if (size === 12) {
    view.setUint32(at, nanoseconds);
    view.setBigInt64(at + 4, BigInt(seconds));
    return;
  }
  const low = Number(seconds) % SECONDS_32;
  if (size === 8) view.setUint32(at, nanoseconds * 4 + Math.floor(Number(seconds) / SECONDS_32));
  view.setUint32(at + size - 4, low);
}

/** RFC 3339 in UTC with 0, 3, 6 or 9 fraction digits; undefined outside the years 0000 to 9999. */
export function toRfc3339(instant: Date | Timestamp): string | undefined {
  const date = instant instanceof Timestamp ? instant.toDate() : instant;
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) return undefined;
  const nanoseconds = instant instanceof Timestamp ? instant.nanoseconds : date.getUTCMilliseconds() * NANOSECONDS_PER_MILLISECOND;
  const digits = nanoseconds
    .toString()
    .padStart(9, '0')
    .replace(/(000)+$/, '');
  return `${date.toISOString().slice(0, 19)}${digits === '' ? '' : '.'}${digits}Z`;
}

function isTimestampLength(length: number): boolean {
  return length === 4 || length === 8 || length === 12;
}

function toInstant(seconds: number | bigint, nanoseconds: number): Date | Timestamp | undefined {
  if (!areNanoseconds(nanoseconds)) return undefined;
  const milliseconds = millisecondsOf(Number(seconds), nanoseconds);
  const whole = nanoseconds % NANOSECONDS_PER_MILLISECOND === 0 && Math.abs(milliseconds) <= DATE_MAX;
  return whole ? new Date(milliseconds) : new Timestamp(seconds, nanoseconds);
}

function millisecondsOf(seconds: number, nanoseconds: number): number {
  return seconds * 1000 + Math.floor(nanoseconds / NANOSECONDS_PER_MILLISECOND);
}

function areSeconds(seconds: number | bigint): boolean {
  return typeof seconds === 'number' ? Number.isSafeInteger(seconds) : BigInt.asIntN(64, seconds) === seconds;
}

function areNanoseconds(nanoseconds: number): boolean {
  return Number.isInteger(nanoseconds) && nanoseconds >= 0 && nanoseconds < NANOSECONDS_PER_SECOND;
}

/** A safe integer as a number, and never -0. */
function narrow(integer: number | bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number + 0 : integer;
}

function outOfRange(what: string): LanewiseError {
  return new LanewiseError('LW_MSGPACK_TIMESTAMP', -1, undefined, what);
}

import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { HEAD, head, putBoth } from './backend/frame.ts';
import { LanewiseError } from './error.ts';
import { countByIndex } from './index-search.ts';
import { borrow, wrongType } from './input.ts';
import type { Text } from './matcher.ts';
import { isUint8Array } from './objects/built-in.ts';
import { decodeText } from './objects/strings.ts';

/** From here on the engine finds a needle faster than the host, even one that occurs nowhere, see `bench -- boundary`, as all of these. */
const ENGINE_MIN = 1 << 17;
/** In shorter haystacks, of at least so many bytes, it counts needles that have shown to occur more than a few times. */
const COUNTED_MIN = 1 << 10;
const FEW = 4;
/** Half of a surrogate pair that stands alone: such a string has no UTF-8. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** `indexOf` of Node's Buffer, which works on any Uint8Array. */
const hostIndexOf = (globalThis.Buffer as BufferConstructor | undefined)?.prototype.indexOf as
  | ((this: Uint8Array, needle: Text, from: number) => number)
  | undefined;
const encoder = new TextEncoder();

/**
 * Offset of the first `needle` that starts at `from` or later, or -1; as String.prototype.indexOf, an empty needle and a `from` beyond the
 * end included. O(n).
 *
 * A string needle in bytes is its UTF-8, a byte needle in a string the text that it is UTF-8 of; what has no such form is not found.
 *
 * @param from in units of the haystack; `@default 0`
 * @throws {LanewiseError} LW_SHARED_INPUT
 */
export function indexOf(haystack: Text, needle: Text, from = 0): number {
  if (typeof haystack === 'string') {
    const text = textOfNeedle(needle);
    return text === undefined ? -1 : haystack.indexOf(text, from);
  }
  const input = borrow(haystack);
  const start = Math.min(Math.max(0, Math.trunc(from) || 0), input.length);
  if (typeof needle === 'string' && needle.length !== 0 && isForHost(input, start)) {
    // The host encodes a needle faster than bytes are made of it.
    return LONE_SURROGATE.test(needle) ? -1 : (hostIndexOf?.call(input, needle, start) ?? -1);
  }
  const bytes = bytesOfNeedle(needle);
  return bytes === undefined ? -1 : indexOfBytes(input, bytes, start);
}

/**
 * How often `needle` occurs, without overlap. O(n).
 *
 * @throws {LanewiseError} LW_EMPTY_PATTERN for an empty needle; LW_SHARED_INPUT
 */
export function count(haystack: Text, needle: Text): number {
  if (typeof haystack === 'string') {
    const text = textOfNeedle(needle);
    refuseEmpty(needle);
    return text === undefined ? 0 : countByIndex(haystack, { text, id: 0 });
  }
  const bytes = bytesOfNeedle(needle);
  const input = borrow(haystack);
  refuseEmpty(needle);
  if (bytes === undefined) return 0;
  if (hostIndexOf === undefined || input.length >= ENGINE_MIN) return engineCount(input, bytes);
  let count = 0;
  let next = 0;
  for (let at = hostIndexOf.call(input, bytes, 0); at !== -1; at = hostIndexOf.call(input, bytes, next)) {
    count++;
    next = at + bytes.length;
    if (count === FEW && input.length - next >= COUNTED_MIN) return count + engineCount(input.subarray(next), bytes);
  }
  return count;
}

function engineCount(haystack: Uint8Array, needle: Uint8Array): number {
  putBoth(haystack, needle);
  return check(backend.needleCount());
}

function indexOfBytes(haystack: Uint8Array, needle: Uint8Array, from: number): number {
  const { length } = haystack;
  if (needle.length === 0) return from;
  if (length - from < needle.length) return -1;
  if (needle.length === 1) return haystack.indexOf(needle[0] as number, from);
  if (hostIndexOf !== undefined && isForHost(haystack, from)) return hostIndexOf.call(haystack, needle, from);
  return engineIndexOf(haystack, needle, from);
}

/** Whether the host finds a needle as fast. Who goes on from a place most often finds the next one soon. */
function isForHost({ length }: Uint8Array, from: number): boolean {
  return hostIndexOf !== undefined && (from !== 0 || length < ENGINE_MIN);
}

function engineIndexOf(haystack: Uint8Array, needle: Uint8Array, from: number): number {
  putBoth(haystack, needle);
  head[HEAD.from] = from;
  return check(backend.needleFind()) - 1;
}

/** The text that a needle is in strings, undefined when it is none. */
export function textOfNeedle(needle: Text): string | undefined {
  if (typeof needle === 'string') return needle;
  if (!isUint8Array(needle)) throw wrongType('a needle that is a string or a Uint8Array', needle);
  return decodeText(borrow(needle), 0, needle.length);
}

/** The bytes that a needle is in bytes, undefined when there are none. */
export function bytesOfNeedle(needle: Text): Uint8Array | undefined {
  if (typeof needle !== 'string') {
    if (!isUint8Array(needle)) throw wrongType('a needle that is a string or a Uint8Array', needle);
    return borrow(needle);
  }
  return LONE_SURROGATE.test(needle) ? undefined : encoder.encode(needle);
}

function refuseEmpty(needle: Text): void {
  if (needle.length === 0) throw new LanewiseError('LW_EMPTY_PATTERN');
}

import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { HEAD, head, putBoth } from './backend/frame.ts';
import { LanewiseError } from './error.ts';
import { hostSearches, indexOfByHost, indexOfByte } from './host-search.ts';
import { countByIndex } from './index-search.ts';
import { borrow, wrongType } from './input.ts';
import type { Text } from './matcher.ts';
import { isUint8Array } from './objects/built-in.ts';
import { decodeText } from './objects/strings.ts';

/**
 * So far is near: the host has found what is there before a crossing has begun. It stops at each place with the first byte of the needle, so it
 * matters how frequent that is. See `bench -- boundary`, as of all of these.
 */
const NEAR = 1 << 13;
const NEAR_OF_DENSE = 1 << 10;
/** Where less is left than so many times as much, all of it is near. */
const NEARS = 4;
/** Among so many bytes of a needle one is looked for that is rare. */
const PROBED = 16;
/** So many places with that byte are looked at before the rest is the engine's, and more where they are so far from each other. */
const TRIES = 3;
const GAP_MIN = 1 << 10;
/** So many bytes the engine looks at first, and how much larger each window is than the one before. */
const WINDOW_MIN = 1 << 16;
const WINDOW_GROWTH = 8;
/** In shorter haystacks, of at least so many bytes, the engine counts needles that have shown to occur more than a few times. */
const COUNTED_MIN = 1 << 10;
const FEW = 4;
/** In shorter ones the host counts needles whose first byte is rare, up to as many. */
const COUNTED_MAX = 1 << 17;
/** Half of a surrogate pair that stands alone: such a string has no UTF-8. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

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
    return LONE_SURROGATE.test(needle) ? -1 : indexOfByHost(input, needle, start);
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
  let count = 0;
  let next = 0;
  const isRare = RATE[bytes[0] as number] === RARE && input.length < COUNTED_MAX;
  if (isForHost(input, 0) || (isRare && hostSearches(input))) {
    for (let at = indexOfByHost(input, bytes, 0); at !== -1; at = indexOfByHost(input, bytes, next)) {
      count++;
      next = at + bytes.length;
      if (count === FEW && input.length - next >= COUNTED_MIN) return count + engineCount(input.subarray(next), bytes);
    }
    return count;
  }
  return engineCount(input, bytes);
}

function engineCount(haystack: Uint8Array, needle: Uint8Array): number {
  putBoth(haystack, needle);
  return check(backend.needleCount());
}

function indexOfBytes(haystack: Uint8Array, needle: Uint8Array, from: number): number {
  const { length } = haystack;
  if (needle.length === 0) return from;
  if (length - from < needle.length) return -1;
  if (needle.length === 1) return indexOfByte(haystack, needle[0] as number, from);
  if (!hostSearches(haystack)) return engineIndexOf(haystack, needle, from);
  const near = RATE[needle[0] as number] === DENSE ? NEAR_OF_DENSE : NEAR;
  if (length - from < NEARS * near) return indexOfByHost(haystack, needle, from);
  const rare = rareOffset(needle);
  let next = from;
  if (rare === -1) {
    const at = indexOfByHost(haystack.subarray(next, next + near), needle, 0);
    if (at !== -1) return next + at;
  }
  // One byte the host finds three times as fast as the engine a needle, as long as it is seldom there.
  for (let tries = 0; rare !== -1 && (tries < TRIES || next - from > tries * GAP_MIN); tries++) {
    const at = indexOfByte(haystack, needle[rare] as number, next + rare) - rare;
    if (at < next || length - at < needle.length) return -1;
    if (startsAt(haystack, needle, at)) return at;
    next = at + 1;
  }
  return engineIndexOf(haystack, needle, next);
}

/** In windows that grow, as a needle near the start must not cost a copy of the whole into the memory of a WebAssembly module. */
function engineIndexOf(haystack: Uint8Array, needle: Uint8Array, from: number): number {
  const { length } = haystack;
  let start = from;
  for (let size = WINDOW_MIN; ; size *= WINDOW_GROWTH) {
    const end = Math.min(length, start + size + needle.length - 1);
    putBoth(start === 0 && end === length ? haystack : haystack.subarray(start, end), needle);
    head[HEAD.from] = 0;
    const found = check(backend.needleFind());
    if (found !== 0) return start + found - 1;
    if (end === length) return -1;
    start += size;
  }
}

/** Whether the host finds a needle from there on before a crossing could. */
function isForHost(haystack: Uint8Array, from: number): boolean {
  return haystack.length - from < NEARS * NEAR_OF_DENSE && hostSearches(haystack);
}

/** Which of the first bytes of a needle is none that texts and records are full of; -1 where each is. */
function rareOffset(needle: Uint8Array): number {
  const size = Math.min(needle.length, PROBED);
  for (let i = 0; i < size; i++) if (RATE[needle[i] as number] === RARE) return i;
  return -1;
}

/** How frequent each byte is in texts and records: rare, frequent, or everywhere. */
const RATE = rates();
const RARE = 0;
const DENSE = 2;

/** Of small letters and blanks some are everywhere, and so are digits, zeros, and what is not ASCII where something is. */
function rates(): Uint8Array {
  const rates = new Uint8Array(256).fill(1, 0, 0x21).fill(1, 0x61, 0x7b).fill(2, 0x30, 0x3a).fill(2, 0x80);
  for (const letter of '\0 etaoinshrdl') rates[letter.charCodeAt(0)] = 2;
  return rates;
}

function startsAt(haystack: Uint8Array, needle: Uint8Array, at: number): boolean {
  let i = 0;
  while (i < needle.length && haystack[at + i] === needle[i]) i++;
  return i === needle.length;
}

/** The text that a needle is in strings, undefined when it is none. */
export function textOfNeedle(needle: Text): string | undefined {
  if (typeof needle === 'string') return needle;
  if (!isUint8Array(needle)) throw wrongType('a needle that is a string or a Uint8Array', needle);
  return decodeText(borrow(needle), 0, needle.length);
}

/** The bytes of longer needles are not kept. */
const KEPT_MAX = 1 << 8;
/** The needle that bytes were made of last, and these: most often the same one is looked for again. */
let lastText = '';
let lastBytes: Uint8Array | undefined = new Uint8Array(0);

/** The bytes that a needle is in bytes, undefined when there are none. They are not for users, who could change them. */
export function bytesOfNeedle(needle: Text): Uint8Array | undefined {
  if (typeof needle !== 'string') {
    if (!isUint8Array(needle)) throw wrongType('a needle that is a string or a Uint8Array', needle);
    return borrow(needle);
  }
  if (needle === lastText) return lastBytes;
  const bytes = LONE_SURROGATE.test(needle) ? undefined : encoder.encode(needle);
  if (needle.length <= KEPT_MAX) {
    lastText = needle;
    lastBytes = bytes;
  }
  return bytes;
}

function refuseEmpty(needle: Text): void {
  if (needle.length === 0) throw new LanewiseError('LW_EMPTY_PATTERN');
}

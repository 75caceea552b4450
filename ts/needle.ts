import { backend, current } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { HEAD, head, putBoth } from './backend/frame.ts';
import { LanewiseError } from './error.ts';
import { hostSearches, indexOfByHost, indexOfByHostUpTo, indexOfByte } from './host-search.ts';
import { countByIndex } from './index-search.ts';
import { borrow, wrongType } from './input.ts';
import type { Text } from './matcher.ts';
import { isUint8Array } from './objects/built-in.ts';
import { decodeText } from './objects/strings.ts';

/**
 * How frequent a byte is in texts and records: rare, frequent, everywhere, or everywhere in some and nowhere in others, as what is not ASCII.
 */
const RARE = 0;
const FREQUENT = 1;
const DENSE = 2;
const FOREIGN = 3;
/**
 * In fewer bytes the host finds a needle before a crossing has begun, by what its first byte is: the host stops at each of them for 5 ns. See
 * `bench -- boundary`, as of all of these.
 */
const HOST_MAX = [1 << 14, 1 << 14, 1 << 9, 1 << 8] as const;
/** In fewer bytes the first byte of a needle is looked for alone, where it is rare: most often it is not there, and the call takes half as long. */
const FIRST_MAX = 1 << 11;
/** So far the host looks for a needle that may be near, in haystacks of so many times as much. */
const NEAR = 1 << 9;
const NEARS = 8;
/** Among so many bytes of a needle one is looked for that is rare. */
const PROBED = 16;
/**
 * So many places with that byte are looked at before the rest is the engine's, and more where they are so far from each other that a call of the
 * host costs less than the engine's reading what is between them.
 */
const TRIES = 2;
const GAP_MIN = 1 << 12;
/**
 * Where they are so far from each other, the host looks through so many bytes before a crossing: it is slow with longer needles whose first byte is
 * not the rare one.
 */
const HOST_GAP_MIN = 1 << 8;
const HOST_WINDOW = 1 << 15;
const SHORT_MAX = 7;
/** So many bytes an engine looks at first that has to copy them, and how much larger each window is than the one before. */
const WINDOW_MIN = 1 << 16;
const WINDOW_GROWTH = 8;
/** So many the host counts in a short haystack before the rest is the engine's, where that is not short. */
const FEW = 4;
const COUNTED_MIN = 1 << 10;

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
  if (typeof needle === 'string' && needle !== lastText && needle !== seenText && needle.length !== 0 && isForHost(input, needle, start)) {
    // The host encodes a needle faster than bytes are made of it, which the second search for the same one is to have.
    if (needle.length <= KEPT_MAX) seenText = needle;
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
  if (isForHost(input, bytes, 0)) {
    for (let at = indexOfByHost(input, bytes, 0); at !== -1; at = indexOfByHost(input, bytes, next)) {
      count++;
      next = at + bytes.length;
      if (count === FEW && input.length - next >= COUNTED_MIN) return count + engineCount(input, bytes, next);
    }
    return count;
  }
  // One by one as long as they are far from each other.
  while (next >= count * GAP_MIN) {
    const at = indexByTries(input, bytes, next);
    if (at === -1) return count;
    if (at < -1) return count + engineCount(input, bytes, -2 - at);
    count++;
    next = at + bytes.length;
  }
  return count + engineCount(input, bytes, next);
}

function engineCount(haystack: Uint8Array, needle: Uint8Array, from: number): number {
  putBoth(from === 0 ? haystack : haystack.subarray(from), needle);
  return check(backend.needleCount());
}

function indexOfBytes(haystack: Uint8Array, needle: Uint8Array, from: number): number {
  const { length } = haystack;
  if (needle.length === 0) return from;
  if (length - from < needle.length) return -1;
  if (needle.length === 1) return indexOfByte(haystack, needle[0] as number, from);
  if (isForHost(haystack, needle, from)) {
    const first = needle[0] as number;
    const isRare = RATE[first] === RARE && length - from < FIRST_MAX;
    const start = isRare ? indexOfByte(haystack, first, from) : from;
    return start === -1 ? -1 : indexOfByHost(haystack, needle, start);
  }
  if (RATE[needle[0] as number] === DENSE && length - from >= NEARS * NEAR && hostSearches(haystack)) {
    const at = indexOfByHostUpTo(haystack, needle, from, from + NEAR);
    if (at !== -1) return at;
  }
  const at = indexByTries(haystack, needle, from);
  return at < -1 ? engineIndexOf(haystack, needle, -2 - at) : at;
}

/**
 * The offset of the first `needle` at `from` or behind it, or -1, where a byte of it shows to be rare or absent: the host finds one byte, and goes on
 * from there, as fast as memory is read. Else -2 less the offset from which the engine is to look.
 */
function indexByTries(haystack: Uint8Array, needle: Uint8Array, from: number): number {
  if (!hostSearches(haystack)) return -2 - from;
  if (RATE[needle[0] as number] === FOREIGN && indexOfByte(haystack, needle[0] as number, from) === -1) return -1;
  const probe = probeOf(needle);
  if ((RATE[needle[probe] as number] as number) >= DENSE) return -2 - from;
  let next = from;
  for (let tries = 0; tries < TRIES || next - from > tries * GAP_MIN; tries++) {
    const at = indexOfByte(haystack, needle[probe] as number, next + probe) - probe;
    if (at < next || haystack.length - at < needle.length) return -1;
    if (startsAt(haystack, needle, at)) return at;
    next = at + 1;
  }
  if (next - from < TRIES * HOST_GAP_MIN || (probe !== 0 && needle.length > SHORT_MAX)) return -2 - next;
  const end = Math.min(haystack.length, next + HOST_WINDOW);
  const at = indexOfByHostUpTo(haystack, needle, next, end);
  return at !== -1 || end === haystack.length ? at : -2 - (end - needle.length + 1);
}

function engineIndexOf(haystack: Uint8Array, needle: Uint8Array, from: number): number {
  if (current.backend === 'native') {
    putBoth(haystack, needle);
    head[HEAD.from] = from;
    return check(backend.needleFind()) - 1;
  }
  return indexInWindows(haystack, needle, from);
}

/** In windows that grow, as a needle near the start must not cost a copy of the whole into the memory of a WebAssembly module. */
function indexInWindows(haystack: Uint8Array, needle: Uint8Array, from: number): number {
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
function isForHost(haystack: Uint8Array, needle: Text, from: number): boolean {
  const first = typeof needle === 'string' ? needle.charCodeAt(0) : (needle[0] as number);
  const rate = first < RATE.length ? (RATE[first] as Rate) : FOREIGN;
  return haystack.length - from < HOST_MAX[rate] && hostSearches(haystack);
}

/** Which of the first bytes of a needle is the first that texts and records are not full of; 0 where they are of each. */
function probeOf(needle: Uint8Array): number {
  const size = Math.min(needle.length, PROBED);
  let probe = 0;
  for (let i = 0; i < size; i++) {
    const rate = RATE[needle[i] as number] as number;
    if (rate === RARE) return i;
    if (rate < (RATE[needle[probe] as number] as number)) probe = i;
  }
  return probe;
}

type Rate = typeof RARE | typeof FREQUENT | typeof DENSE | typeof FOREIGN;

/** Of each byte. */
const RATE = rates();

/** Of small letters and blanks some are everywhere, and so are digits and zeros. */
function rates(): Uint8Array {
  const rates = new Uint8Array(256).fill(FREQUENT, 0, 0x21).fill(FREQUENT, 0x61, 0x7b).fill(DENSE, 0x30, 0x3a).fill(FOREIGN, 0x80);
  for (const letter of '\0 etaoinshrdl') rates[letter.charCodeAt(0)] = DENSE;
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
/** The one that the host made bytes of last. */
let seenText = '';
/** The bytes that were the needle last, of which it is known that no other thread may write to them: to ask takes as long as to look at 20 bytes. */
let lastNeedle: Uint8Array | undefined;
/** Bytes that are part of more memory are not kept. */
const KEPT_BUFFER_MAX = 1 << 17;

/** The bytes that a needle is in bytes, undefined when there are none. They are not for users, who could change them. */
export function bytesOfNeedle(needle: Text): Uint8Array | undefined {
  if (typeof needle !== 'string') {
    if (needle === lastNeedle) return needle;
    if (!isUint8Array(needle)) throw wrongType('a needle that is a string or a Uint8Array', needle);
    borrow(needle);
    if (needle.buffer.byteLength <= KEPT_BUFFER_MAX) lastNeedle = needle;
    return needle;
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

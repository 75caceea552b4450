import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { borrowBytes, HEAD, head, ownBytes, put } from './backend/frame.ts';
import { LanewiseError } from './error.ts';
import { encodeByHost } from './host-encode.ts';
import { borrow, wrongType } from './input.ts';
import {
  decodeLatin1,
  decodeLossy,
  decodeText,
  decodeUtf16,
  hostIsUtf8,
  isHighSurrogate,
  isLowSurrogate,
  readsForms,
} from './objects/strings.ts';
import { FORM, formOf, putUnits } from './units.ts';

/** Up to here a loop over ASCII beats a call of the host (40 ns) and a crossing (90 ns). */
const LOOP_MAX = 32;
/** Up to here the host's own check, where it has one, beats a crossing; from here on they are as fast as each other. */
const HOST_MAX = 1 << 18;
/**
 * The version of V8, of which newer ones convert by vectors themselves: 11 in Node 20, 13 in Node 24, 14 in Node 26. Of a host that does not say it,
 * or is another engine, the newest one's thresholds are taken: they cross late.
 */
const v8 = globalThis.process?.versions?.bun === undefined ? Number.parseInt(globalThis.process?.versions?.v8 ?? '99', 10) : 99;
/**
 * From here on the engine makes the string of text much of which is not ASCII faster than the host, as Cyrillic, Greek, Chinese and emoji, see
 * `bench -- boundary`, as all of these.
 */
const DECODE_DENSE_MIN = v8 < 12 ? 1 << 9 : 1 << 12;
/** The same of text most of which is ASCII, as French, or English with typographic quotes: it has runs that the host copies. */
const DECODE_SPARSE_MIN = v8 < 12 ? 1 << 10 : 1 << 13;
/** The same where only the host can make a string, and memory has to be copied: an old host (Node 20) alone is slower. */
const UNITS_MIN = v8 < 12 ? 1 << 12 : Number.POSITIVE_INFINITY;
/** From here on it encodes strings of one and of two bytes a unit, and pairs of surrogates, which no host does by vectors. */
const ENCODE_NARROW_MIN = v8 < 12 ? 1 << 13 : Number.POSITIVE_INFINITY;
const ENCODE_WIDE_MIN = v8 < 14 ? 1 << 10 : Number.POSITIVE_INFINITY;
const ENCODE_PAIRS_MIN = 1 << 12;
const ENCODE_LEAST = Math.min(ENCODE_NARROW_MIN, ENCODE_WIDE_MIN, ENCODE_PAIRS_MIN);
/** So many places of a text are looked at to see what it is, and one more for each so many units, up to a bound. */
const PROBES = 16;
const PROBED_UNITS = 1 << 10;
const PROBES_MAX = 256;
/** Text is dense when one of so many places that are looked at is not ASCII. */
const DENSE_SHARE = 4;
/** What `utf8Units` has made. */
const UNITS = { ascii: 1, latin1: 2 } as const;
const UNIT_FORMS = 4;
/** The flag `lossy` of the engine: `crates/lanewise-binding/src/text.rs`. */
const LOSSY = 1;

/**
 * True if `bytes` are UTF-8: no overlong form, no surrogate, nothing above U+10FFFF, nothing cut short. O(n).
 *
 * @throws {LanewiseError} LW_SHARED_INPUT
 */
export function isUtf8(bytes: Uint8Array): boolean {
  const input = borrow(bytes);
  if (input.length <= LOOP_MAX && isAscii(input)) return true;
  if (hostIsUtf8 !== undefined && input.length <= HOST_MAX) return hostIsUtf8(input);
  put(input);
  return backend.checkUtf8() === 0;
}

/**
 * The string that `bytes` are the UTF-8 of. A byte order mark is kept. O(n).
 *
 * @param options.lossy puts U+FFFD for each maximal bad sequence, as WHATWG does, instead of failing; `@default false`
 * @throws {LanewiseError} LW_UTF8 at the offset of the first bad sequence; LW_SIZE when the host has no string as long; LW_SHARED_INPUT
 */
export function decodeUtf8(bytes: Uint8Array, options?: { lossy?: boolean }): string {
  const lossy = options?.lossy === true;
  const input = borrow(bytes);
  if (!lossy) return textOf(input, 0, input.length);
  const text = engineText(input, true) ?? decodeLossy(input, 0, input.length);
  if (text === undefined) throw new LanewiseError('LW_SIZE');
  return text;
}

/**
 * The UTF-8 of `text`; a lone surrogate becomes U+FFFD, as WHATWG has it. O(n).
 *
 * Where the host can protect memory from a transfer, as Node can, short ones are parts of one ArrayBuffer, as small Buffers are.
 */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (typeof text !== 'string') throw wrongType('a string', text);
  const { length } = text;
  if (length < ENCODE_LEAST) return encodeByHost(text);
  const form = formOf(text);
  if (form === FORM.latin1) {
    if (length < ENCODE_NARROW_MIN || looksAsciiText(text)) return encodeByHost(text);
  } else if (length < ENCODE_WIDE_MIN && !(length >= ENCODE_PAIRS_MIN && showsPairs(text))) return encodeByHost(text);
  putUnits(text, form);
  head[HEAD.form] = form;
  return ownBytes(check(backend.encodeUtf8()));
}

/** The string that `input` is the UTF-8 of from `start` to `end`; the offset of an error is that in `input`. */
export function textOf(input: Uint8Array, start: number, end: number): string {
  const text =
    (end - start < DECODE_DENSE_MIN ? undefined : engineText(end - start === input.length ? input : input.subarray(start, end), false)) ??
    decodeText(input, start, end);
  if (text !== undefined) return text;
  put(input.subarray(0, end));
  check(backend.checkUtf8(), input);
  throw new LanewiseError('LW_SIZE');
}

/** The string as the engine makes it, undefined where that is no faster, or the input is bad. */
function engineText(input: Uint8Array, lossy: boolean): string | undefined {
  const { length } = input;
  if (length < DECODE_DENSE_MIN || (backend.decodeUtf8 === undefined && length < UNITS_MIN) || !pays(input)) return undefined;
  if (backend.decodeUtf8 === undefined) return readsForms ? textOfUnits(input) : undefined;
  put(input);
  head[HEAD.flags] = lossy ? LOSSY : 0;
  const text = backend.decodeUtf8();
  return typeof text === 'string' ? text : undefined;
}

/** The string of the units that the engine makes, where it cannot make the string; undefined where the input is bad. */
function textOfUnits(input: Uint8Array): string | undefined {
  put(input);
  const outcome = backend.utf8Units();
  if (outcome < 0) return undefined;
  const form = outcome % UNIT_FORMS;
  if (form === UNITS.ascii) return decodeLatin1(input);
  const units = borrowBytes(Math.floor(outcome / UNIT_FORMS));
  return form === UNITS.latin1 ? decodeLatin1(units) : decodeUtf16(units);
}

/** How far the places are from each other at which a text of this length is looked at. */
function probeStep(length: number): number {
  return Math.max(1, Math.trunc(length / Math.min(PROBES_MAX, PROBES + length / PROBED_UNITS)));
}

/** Whether a few bytes, spread over the input, show text that the engine decodes faster; text with more than a few such characters shows them. */
function pays(input: Uint8Array): boolean {
  const { length } = input;
  const step = probeStep(length);
  let found = 0;
  for (let i = 0; i < length; i += step) found += (input[i] as number) >> 7;
  return length < DECODE_SPARSE_MIN ? found * step * DENSE_SHARE >= length : found > 0;
}

/** Whether a few units, spread over the text, are ASCII. */
function looksAsciiText(text: string): boolean {
  const step = probeStep(text.length);
  let all = 0;
  for (let i = 0; i < text.length; i += step) all |= text.charCodeAt(i);
  return all < 0x80;
}

/** Whether pairs of surrogates are among a few units, spread over the text. Those that stand alone do not count: the host is as fast with them. */
function showsPairs(text: string): boolean {
  const step = probeStep(text.length);
  for (let i = 0; i < text.length; i += step) {
    const unit = text.charCodeAt(i);
    if ((unit & 0xf800) !== 0xd800) continue;
    if (isHighSurrogate(unit) ? isLowSurrogate(text.charCodeAt(i + 1)) : isHighSurrogate(text.charCodeAt(i - 1))) return true;
  }
  return false;
}

function isAscii(bytes: Uint8Array): boolean {
  let all = 0;
  for (let i = 0; i < bytes.length; i++) all |= bytes[i] as number;
  return all < 0x80;
}

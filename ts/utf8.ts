import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { HEAD, head, ownBytes, put } from './backend/frame.ts';
import { LanewiseError } from './error.ts';
import { borrow, wrongType } from './input.ts';
import { decodeLossy, decodeText } from './objects/strings.ts';
import { FORM, formOf, putUnits } from './units.ts';

/** Up to here a loop over ASCII beats a call of the host (40 ns) and a crossing (90 ns). */
const LOOP_MAX = 32;
/** Up to here the host's own check, where it has one, beats a crossing; from here on they are as fast as each other. */
const HOST_MAX = 1 << 18;
/** From here on the engine makes the string of text that is not ASCII faster than the host, see `bench -- boundary`, as all of these. */
const DECODE_MIN = 1 << 9;
/** From here on that of ASCII as fast, so that what else may be in the text decides. */
const DECODE_ASCII_MIN = 1 << 18;
/** The same of the units of a string. */
const ENCODE_MIN = 1 << 10;
const ENCODE_ASCII_MIN = 1 << 18;
/** So many places of a text are looked at to see what it is. */
const PROBES = 16;
/** The flag `lossy` of the engine: `crates/lanewise-binding/src/text.rs`. */
const LOSSY = 1;

const encoder = new TextEncoder();
const hostIsUtf8 = globalThis.process?.getBuiltinModule?.('node:buffer')?.isUtf8;

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
  const text = engineText(input, true) ?? decodeText(input, 0, input.length) ?? decodeLossy(input, 0, input.length);
  if (text === undefined) throw new LanewiseError('LW_SIZE');
  return text;
}

/** The UTF-8 of `text`; a lone surrogate becomes U+FFFD, as WHATWG has it. O(n). */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (typeof text !== 'string') throw wrongType('a string', text);
  if (text.length < ENCODE_MIN) return encoder.encode(text);
  const form = formOf(text);
  if (form === FORM.latin1 && text.length < ENCODE_ASCII_MIN && looksAsciiText(text)) return encoder.encode(text);
  putUnits(text, form);
  head[HEAD.form] = form;
  return ownBytes(check(backend.encodeUtf8()));
}

/** The string that `input` is the UTF-8 of from `start` to `end`; the offset of an error is that in `input`. */
export function textOf(input: Uint8Array, start: number, end: number): string {
  const text =
    (end - start < DECODE_MIN ? undefined : engineText(end - start === input.length ? input : input.subarray(start, end), false)) ??
    decodeText(input, start, end);
  if (text !== undefined) return text;
  put(input.subarray(0, end));
  check(backend.checkUtf8(), input);
  throw new LanewiseError('LW_SIZE');
}

/** The string as the engine makes it, undefined where that is no faster, or the input is bad. */
function engineText(input: Uint8Array, lossy: boolean): string | undefined {
  const { length } = input;
  if (length < DECODE_MIN || (length < DECODE_ASCII_MIN && looksAscii(input))) return undefined;
  if (backend.decodeUtf8 === undefined) return undefined;
  put(input);
  head[HEAD.flags] = lossy ? LOSSY : 0;
  const text = backend.decodeUtf8();
  return typeof text === 'string' ? text : undefined;
}

/** Whether a few bytes, spread over the input, are ASCII: a text that has more shows it. */
function looksAscii(input: Uint8Array): boolean {
  const step = input.length / PROBES;
  let all = 0;
  for (let i = 0; i < PROBES; i++) all |= input[Math.trunc(i * step)] as number;
  return all < 0x80;
}

/** The same of a string. */
function looksAsciiText(text: string): boolean {
  const step = text.length / PROBES;
  let all = 0;
  for (let i = 0; i < PROBES; i++) all |= text.charCodeAt(Math.trunc(i * step));
  return all < 0x80;
}

function isAscii(bytes: Uint8Array): boolean {
  let all = 0;
  for (let i = 0; i < bytes.length; i++) all |= bytes[i] as number;
  return all < 0x80;
}

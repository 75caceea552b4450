import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { put } from './backend/frame.ts';
import { LanewiseError } from './error.ts';
import { borrow, wrongType } from './input.ts';
import { decodeLossy, decodeText } from './objects/strings.ts';

/** Up to here a loop over ASCII beats a call of the host (40 ns) and a crossing (90 ns). */
const LOOP_MAX = 32;
/** Up to here the host's own check, where it has one, beats a crossing; from here on they are as fast as each other. */
const HOST_MAX = 1 << 18;

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
 * The host decodes; the engine is asked where the first bad sequence is.
 *
 * @param options.lossy puts U+FFFD for each maximal bad sequence, as WHATWG does, instead of failing; `@default false`
 * @throws {LanewiseError} LW_UTF8 at the offset of the first bad sequence; LW_SIZE when the host has no string as long; LW_SHARED_INPUT
 */
export function decodeUtf8(bytes: Uint8Array, options?: { lossy?: boolean }): string {
  const input = borrow(bytes);
  if (options?.lossy !== true) return textOf(input, 0, input.length);
  const text = decodeText(input, 0, input.length) ?? decodeLossy(input, 0, input.length);
  if (text === undefined) throw new LanewiseError('LW_SIZE');
  return text;
}

/** The UTF-8 of `text`; a lone surrogate becomes U+FFFD, as WHATWG has it. O(n). */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (typeof text !== 'string') throw wrongType('a string', text);
  return encoder.encode(text);
}

/** The string that `input` is the UTF-8 of from `start` to `end`; the offset of an error is that in `input`. */
export function textOf(input: Uint8Array, start: number, end: number): string {
  const text = decodeText(input, start, end);
  if (text !== undefined) return text;
  put(input.subarray(0, end));
  check(backend.checkUtf8(), input);
  throw new LanewiseError('LW_SIZE');
}

function isAscii(bytes: Uint8Array): boolean {
  let all = 0;
  for (let i = 0; i < bytes.length; i++) all |= bytes[i] as number;
  return all < 0x80;
}

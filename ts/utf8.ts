import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { put } from './backend/frame.ts';
import { borrow, wrongType } from './input.ts';

// The byte order mark is a character like any other here: what comes in goes out.
const lossyDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();
const host = globalThis.Buffer as BufferConstructor | undefined;

/**
 * True if `bytes` are UTF-8: no overlong form, no surrogate, nothing above U+10FFFF, nothing cut short. O(n).
 *
 * @throws {LanewiseError} LW_SHARED_INPUT
 */
export function isUtf8(bytes: Uint8Array): boolean {
  put(borrow(bytes));
  return backend.checkUtf8() === 0;
}

/**
 * The string that `bytes` are the UTF-8 of. A byte order mark is kept.
 *
 * @param options.lossy puts U+FFFD for each maximal bad sequence, as WHATWG does, instead of failing; `@default false`
 * @throws {LanewiseError} LW_UTF8 at the offset of the first bad sequence; LW_SHARED_INPUT
 */
export function decodeUtf8(bytes: Uint8Array, options?: { lossy?: boolean }): string {
  const input = borrow(bytes);
  if (options?.lossy !== true) {
    put(input);
    check(backend.checkUtf8(), input);
  }
  return textOf(input);
}

/** The UTF-8 of `text`; a lone surrogate becomes U+FFFD, as WHATWG has it. O(n). */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (typeof text !== 'string') throw wrongType('a string', text);
  return encoder.encode(text);
}

/** Decodes what is known to be UTF-8, or may be decoded lossily. */
export function textOf(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  if (host !== undefined) return host.prototype.utf8Slice.call(bytes, start, end);
  return lossyDecoder.decode(bytes.subarray(start, end));
}

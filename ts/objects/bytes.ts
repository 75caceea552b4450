import { LanewiseError } from '../error.ts';
import { builtInOf, isUint8Array } from './built-in.ts';

/** Whether a SharedArrayBuffer is told by this property, which costs less to read than `instanceof`. */
const hasGrowable = globalThis.SharedArrayBuffer !== undefined && 'growable' in SharedArrayBuffer.prototype;

/**
 * Refuses memory that another thread may change while it is read.
 *
 * @throws {LanewiseError} LW_SHARED_INPUT when `buffer` is a SharedArrayBuffer.
 */
export function refuseShared(buffer: ArrayBufferLike): void {
  if (hasGrowable ? (buffer as { growable?: boolean }).growable === undefined : buffer instanceof ArrayBuffer) return;
  if (builtInOf(buffer) === 'SharedArrayBuffer') throw new LanewiseError('LW_SHARED_INPUT');
}

/**
 * Checks the argument of a function that reads bytes.
 *
 * @throws {LanewiseError} LW_SHARED_INPUT. A TypeError when `input` is no Uint8Array.
 */
export function checkInput(input: unknown): asserts input is Uint8Array {
  if (!isUint8Array(input)) throw new TypeError('the input must be a Uint8Array');
  refuseShared(input.buffer);
}

/** Up to so many bytes a loop is faster than to make a view for `set`. */
const LOOP_MAX = 48;

/** A copy that shares no memory with `input`, a plain Uint8Array even when `input` is a Buffer. */
export function copyBytes(input: Uint8Array, start: number, end: number): Uint8Array {
  const size = end - start;
  const copy = new Uint8Array(size);
  if (size > LOOP_MAX) copy.set(input.subarray(start, end));
  else for (let i = 0; i < size; i++) copy[i] = input[start + i] as number;
  return copy;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 in the standard alphabet, padded (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += BASE64.charAt(group >> 18) + BASE64.charAt((group >> 12) & 63);
    text += left > 1 ? BASE64.charAt((group >> 6) & 63) : '=';
    text += left > 2 ? BASE64.charAt(group & 63) : '=';
  }
  return text;
}

import { LanewiseError } from './error.ts';
import { isUint8Array } from './objects/built-in.ts';
import { refuseShared } from './objects/bytes.ts';

/** The largest input: every offset, its end included, is one unsigned 32-bit word. */
export const INPUT_MAX = 2 ** 32 - 1;

/**
 * Passes bytes on that a backend may borrow.
 *
 * @throws {TypeError} when `input` is no Uint8Array
 * @throws {LanewiseError} LW_SHARED_INPUT when another thread may write to it meanwhile; LW_SIZE when it is too large
 */
export function borrow(input: Uint8Array): Uint8Array {
  if (!isUint8Array(input)) throw wrongType('a Uint8Array', input);
  refuseShared(input.buffer);
  if (input.length > INPUT_MAX) throw new LanewiseError('LW_SIZE', INPUT_MAX);
  return input;
}

/** The TypeError for an argument that should have been `expected`. */
export function wrongType(expected: string, value: unknown): TypeError {
  return new TypeError(`expected ${expected}, got ${value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`}`);
}

/** A limit as a backend takes it: an unsigned 32-bit word. */
export function limit(value: number | undefined, otherwise: number, name: string): number {
  if (value === undefined) return otherwise;
  if (typeof value !== 'number' || !(value >= 0)) throw new TypeError(`${name} must be a number of 0 or more`);
  return Math.min(Math.floor(value), 0xffffffff);
}

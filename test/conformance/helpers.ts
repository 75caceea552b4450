import assert from 'node:assert/strict';
import { LanewiseError } from 'lanewise';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 of a string. */
export function bytes(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The string of UTF-8. */
export function text(utf8: Uint8Array): string {
  return decoder.decode(utf8);
}

/** Bytes from hexadecimal digits, spaces ignored. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/[0-9a-f]{2}/g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Code and offset of the LanewiseError that `call` throws; fails when it throws none. */
export function failure(call: () => unknown): { code: string; offset: number } {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof LanewiseError, `threw ${String(error)}`);
    return { code: error.code, offset: error.offset };
  }
  assert.fail('nothing was thrown');
}

import assert from 'node:assert/strict';
import { LanewiseError } from '../../ts/error.ts';
import { Decoder } from '../../ts/objects/decode/decoder.ts';
import { Encoder } from '../../ts/objects/encode/encoder.ts';
import type { MsgpackOptions } from '../../ts/objects/options.ts';

/** Bytes from hexadecimal digits, spaces ignored. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/[0-9a-f]{2}/g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The bytes one after another. */
export function join(...parts: (Uint8Array | number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

export function encode(value: unknown, options?: MsgpackOptions): Uint8Array {
  return new Encoder(options).encode(value);
}

export function decode(input: Uint8Array, options?: MsgpackOptions): unknown {
  return new Decoder(options).decode(input);
}

/** Code and offset of the LanewiseError that `call` throws; fails when it throws none, or something else. */
export function failure(call: () => unknown): { code: string; offset: number } {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof LanewiseError, `threw ${String(error)}`);
    return { code: error.code, offset: error.offset };
  }
  assert.fail('nothing was thrown');
}

/** An array in an array, so many times. */
export function nest(depth: number): unknown {
  let value: unknown = [];
  for (let i = 1; i < depth; i++) value = [value];
  return value;
}

import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { ownBytes, prepare } from './backend/frame.ts';
import { borrow, limit } from './input.ts';
import { Decoder } from './objects/decoder.ts';
import { Encoder } from './objects/encoder.ts';
import { type MsgpackOptions, type ResolvedOptions, resolveOptions } from './objects/options.ts';

export { Decoder } from './objects/decoder.ts';
export { encodeStream } from './objects/encode-stream.ts';
export { Encoder } from './objects/encoder.ts';
export { type Extension, ExtensionValue } from './objects/extension.ts';
export type { MsgpackOptions } from './objects/options.ts';
export { Timestamp } from './objects/timestamp.ts';

/** How deep arrays and maps may nest where no limit is given. */
const DEPTH_MAX = 1024;

/** Up to here to decode takes less than to cross; see `bench -- boundary`. */
const DECODE_MAX = 48;

/** Flags of the MessagePack calls: `crates/lanewise-binding/src/codecs.rs`. */
const STRING_KEYS = 1;
const INVALID_UTF8 = 2;
const FLOAT32_NEVER = 1;
const STRINGIFY_KEYS = 1;

const encoder = new Encoder();
const decoder = new Decoder();
const DEFAULTS = resolveOptions();

/**
 * The MessagePack of a JS value, in the smallest format of each.
 *
 * @throws {LanewiseError} LW_MSGPACK_TYPE for what MessagePack cannot hold; LW_MSGPACK_RANGE for a BigInt outside 64 bits; LW_DEPTH,
 *   which is what a cycle ends in
 */
export function encode(value: unknown, options?: MsgpackOptions): Uint8Array {
  return (options === undefined ? encoder : new Encoder(options)).encode(value);
}

/**
 * The JS value of exactly one MessagePack value. Of duplicate keys the last counts.
 *
 * @throws {LanewiseError} as `validate`
 */
export function decode(input: Uint8Array, options?: MsgpackOptions): unknown {
  return (options === undefined ? decoder : new Decoder(options)).decode(input);
}

/**
 * True if `input` is exactly one MessagePack value that `decode` takes with these options.
 *
 * @throws {LanewiseError} LW_SHARED_INPUT
 */
export function isValid(input: Uint8Array, options?: MsgpackOptions): boolean {
  const resolved = options === undefined ? DEFAULTS : resolveOptions(options);
  return isDecoders(borrow(input), resolved) ? decodes(input, options) : verdict(input, resolved) === 0;
}

/**
 * Checks that `input` is exactly one MessagePack value that `decode` takes with these options.
 *
 * @throws {LanewiseError} LW_MSGPACK_RESERVED, LW_MSGPACK_KEY, LW_MSGPACK_TIMESTAMP, LW_DEPTH at the header of the value; LW_UTF8 at the
 *   first byte of the bad sequence; LW_MSGPACK_END at the length of the input; LW_MSGPACK_TRAILING at the byte after the value;
 *   LW_SHARED_INPUT
 */
export function validate(input: Uint8Array, options?: MsgpackOptions): void {
  const resolved = options === undefined ? DEFAULTS : resolveOptions(options);
  if (isDecoders(borrow(input), resolved)) decode(input, options);
  else check(verdict(input, resolved), input);
}

/**
 * MessagePack of a JSON text, bytes to bytes. Integers within 64 bits stay exact, beyond them and `-0` they become floats; the order
 * of members and duplicate keys are kept. O(n).
 *
 * @param options.depthMax containers inside each other; `@default 1024`
 * @param options.float32 'exact' takes float32 where that keeps the value; `@default 'exact'`
 * @throws {LanewiseError} with the code and offset that `json.validate` gives
 */
export function fromJson(json: Uint8Array, options?: { depthMax?: number; float32?: 'exact' | 'never' }): Uint8Array<ArrayBuffer> {
  prepare(borrow(json), depthOf(options), options?.float32 === 'never' ? FLOAT32_NEVER : 0);
  return ownBytes(check(backend.msgpackFromJson(), json));
}

/**
 * JSON text of a MessagePack value, bytes to bytes. Binary becomes base64 (standard alphabet, padded), a timestamp RFC 3339 in UTC
 * with 0, 3, 6 or 9 fraction digits, another extension `{"$ext":type,"data":base64}`; a float prints as the double that it equals. O(n).
 *
 * @param options.depthMax containers inside each other; `@default 1024`
 * @param options.nonStringKeys 'stringify' writes the JSON text of such a key as a string; `@default 'error'`
 * @throws {LanewiseError} LW_MSGPACK_NOT_JSON at the header of what JSON cannot hold: a float that is not finite, a key that is no
 *   string, a year outside 0000 to 9999; else as `validate`
 */
export function toJson(input: Uint8Array, options?: { depthMax?: number; nonStringKeys?: 'error' | 'stringify' }): Uint8Array<ArrayBuffer> {
  prepare(borrow(input), depthOf(options), options?.nonStringKeys === 'stringify' ? STRINGIFY_KEYS : 0);
  return ownBytes(check(backend.msgpackToJson(), input));
}

/** Whether the decoder itself has to say what it takes: few bytes, or keys that depend on what it makes of them. */
function isDecoders(input: Uint8Array, { nonStringKeys, invalidUtf8 }: ResolvedOptions): boolean {
  return input.length <= DECODE_MAX || nonStringKeys === 'stringify' || invalidUtf8 === 'bytes';
}

function verdict(input: Uint8Array, { depthMax, nonStringKeys, invalidUtf8 }: ResolvedOptions): number {
  prepare(input, depthMax, (nonStringKeys === 'error' ? STRING_KEYS : 0) | (invalidUtf8 === 'lossy' ? INVALID_UTF8 : 0));
  return backend.msgpackValidate();
}

function decodes(input: Uint8Array, options: MsgpackOptions | undefined): boolean {
  try {
    decode(input, options);
    return true;
  } catch {
    return false;
  }
}

function depthOf(options: { depthMax?: number } | undefined): number {
  return limit(options?.depthMax, DEPTH_MAX, 'depthMax');
}

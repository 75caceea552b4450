import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { borrow } from './input.ts';
import { decoderOf, prepareCheck } from './msgpack-input.ts';
import { Encoder } from './objects/encode/encoder.ts';
import { type MsgpackOptions, type ResolvedOptions, resolveOptions } from './objects/options.ts';

export { decodeStream } from './decode-stream.ts';
export { document } from './msgpack-document.ts';
export { Decoder } from './objects/decode/decoder.ts';
export type { Document } from './objects/document/cursor.ts';
export { encodeStream } from './objects/encode/encode-stream.ts';
export { Encoder } from './objects/encode/encoder.ts';
export { type Extension, ExtensionValue } from './objects/extension.ts';
export type { MsgpackOptions } from './objects/options.ts';
export { Timestamp } from './objects/timestamp.ts';
export {
  type FromJsonOptions,
  fromJson,
  fromNdjson,
  fromNdjsonStream,
  type Selecting,
  type ToJsonOptions,
  toJson,
  toNdjson,
  toNdjsonStream,
} from './transcode.ts';

/** Up to here to decode takes less than to cross; see `bench -- boundary`. */
const DECODE_MAX = 48;

const encoder = new Encoder();
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
  return decoderOf(options).decode(input);
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

/** Whether the decoder itself has to say what it takes: few bytes, or keys that depend on what it makes of them. */
function isDecoders(input: Uint8Array, { nonStringKeys, invalidUtf8 }: ResolvedOptions): boolean {
  return input.length <= DECODE_MAX || nonStringKeys === 'stringify' || invalidUtf8 === 'bytes';
}

function verdict(input: Uint8Array, options: ResolvedOptions): number {
  prepareCheck(input, options);
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

import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { ownBytes, prepare } from './backend/frame.ts';
import { borrow, limit } from './input.ts';
import { recordStream } from './record-stream.ts';
import { valueStream } from './value-stream.ts';

/** How deep arrays and maps may nest where no limit is given. */
export const DEPTH_MAX = 1024;

/** Flags of the conversions: `crates/lanewise-binding/src/codecs.rs`. */
const FLOAT32_NEVER = 1;
const STRINGIFY_KEYS = 1;

/** How JSON becomes MessagePack. */
export interface FromJsonOptions {
  /** Containers inside each other. @default 1024 */
  depthMax?: number;
  /** 'exact' takes float32 where that keeps the value. @default 'exact' */
  float32?: 'exact' | 'never';
}

/** How MessagePack becomes JSON. */
export interface ToJsonOptions {
  /** Containers inside each other. @default 1024 */
  depthMax?: number;
  /** 'stringify' writes the JSON text of a key that is no string as a string. @default 'error' */
  nonStringKeys?: 'error' | 'stringify';
}

/** The numbers of a conversion. */
interface Numbers {
  readonly depthMax: number;
  readonly flags: number;
}

/** Reads the options of a conversion from JSON. */
export function fromJsonNumbers(options: FromJsonOptions | undefined): Numbers {
  return { depthMax: depthOf(options), flags: options?.float32 === 'never' ? FLOAT32_NEVER : 0 };
}

/** Reads the options of a conversion to JSON. */
export function toJsonNumbers(options: ToJsonOptions | undefined): Numbers {
  return { depthMax: depthOf(options), flags: options?.nonStringKeys === 'stringify' ? STRINGIFY_KEYS : 0 };
}

/**
 * MessagePack of the records of NDJSON, one value behind the other, each as `fromJson` makes it. Lines of white space are no records; CRLF is fine. O(n).
 *
 * @throws {LanewiseError} as `fromJson` for the first record that has an error, its place counted in the whole input
 */
export function fromNdjson(ndjson: Uint8Array, options?: FromJsonOptions): Uint8Array<ArrayBuffer> {
  return convertRecords(ndjson, fromJsonNumbers(options));
}

/**
 * A line of JSON for each of the MessagePack values that stand one behind the other, as `toJson` makes it, ended by `\n`. O(n).
 *
 * @throws {LanewiseError} as `toJson` for the first value that has an error, its place counted in the whole input; nothing is LW_MSGPACK_TRAILING
 */
export function toNdjson(input: Uint8Array, options?: ToJsonOptions): Uint8Array<ArrayBuffer> {
  return convertValues(input, toJsonNumbers(options));
}

/**
 * `fromNdjson` for a stream: chunks may be cut anywhere. Only the last line, until it is complete, is held.
 *
 * @returns a stream that fails as `fromNdjson` does, offsets and lines counted from its start
 */
export function fromNdjsonStream(options?: FromJsonOptions): TransformStream<Uint8Array, Uint8Array> {
  const numbers = fromJsonNumbers(options);
  return recordStream((lines) => convertRecords(lines, numbers));
}

/**
 * `toNdjson` for a stream: chunks may be cut anywhere. Only the last value, until it is complete, is held, and no byte is looked at more than twice.
 *
 * @returns a stream that fails as `toNdjson` does, offsets counted from its start
 */
export function toNdjsonStream(options?: ToJsonOptions): TransformStream<Uint8Array, Uint8Array> {
  const numbers = toJsonNumbers(options);
  return valueStream(numbers.depthMax, (values) => convertValues(values, numbers));
}

function convertRecords(ndjson: Uint8Array, { depthMax, flags }: Numbers): Uint8Array<ArrayBuffer> {
  prepare(borrow(ndjson), depthMax, flags);
  return ownBytes(check(backend.msgpackFromNdjson(), ndjson));
}

function convertValues(input: Uint8Array, { depthMax, flags }: Numbers): Uint8Array<ArrayBuffer> {
  prepare(borrow(input), depthMax, flags);
  return ownBytes(check(backend.msgpackToNdjson(), input));
}

function depthOf(options: { depthMax?: number } | undefined): number {
  return limit(options?.depthMax, DEPTH_MAX, 'depthMax');
}

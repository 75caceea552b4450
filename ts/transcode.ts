import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { HEAD, head, ownBytes, prepare } from './backend/frame.ts';
import { borrow, limit, wrongType } from './input.ts';
import { DEPTH_MAX } from './objects/options.ts';
import { type Query, queryHandle } from './query.ts';
import { recordStream } from './record-stream.ts';
import { valueStream } from './value-stream.ts';

/** Flags of the conversions: `crates/lanewise-binding/src/codecs.rs`. */
const FLOAT32_NEVER = 1;
const STRINGIFY_KEYS = 1;
const SELECT = 2;

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

/** What of the input is converted. */
export interface Selecting {
  /** What to make an object of, by key. @default the whole */
  select?: Query;
}

/** The numbers of a conversion. */
interface Numbers {
  readonly depthMax: number;
  readonly flags: number;
}

/**
 * MessagePack of a JSON text, bytes to bytes. Integers within 64 bits stay exact, beyond them and `-0` they become floats; the order
 * of members and duplicate keys are kept. O(n).
 *
 * @param options.select makes a map by key of the first match of each selector, as `Query.pick` does; those without one are left out
 * @param options.depthMax containers inside each other, counted in the input; `@default 1024`
 * @param options.float32 'exact' takes float32 where that keeps the value; `@default 'exact'`
 * @throws {LanewiseError} with the code and offset that `json.validate` gives
 */
export function fromJson(json: Uint8Array, options?: FromJsonOptions & Selecting): Uint8Array<ArrayBuffer> {
  prepareSelecting(borrow(json), fromJsonNumbers(options), options?.select);
  return ownBytes(check(backend.msgpackFromJson(), json));
}

/**
 * JSON text of a MessagePack value, bytes to bytes. Binary becomes base64 (standard alphabet, padded), a timestamp RFC 3339 in UTC
 * with 0, 3, 6 or 9 fraction digits, another extension `{"$ext":type,"data":base64}`; a float prints as the double that it equals. O(n).
 *
 * @param options.select makes an object by key of the first match of each selector, as `Query.pick` does; those without one are left out, and
 *   what JSON cannot hold is no error where it is not selected
 * @param options.depthMax containers inside each other, counted in the input; `@default 1024`
 * @param options.nonStringKeys 'stringify' writes the JSON text of such a key as a string; `@default 'error'`
 * @throws {LanewiseError} LW_MSGPACK_NOT_JSON at the header of what JSON cannot hold: a float that is not finite, a key that is no
 *   string, a year outside 0000 to 9999; else as `validate`
 */
export function toJson(input: Uint8Array, options?: ToJsonOptions & Selecting): Uint8Array<ArrayBuffer> {
  prepareSelecting(borrow(input), toJsonNumbers(options), options?.select);
  return ownBytes(check(backend.msgpackToJson(), input));
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

/** Reads the options of a conversion from JSON. */
function fromJsonNumbers(options: FromJsonOptions | undefined): Numbers {
  return { depthMax: depthOf(options), flags: options?.float32 === 'never' ? FLOAT32_NEVER : 0 };
}

/** Reads the options of a conversion to JSON. */
function toJsonNumbers(options: ToJsonOptions | undefined): Numbers {
  return { depthMax: depthOf(options), flags: options?.nonStringKeys === 'stringify' ? STRINGIFY_KEYS : 0 };
}

/** Puts what a conversion takes, which may be of a part only. */
function prepareSelecting(input: Uint8Array, { depthMax, flags }: Numbers, select: Query | undefined): void {
  const handle = select === undefined ? undefined : handleOf(select);
  prepare(input, depthMax, handle === undefined ? flags : flags | SELECT);
  if (handle !== undefined) head[HEAD.handle] = handle;
}

/** @throws {TypeError} for what is no Query of this package. */
function handleOf(select: unknown): number {
  const handle = typeof select === 'object' && select !== null ? queryHandle(select) : undefined;
  if (handle === undefined) throw wrongType('a Query', select);
  return handle;
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

import { LanewiseError } from '../../error.ts';
import type { ErrorCode } from '../../generated/error-codes.ts';
import { copyBytes, toBase64 } from '../bytes.ts';
import { type Extension, ExtensionValue, TIMESTAMP_TYPE } from '../extension.ts';
import type { ResolvedOptions } from '../options.ts';
import { decodeLossy, decodeText, findInvalid } from '../strings.ts';
import { mayBeTimestamp, readTimestamp, Timestamp, toRfc3339, writeInstant } from '../timestamp.ts';

/**
 * What a container may hold at most, so that an engine meets none of its own limits, which would end the process. V8 has 2^24
 * entries in a Map, and about as many properties; an array of 2^26 elements can still grow in fast mode.
 */
const MEMBERS_MAX = 2 ** 24;
const ELEMENTS_MAX = 2 ** 26;
/** V8 makes a hash table of an array that is created longer than this. */
export const PRESIZED_MAX = 2 ** 25;

/** What a Decoder was made with. */
export interface Settings {
  readonly options: ResolvedOptions;
  /** By their types. */
  readonly extensions: ReadonlyMap<number, Extension>;
}

export function fail(code: ErrorCode, offset: number, input: Uint8Array): never {
  throw new LanewiseError(code, offset, input);
}

/** The string of `length` bytes, all of which are there; its header is at `at`. Bytes, when that is the policy for what is not UTF-8. */
export function readString(input: Uint8Array, start: number, length: number, at: number, policy: ResolvedOptions['invalidUtf8']): unknown {
  const end = start + length;
  const text = decodeText(input, start, end);
  if (text !== undefined) return text;
  const bad = findInvalid(input, start, end);
  if (bad === end) fail('LW_SIZE', at, input);
  if (policy === 'bytes') return copyBytes(input, start, end);
  if (policy === 'error') fail('LW_UTF8', bad, input);
  return decodeLossy(input, start, end) ?? fail('LW_SIZE', at, input);
}

/** The input ends within a string; what there is of it may be wrong before that. */
export function failCutString(input: Uint8Array, start: number, length: number, policy: ResolvedOptions['invalidUtf8']): never {
  const end = input.length;
  const bad = policy === 'error' ? findInvalid(input, start, end, start + length) : end;
  return fail(bad === end ? 'LW_MSGPACK_END' : 'LW_UTF8', bad, input);
}

/**
 * The value of an extension whose payload is there; its header is at `at`.
 *
 * @param isText whether it is about to become text, which is made of what the bytes say
 */
export function readExtension(
  input: Uint8Array,
  start: number,
  length: number,
  type: number,
  at: number,
  isText: boolean,
  extensions: Settings['extensions'],
): unknown {
  if (type === TIMESTAMP_TYPE) return readTimestamp(input, start, length) ?? fail('LW_MSGPACK_TIMESTAMP', at, input);
  const data = copyBytes(input, start, start + length);
  const extension = isText ? undefined : extensions.get(type);
  return extension === undefined ? new ExtensionValue(type, data) : extension.decode(data);
}

/** The input ends within an extension; what there is of a timestamp may be wrong before that. */
export function failCutExtension(input: Uint8Array, start: number, length: number, type: number, at: number): never {
  if (type === TIMESTAMP_TYPE && !mayBeTimestamp(input, start, length)) fail('LW_MSGPACK_TIMESTAMP', at, input);
  return fail('LW_MSGPACK_END', input.length, input);
}

/** The number of a header byte from float 32 to int 64, all of whose bytes are there. */
export function readNumber(view: DataView, pos: number, byte: number, int64: ResolvedOptions['int64']): number | bigint {
  switch (byte) {
    case 0xca:
      return view.getFloat32(pos);
    case 0xcb:
      return view.getFloat64(pos);
    case 0xcc:
      return view.getUint8(pos);
    case 0xcd:
      return view.getUint16(pos);
    case 0xce:
      return view.getUint32(pos);
    case 0xd0:
      return view.getInt8(pos);
    case 0xd1:
      return view.getInt16(pos);
    case 0xd2:
      return view.getInt32(pos);
    default:
      return readInt64(view, pos, byte === 0xd3, int64);
  }
}

function readInt64(view: DataView, pos: number, isSigned: boolean, int64: ResolvedOptions['int64']): number | bigint {
  if (int64 !== 'bigint') {
    const high = isSigned ? view.getInt32(pos) : view.getUint32(pos);
    // One rounding, so the nearest double; one that is safe was not rounded.
    const nearest = high * 2 ** 32 + view.getUint32(pos + 4);
    if (int64 === 'number' || Number.isSafeInteger(nearest)) return nearest;
  }
  return isSigned ? view.getBigInt64(pos) : view.getBigUint64(pos);
}

/** Refuses what the engine could not hold, but only when so much may really come. */
export function checkCount(count: number, isArray: boolean, bytesLeft: number, at: number, input: Uint8Array): void {
  const max = isArray ? ELEMENTS_MAX : MEMBERS_MAX;
  if (count > max && bytesLeft > (isArray ? max : 2 * max)) fail('LW_SIZE', at, input);
}

export function makeArray(length: number): unknown[] {
  return length <= PRESIZED_MAX ? new Array(length) : [];
}

/** The text of a key that is no string and no container. */
export function toText(key: unknown): string {
  if (key instanceof Uint8Array) return toBase64(key);
  if (key instanceof Date || key instanceof Timestamp) return toRfc3339(key) ?? extensionText(TIMESTAMP_TYPE, writeInstant(key));
  if (key instanceof ExtensionValue) return extensionText(key.type, key.data);
  return Object.is(key, -0) ? '-0' : String(key);
}

function extensionText(type: number, data: Uint8Array): string {
  return `{"$ext":${type},"data":"${toBase64(data)}"}`;
}

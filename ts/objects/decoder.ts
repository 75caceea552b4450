import { LanewiseError } from '../error.ts';
import type { ErrorCode } from '../generated/error-codes.ts';
import { checkInput, copyBytes, toBase64 } from './bytes.ts';
import { type Extension, ExtensionValue, TIMESTAMP_TYPE } from './extension.ts';
import { isInherited, NameCache, startsLikeNumber } from './name-cache.ts';
import { type MsgpackOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { decodeLossy, decodeText, findInvalid } from './strings.ts';
import { mayBeTimestamp, readTimestamp, Timestamp, toRfc3339, writeInstant } from './timestamp.ts';

/** The first header byte of each family; a family ends where the next one starts. */
const FIXMAP = 0x80;
const FIXARRAY = 0x90;
const FIXSTR = 0xa0;
const NIL = 0xc0;
const RESERVED = 0xc1;
const TRUE = 0xc3;
const BINARY = 0xc4;
const EXTENSION = 0xc7;
const FLOAT32 = 0xca;
const FIXEXT = 0xd4;
const STRING = 0xd9;
const ARRAY = 0xdc;
const MAP = 0xde;
const NEGATIVE_FIXINT = 0xe0;

/** How many bytes of numbers, lengths and extension types follow each header byte from 0xc0 to 0xdf. */
// biome-ignore format: one row a family
const WIDTHS = new Uint8Array([
  0, 0, 0, 0, // nil, reserved, false, true
  1, 2, 4,    // bin
  2, 3, 5,    // ext, with its type
  4, 8,       // float
  1, 2, 4, 8, // uint
  1, 2, 4, 8, // int
  1, 1, 1, 1, 1, // fixext
  1, 2, 4,    // str
  2, 4,       // array
  2, 4,       // map
]);

/**
 * What a container may hold at most, so that an engine meets none of its own limits, which would end the process. V8 has 2^24
 * entries in a Map, and about as many properties; an array of 2^26 elements can still grow in fast mode.
 */
const MEMBERS_MAX = 2 ** 24;
const ELEMENTS_MAX = 2 ** 26;
/** V8 makes a hash table of an array that is created longer than this. */
const PRESIZED_MAX = 2 ** 25;

/** What the open containers hold: elements, members with names, entries with any keys. */
const IN_ARRAY = 0;
const IN_OBJECT = 1;
const IN_MAP = 2;

/** A container that is still open. */
class Frame {
  readonly parent: Frame | undefined;
  kind: typeof IN_ARRAY | typeof IN_OBJECT | typeof IN_MAP;
  // biome-ignore lint/suspicious/noExplicitAny: an array, an object or a Map, as `kind` says
  target: any;
  readonly count: number;
  index = 0;
  /** Whether a key comes next; never in an array. */
  keyDue: boolean;
  key: unknown = undefined;
  /** The names in the order in which they came, from when the object may hold them in another order: names that look like numbers go first. */
  names: string[] | undefined = undefined;

  constructor(parent: Frame | undefined, kind: typeof IN_ARRAY | typeof IN_OBJECT, target: unknown, count: number) {
    this.parent = parent;
    this.kind = kind;
    this.target = target;
    this.count = count;
    this.keyDue = kind !== IN_ARRAY;
  }
}

/**
 * Reads MessagePack into JavaScript values, to the plain specification.
 *
 * The state of a call lives in its variables, so a Decoder may be used again at any time, by an extension that it calls too; it
 * keeps only a cache of names. Input is read once, in order, and the first thing that cannot be is the error. Open containers are
 * kept on the heap: no depth of nesting overflows the stack.
 */
export class Decoder {
  readonly #options: ResolvedOptions;
  readonly #extensions = new Map<number, Extension>();
  readonly #names = new NameCache();
  /** Where the value that `#read` has just given ended. */
  #end = 0;

  /** @throws A TypeError for a value that an option does not have. */
  constructor(options?: MsgpackOptions) {
    this.#options = resolveOptions(options);
    for (const extension of this.#options.extensions) {
      if (!this.#extensions.has(extension.type)) this.#extensions.set(extension.type, extension);
    }
  }

  /**
   * Reads the one value that `input` holds.
   *
   * O(input.length) time and memory, whatever its lengths claim. Nothing of the result aliases `input`. Of duplicate keys the last counts.
   *
   * @throws {LanewiseError} LW_MSGPACK_END, with the length of the input, when it ends early; LW_MSGPACK_RESERVED at a byte 0xc1;
   * LW_MSGPACK_TRAILING at the first byte after the value; LW_MSGPACK_TIMESTAMP, LW_MSGPACK_KEY and LW_DEPTH at the header of what
   * is wrong; LW_UTF8 at the first byte of the bad sequence; LW_SIZE at the header of what no string, object or array here can hold;
   * LW_SHARED_INPUT. What an extension throws passes through. A TypeError when `input` is no Uint8Array.
   */
  decode(input: Uint8Array): unknown {
    checkInput(input);
    const value = this.#read(input, 0);
    if (this.#end !== input.length) fail('LW_MSGPACK_TRAILING', this.#end, input);
    return value;
  }

  /**
   * Reads values that follow one another, each when it is asked for. `input` must stay as it is until the last.
   *
   * @throws {LanewiseError} As `decode` does, but nothing is trailing; offsets count from the start of `input`.
   */
  decodeMulti(input: Uint8Array): Generator<unknown> {
    checkInput(input);
    return this.#readAll(input);
  }

  *#readAll(input: Uint8Array): Generator<unknown> {
    let pos = 0;
    while (pos < input.length) {
      const value = this.#read(input, pos);
      pos = this.#end;
      yield value;
    }
  }

  /** The value that starts at `start`; `#end` is then where it ends. */
  #read(input: Uint8Array, start: number): unknown {
    const end = input.length;
    const depthMax = this.#options.depthMax;
    let pos = start;
    let frame: Frame | undefined;
    let depth = 0;
    let view: DataView | undefined;
    // Values that headers have promised so far. Each takes a byte at least: while they fit into the input, so does what is allocated ahead.
    let promised = 1;
    for (;;) {
      if (pos >= end) fail('LW_MSGPACK_END', end, input);
      const at = pos;
      const byte = input[pos++] as number;
      let value: unknown;
      if (frame?.keyDue === true && frame.kind === IN_OBJECT) {
        if (byte >= FIXSTR && byte < NIL && byte - FIXSTR <= end - pos) {
          const name = this.#names.read(input, pos, byte - FIXSTR);
          if (name !== undefined) {
            pos += byte - FIXSTR;
            frame.names?.push(name);
            frame.key = name;
            frame.keyDue = false;
            continue;
          }
        } else if (!isString(byte)) {
          this.#meetOddKey(frame, byte, at, input);
        }
      }
      if (byte < FIXMAP) {
        value = byte;
      } else if (byte >= NEGATIVE_FIXINT) {
        value = byte - 256;
      } else if (byte < FIXSTR || byte >= ARRAY) {
        if (depth === depthMax) fail('LW_DEPTH', at, input);
        let count = byte & 15;
        if (byte >= ARRAY) {
          const width = WIDTHS[byte - NIL] as number;
          if (width > end - pos) fail('LW_MSGPACK_END', end, input);
          count = readLength(input, pos, byte);
          pos += width;
        }
        const isArray = byte < ARRAY ? byte >= FIXARRAY : byte < MAP;
        promised += isArray ? count : 2 * count;
        checkCount(count, isArray, end - pos, at, input);
        const target = isArray ? makeArray(promised <= end - start ? count : 0) : {};
        if (count > 0) {
          frame = new Frame(frame, isArray ? IN_ARRAY : IN_OBJECT, target, count);
          depth++;
          continue;
        }
        value = target;
      } else if (byte < NIL) {
        const length = byte - FIXSTR;
        if (length > end - pos) this.#failCutString(input, pos, length);
        value = this.#readString(input, pos, length, at);
        pos += length;
      } else {
        const width = WIDTHS[byte - NIL] as number;
        if (width > end - pos) fail('LW_MSGPACK_END', end, input);
        if (byte < BINARY) {
          if (byte === RESERVED) fail('LW_MSGPACK_RESERVED', at, input);
          value = byte === NIL ? null : byte === TRUE;
        } else if (byte >= FLOAT32 && byte < FIXEXT) {
          view ??= new DataView(input.buffer, input.byteOffset, end);
          value = readNumber(view, pos, byte, this.#options.int64);
          pos += width;
        } else {
          const length = readLength(input, pos, byte);
          pos += width;
          if (isExtension(byte)) {
            const type = ((input[pos - 1] as number) << 24) >> 24;
            if (length > end - pos) failCutExtension(input, pos, length, type, at);
            // The key of an object becomes text, which is made of what the bytes say.
            const isText = frame?.keyDue === true && frame.kind === IN_OBJECT;
            value = this.#readExtension(input, pos, length, type, isText, at);
          } else if (byte < EXTENSION) {
            if (length > end - pos) fail('LW_MSGPACK_END', end, input);
            value = copyBytes(input, pos, pos + length);
          } else {
            if (length > end - pos) this.#failCutString(input, pos, length);
            value = this.#readString(input, pos, length, at);
          }
          pos += length;
        }
      }
      // The value is whole: it goes to the innermost open container, and closes it if it was the last.
      for (;;) {
        if (frame === undefined) {
          this.#end = pos;
          return value;
        }
        if (frame.keyDue) {
          this.#takeKey(frame, value, at, input);
          break;
        }
        if (frame.kind === IN_ARRAY) {
          frame.target[frame.index] = value;
        } else {
          if (frame.kind === IN_OBJECT) frame.target[frame.key as string] = value;
          else frame.target.set(frame.key, value);
          frame.keyDue = true;
        }
        if (++frame.index < frame.count) break;
        value = frame.target;
        frame = frame.parent;
        depth--;
      }
    }
  }

  #readString(input: Uint8Array, start: number, length: number, at: number): unknown {
    const end = start + length;
    const text = decodeText(input, start, end);
    if (text !== undefined) return text;
    const bad = findInvalid(input, start, end);
    if (bad === end) fail('LW_SIZE', at, input);
    if (this.#options.invalidUtf8 === 'bytes') return copyBytes(input, start, end);
    if (this.#options.invalidUtf8 === 'error') fail('LW_UTF8', bad, input);
    return decodeLossy(input, start, end) ?? fail('LW_SIZE', at, input);
  }

  /** The input ends within a string; what there is of it may be wrong before that. */
  #failCutString(input: Uint8Array, start: number, length: number): never {
    const end = input.length;
    const bad = this.#options.invalidUtf8 === 'error' ? findInvalid(input, start, end, start + length) : end;
    return fail(bad === end ? 'LW_MSGPACK_END' : 'LW_UTF8', bad, input);
  }

  #readExtension(input: Uint8Array, start: number, length: number, type: number, isText: boolean, at: number): unknown {
    if (type === TIMESTAMP_TYPE) return readTimestamp(input, start, length) ?? fail('LW_MSGPACK_TIMESTAMP', at, input);
    const data = copyBytes(input, start, start + length);
    const extension = isText ? undefined : this.#extensions.get(type);
    return extension === undefined ? new ExtensionValue(type, data) : extension.decode(data);
  }

  /** The header of a key says that it is not a string. */
  #meetOddKey(frame: Frame, byte: number, at: number, input: Uint8Array): void {
    if (byte === RESERVED) return;
    const policy = this.#options.nonStringKeys;
    if (policy === 'map') becomeMap(frame);
    else if (policy === 'error' || isContainer(byte)) fail('LW_MSGPACK_KEY', at, input);
  }

  /** A key is whole. In an object it is a string, bytes that should have been one, or what becomes text. */
  #takeKey(frame: Frame, key: unknown, at: number, input: Uint8Array): void {
    if (frame.kind === IN_OBJECT && typeof key === 'string') {
      takeName(frame, key);
      return;
    }
    if (frame.kind === IN_OBJECT) {
      const policy = this.#options.nonStringKeys;
      if (policy === 'error') fail('LW_MSGPACK_KEY', at, input);
      if (policy === 'stringify') {
        takeName(frame, toText(key));
        return;
      }
      becomeMap(frame);
    }
    frame.key = key;
    frame.keyDue = false;
  }
}

function fail(code: ErrorCode, offset: number, input: Uint8Array): never {
  throw new LanewiseError(code, offset, input);
}

/** The input ends within an extension; what there is of a timestamp may be wrong before that. */
function failCutExtension(input: Uint8Array, start: number, length: number, type: number, at: number): never {
  if (type === TIMESTAMP_TYPE && !mayBeTimestamp(input, start, length)) fail('LW_MSGPACK_TIMESTAMP', at, input);
  return fail('LW_MSGPACK_END', input.length, input);
}

function isString(byte: number): boolean {
  return (byte >= FIXSTR && byte < NIL) || (byte >= STRING && byte < ARRAY);
}

function isContainer(byte: number): boolean {
  return (byte >= FIXMAP && byte < FIXSTR) || (byte >= ARRAY && byte < NEGATIVE_FIXINT);
}

function isExtension(byte: number): boolean {
  return (byte >= EXTENSION && byte < FLOAT32) || (byte >= FIXEXT && byte < STRING);
}

/** The length or count that follows the header byte of bin, ext, str, array or map. */
function readLength(input: Uint8Array, pos: number, byte: number): number {
  switch (byte) {
    case 0xc4:
    case 0xc7:
    case 0xd9:
      return input[pos] as number;
    case 0xc5:
    case 0xc8:
    case 0xda:
    case 0xdc:
    case 0xde:
      return ((input[pos] as number) << 8) | (input[pos + 1] as number);
    case 0xc6:
    case 0xc9:
    case 0xdb:
    case 0xdd:
    case 0xdf:
      return readUint32(input, pos);
    default:
      return 1 << (byte - FIXEXT);
  }
}

function readUint32(input: Uint8Array, pos: number): number {
  const high = ((input[pos] as number) << 8) | (input[pos + 1] as number);
  return high * 0x10000 + (((input[pos + 2] as number) << 8) | (input[pos + 3] as number));
}

function readNumber(view: DataView, pos: number, byte: number, int64: ResolvedOptions['int64']): number | bigint {
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
function checkCount(count: number, isArray: boolean, bytesLeft: number, at: number, input: Uint8Array): void {
  const max = isArray ? ELEMENTS_MAX : MEMBERS_MAX;
  if (count > max && bytesLeft > (isArray ? max : 2 * max)) fail('LW_SIZE', at, input);
}

function makeArray(length: number): unknown[] {
  return length <= PRESIZED_MAX ? new Array(length) : [];
}

/** Takes any name. Those that the cache holds need no care, and are taken where they are read. */
function takeName(frame: Frame, name: string): void {
  if (frame.names === undefined && startsLikeNumber(name)) frame.names = Object.keys(frame.target);
  frame.names?.push(name);
  // As JSON.parse does: a property of the object, whatever its prototype has. Once it is there, assignment finds it.
  if (isInherited(name)) {
    Object.defineProperty(frame.target, name, { value: null, writable: true, enumerable: true, configurable: true });
  }
  frame.key = name;
  frame.keyDue = false;
}

/** An object under construction goes on as a Map with the same entries in the order in which they came. */
function becomeMap(frame: Frame): void {
  const map = new Map<unknown, unknown>();
  for (const name of frame.names ?? Object.keys(frame.target)) map.set(name, frame.target[name]);
  frame.kind = IN_MAP;
  frame.target = map;
  frame.names = undefined;
}

/** The text of a key that is no string and no container. */
function toText(key: unknown): string {
  if (key instanceof Uint8Array) return toBase64(key);
  if (key instanceof Date || key instanceof Timestamp) return toRfc3339(key) ?? extensionText(TIMESTAMP_TYPE, writeInstant(key));
  if (key instanceof ExtensionValue) return extensionText(key.type, key.data);
  return Object.is(key, -0) ? '-0' : String(key);
}

function extensionText(type: number, data: Uint8Array): string {
  return `{"$ext":${type},"data":"${toBase64(data)}"}`;
}

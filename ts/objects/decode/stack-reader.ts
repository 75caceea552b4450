import { copyBytes } from '../bytes.ts';
import {
  ARRAY,
  BINARY,
  EXTENSION,
  FIXARRAY,
  FIXEXT,
  FIXMAP,
  FIXSTR,
  FLOAT32,
  isContainer,
  isExtension,
  isString,
  MAP,
  NEGATIVE_FIXINT,
  NIL,
  RESERVED,
  readLength,
  TRUE,
  widthOf,
} from '../format.ts';
import { isInherited, type NameCache, startsLikeNumber } from '../name-cache.ts';
import {
  checkCount,
  fail,
  failCutExtension,
  failCutString,
  makeArray,
  readExtension,
  readNumber,
  readString,
  type Settings,
  toText,
} from './scalars.ts';

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
 * Reads MessagePack with the open containers on the heap: no depth of nesting overflows the stack. It is what the other reader, which
 * recurses, turns to where its own stack would end. Input is read once, in order, and the first thing that cannot be is the error.
 */
export class StackReader {
  readonly #settings: Settings;
  readonly #names: NameCache;
  /** Where the value that `read` has just given ended. */
  end = 0;

  constructor(settings: Settings, names: NameCache) {
    this.#settings = settings;
    this.#names = names;
  }

  /** The value that starts at `start`, inside of `open` containers; `end` is then where it ends. */
  read(input: Uint8Array, start: number, open: number): unknown {
    return this.#run(input, start, open, undefined);
  }

  /**
   * The rest of a map, from the key at `start` on, inside of `open` containers with itself. `target` has its first `index` members;
   * `names` are all of theirs in the order in which they came, when the object may have them in another.
   */
  readRest(
    input: Uint8Array,
    start: number,
    open: number,
    target: object,
    index: number,
    count: number,
    names: string[] | undefined,
  ): unknown {
    const frame = new Frame(undefined, IN_OBJECT, target, count);
    frame.index = index;
    frame.names = names;
    return this.#run(input, start, open, frame);
  }

  #run(input: Uint8Array, start: number, open: number, rest: Frame | undefined): unknown {
    const end = input.length;
    const { options, extensions } = this.#settings;
    const { depthMax } = options;
    let pos = start;
    let frame = rest;
    let depth = open;
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
          const width = widthOf(byte);
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
        if (length > end - pos) failCutString(input, pos, length, options.invalidUtf8);
        value = readString(input, pos, length, at, options.invalidUtf8);
        pos += length;
      } else {
        const width = widthOf(byte);
        if (width > end - pos) fail('LW_MSGPACK_END', end, input);
        if (byte < BINARY) {
          if (byte === RESERVED) fail('LW_MSGPACK_RESERVED', at, input);
          value = byte === NIL ? null : byte === TRUE;
        } else if (byte >= FLOAT32 && byte < FIXEXT) {
          view ??= new DataView(input.buffer, input.byteOffset, end);
          value = readNumber(view, pos, byte, options.int64);
          pos += width;
        } else {
          const length = readLength(input, pos, byte);
          pos += width;
          if (isExtension(byte)) {
            const type = ((input[pos - 1] as number) << 24) >> 24;
            if (length > end - pos) failCutExtension(input, pos, length, type, at);
            // The key of an object becomes text, which is made of what the bytes say.
            const isText = frame?.keyDue === true && frame.kind === IN_OBJECT;
            value = readExtension(input, pos, length, type, at, isText, extensions);
          } else if (byte < EXTENSION) {
            if (length > end - pos) fail('LW_MSGPACK_END', end, input);
            value = copyBytes(input, pos, pos + length);
          } else {
            if (length > end - pos) failCutString(input, pos, length, options.invalidUtf8);
            value = readString(input, pos, length, at, options.invalidUtf8);
          }
          pos += length;
        }
      }
      // The value is whole: it goes to the innermost open container, and closes it if it was the last.
      for (;;) {
        if (frame === undefined) {
          this.end = pos;
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

  /** The header of a key says that it is not a string. */
  #meetOddKey(frame: Frame, byte: number, at: number, input: Uint8Array): void {
    if (byte === RESERVED) return;
    const policy = this.#settings.options.nonStringKeys;
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
      const policy = this.#settings.options.nonStringKeys;
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

import { LanewiseError } from '../../error.ts';
import type { ErrorCode } from '../../generated/error-codes.ts';
import { type BuiltIn, builtInOf, isBox, isUint8Array, unbox } from '../built-in.ts';
import { refuseShared } from '../bytes.ts';
import { type Extension, ExtensionValue, TIMESTAMP_TYPE } from '../extension.ts';
import { type MsgpackOptions, type ResolvedOptions, resolveOptions } from '../options.ts';
import { mayBeTimestamp, partsOf, Timestamp } from '../timestamp.ts';
import { type Key, Shapes } from './shapes.ts';
import { Writer } from './writer.ts';

/** How many steps from the value outwards the message of an error names. */
const PLACE_STEPS = 16;
/**
 * Containers inside each other up to this many are written by functions that call themselves, which is fastest; those in them by a loop
 * with frames on the heap. So no depth of nesting overflows the stack.
 */
const CALLS_MAX = 64;

/** Elements of an array of numbers that room is made for at once. */
const NUMBERS_BLOCK = 1024;
/** A number takes at most a byte of header and eight of value. */
const NUMBER_MAX = 9;

/** What the methods of these classes do, for objects of any realm, whatever their own class makes of it. */
const forEachEntry = Map.prototype.forEach;
const setValues = Set.prototype.values;
const dateValue = Date.prototype.getTime;
const { getPrototypeOf } = Object;
const objectPrototype = Object.prototype;

const IN_ARRAY = 0;
const IN_OBJECT = 1;
const IN_MAP = 2;
const NO_KEYS: readonly unknown[] = [];

/** A container that is being written by the loop. What it holds was counted at the start, because the header says how much follows. */
class Frame {
  parent: Frame | undefined;
  /** Containers that are open, this one counted. */
  readonly depth: number;
  readonly kind: typeof IN_ARRAY | typeof IN_OBJECT | typeof IN_MAP;
  /** The array, the object, or the values of the Map. */
  // biome-ignore lint/suspicious/noExplicitAny: read by index or by name, as `kind` says
  readonly source: any;
  /** The names of the object or the keys of the Map. */
  readonly keys: readonly unknown[];
  /** Elements or members; twice the entries of a Map, whose keys are values too. */
  readonly count: number;
  /** Of what comes after the value under way. */
  index = 0;

  constructor(depth: number, kind: Frame['kind'], source: object, keys: readonly unknown[], count: number) {
    this.parent = undefined;
    this.depth = depth;
    this.kind = kind;
    this.source = source;
    this.keys = keys;
    this.count = count;
  }

  /** The key of the value under way; '' for the key of a Map and for a value under an object as key. */
  get place(): unknown {
    const index = this.index - 1;
    if (this.kind === IN_ARRAY) return index;
    if (this.kind === IN_OBJECT) return this.keys[index];
    return (index & 1) === 1 ? nameOf(this.keys[index >> 1]) : '';
  }
}

/**
 * Writes JavaScript values as MessagePack, to the plain specification, each in its smallest format.
 *
 * | value | format |
 * |---|---|
 * | `null`, `undefined`, a hole of an array | nil |
 * | number: a safe integer, but not -0 | integer |
 * | other number | float, see `MsgpackOptions.float32` |
 * | BigInt of 64 bits | integer |
 * | string | str; a lone surrogate becomes U+FFFD |
 * | Array, Set | array |
 * | Map | map, with any keys |
 * | ArrayBuffer, typed array, DataView, Buffer | bin, the bytes as they lie in memory |
 * | Date, Timestamp | timestamp 32, 64 or 96 |
 * | ExtensionValue, what an extension of the options matches | ext |
 * | object with `toJSON` | what that gives |
 * | any other object | map of its own enumerable properties with string keys |
 *
 * An Encoder keeps its memory and the shapes of objects between calls. It may be used again while it writes, by an extension, a getter
 * or a `toJSON`. No depth of nesting overflows the stack.
 */
export class Encoder {
  readonly #options: ResolvedOptions;
  readonly #extensions: readonly Extension[];
  readonly #hasExtensions: boolean;
  readonly #depthMax: number;
  /** Containers that are open where the loop takes over, or where there is one too many. */
  readonly #callsMax: number;
  readonly #writer: Writer;
  readonly #shapes = new Shapes();
  /** For each open container the key of the value under way. */
  readonly #places: unknown[] = [];
  /** What the loop has to go on with: set by the call that found the container. */
  #opened: Frame | undefined;
  /** Writes the member `name` of an object that is inside of `depth` containers. Functions that were made for a shape call it. */
  readonly #member = (value: unknown, pos: number, depth: number, name: string): number => {
    this.#places[depth] = name;
    return typeof value === 'object' && value !== null ? this.#object(value, pos, depth + 1, true) : this.#value(value, pos, depth + 1);
  };
  #isBusy = false;
  /** Writes what is to be written while this one is busy. */
  #other: Encoder | undefined;

  /** @throws A TypeError for a value that an option does not have. */
  constructor(options?: MsgpackOptions) {
    this.#options = resolveOptions(options);
    this.#extensions = this.#options.extensions;
    this.#hasExtensions = this.#extensions.length > 0;
    this.#depthMax = this.#options.depthMax;
    this.#callsMax = Math.min(CALLS_MAX, this.#depthMax);
    this.#writer = new Writer(this.#options.float32);
  }

  /**
   * The message of one value, in memory that nothing else is written to. O(size of the message) time. `value` is not changed.
   *
   * Where the host can protect memory from a transfer, as Node can, messages of up to 2 KiB are parts of one ArrayBuffer of 16 KiB, as small
   * Buffers of Node are: each keeps it alive.
   *
   * @throws {LanewiseError} LW_MSGPACK_TYPE for a function, a symbol or an invalid Date; LW_MSGPACK_RANGE for a BigInt beyond 64 bits;
   * LW_MSGPACK_TIMESTAMP for an ExtensionValue of type -1 that is no timestamp; LW_DEPTH when more than `depthMax` containers are
   * open, as in a value that contains itself; LW_SHARED_INPUT for shared memory; LW_SIZE when there is no memory for the message or
   * no header for its length. What a getter, a `toJSON` or an extension throws passes through.
   */
  encode(value: unknown): Uint8Array {
    // The value under way called back: its bytes must stay.
    if (this.#isBusy) return this.#another().encode(value);
    this.#isBusy = true;
    try {
      return this.#writer.end(this.#value(value, this.#writer.begin(), 0));
    } finally {
      this.#finish();
    }
  }

  /** As `encode`, but a view that the next call overwrites. Nothing is kept alive by it but the Encoder's own memory. */
  encodeView(value: unknown): Uint8Array {
    if (this.#isBusy) return this.#another().encode(value);
    this.#isBusy = true;
    try {
      return this.#writer.endView(this.#value(value, this.#writer.beginView(), 0));
    } finally {
      this.#finish();
    }
  }

  /** A call is over, be it by an error. */
  #finish(): void {
    this.#isBusy = false;
    if (this.#places.length > CALLS_MAX) this.#places.length = 0;
  }

  #another(): Encoder {
    this.#other ??= new Encoder(this.#options);
    return this.#other;
  }

  /** Writes any value inside of `depth` containers. Every method like this gives the position behind what it wrote. */
  #value(value: unknown, start: number, depth: number): number {
    const writer = this.#writer;
    const pos = writer.room(start, 0);
    switch (typeof value) {
      case 'string':
        return writer.string(value, pos);
      case 'number':
        return writer.number(value, pos);
      case 'boolean':
        return writer.boolean(value, pos);
      case 'object':
        return value === null ? writer.nil(pos) : this.#object(value, pos, depth, true);
      default:
        return this.#rest(value, pos, depth);
    }
  }

  /** Writes undefined and a BigInt; of functions and symbols what an extension makes of them. */
  #rest(value: unknown, pos: number, depth: number): number {
    if (this.#hasExtensions) {
      const end = this.#extended(value, pos);
      if (end >= 0) return end;
    }
    switch (typeof value) {
      case 'undefined':
        return this.#writer.nil(pos);
      case 'bigint': {
        const end = this.#writer.bigint(value, pos);
        return end >= 0 ? end : this.#fail('LW_MSGPACK_RANGE', 'a BigInt', depth);
      }
      default:
        return this.#fail('LW_MSGPACK_TYPE', `a ${typeof value}`, depth);
    }
  }

  /** Writes an object that is not null. `mayReplace` is false for what a `toJSON` gave, which is not asked for its own. */
  #object(value: object, pos: number, depth: number, mayReplace: boolean): number {
    if (this.#hasExtensions) {
      const end = this.#extended(value, pos);
      if (end >= 0) return end;
    }
    const isArray = Array.isArray(value);
    if (!isArray) {
      const prototype = getPrototypeOf(value);
      if (prototype !== objectPrototype && prototype !== null) return this.#instance(value, pos, depth, mayReplace);
    }
    if (mayReplace) {
      const { toJSON } = value as { toJSON?: unknown };
      if (toJSON !== undefined && typeof toJSON === 'function') return this.#replaced(value, toJSON, pos, depth);
    }
    if (depth >= this.#callsMax) return this.#framed(value, undefined, pos, depth);
    return isArray ? this.#array(value as unknown[], pos, depth, undefined) : this.#record(value as Record<string, unknown>, pos, depth);
  }

  /** Writes an object of a class. */
  #instance(value: object, pos: number, depth: number, mayReplace: boolean): number {
    if (ArrayBuffer.isView(value)) return this.#view(value, pos);
    const builtIn = builtInOf(value);
    const end = this.#native(value, builtIn, pos, depth);
    if (end >= 0) return end;
    if (mayReplace) {
      const { toJSON } = value as { toJSON?: unknown };
      if (typeof toJSON === 'function') return this.#replaced(value, toJSON, pos, depth);
    }
    if (isBox(builtIn)) return this.#replacement(unbox(value, builtIn), pos, depth);
    if (depth >= this.#callsMax) return this.#framed(value, builtIn, pos, depth);
    if (builtIn === 'Map') return this.#pairs(value, pos, depth);
    if (builtIn === 'Set') return this.#array([...setValues.call(value)], pos, depth, undefined);
    return this.#record(value as Record<string, unknown>, pos, depth);
  }

  // biome-ignore lint/complexity/noBannedTypes: nothing more is known of it
  #replaced(value: object, toJSON: Function, pos: number, depth: number): number {
    return this.#replacement(toJSON.call(value, this.#place(depth)), pos, depth);
  }

  #replacement(value: unknown, pos: number, depth: number): number {
    return typeof value === 'object' && value !== null ? this.#object(value, pos, depth, false) : this.#value(value, pos, depth);
  }

  /** `place` is the index of the array itself where that is not noted yet: nobody asks for it when there are but numbers in the array. */
  #array(array: readonly unknown[], start: number, depth: number, place: number | undefined): number {
    const writer = this.#writer;
    const count = array.length;
    let pos = writer.array(count, start);
    let index = 0;
    while (index < count) {
      // Numbers have a loop of their own: the engine then has those of an array of doubles as such, with no object for each.
      const end = Math.min(count, index + NUMBERS_BLOCK);
      pos = writer.room(pos, NUMBER_MAX * (end - index));
      for (; index < end; index++) {
        const value = array[index];
        if (typeof value !== 'number') {
          if (place !== undefined) this.#places[depth - 1] = place;
          return this.#elements(array, index, count, pos, depth);
        }
        pos = writer.double(value, pos);
      }
    }
    return pos;
  }

  /** Writes the elements of an array from `first` up to `count`. */
  #elements(array: readonly unknown[], first: number, count: number, start: number, depth: number): number {
    const writer = this.#writer;
    // The short way to arrays in arrays.
    const isDirect = !this.#hasExtensions && depth + 1 < this.#callsMax;
    let pos = start;
    for (let index = first; index < count; index++) {
      const value = array[index];
      if (pos > writer.limit) pos = writer.room(pos, 0);
      if (typeof value === 'string') {
        pos = writer.string(value, pos);
      } else if (isDirect && Array.isArray(value)) {
        const { toJSON } = value as { toJSON?: unknown };
        if (toJSON === undefined) {
          pos = this.#array(value, pos, depth + 1, index);
        } else {
          this.#places[depth] = index;
          pos = typeof toJSON === 'function' ? this.#replaced(value, toJSON, pos, depth + 1) : this.#array(value, pos, depth + 1, index);
        }
      } else {
        this.#places[depth] = index;
        pos = this.#value(value, pos, depth + 1);
      }
    }
    return pos;
  }

  #record(object: Readonly<Record<string, unknown>>, start: number, depth: number): number {
    // What is counted is what is written, whatever a getter makes of the object meanwhile.
    const names = Object.keys(object);
    const shape = this.#shapes.find(names);
    if (shape === undefined) return this.#dictionary(object, names, start, depth);
    if (shape.write !== undefined) return shape.write(object, start, depth, this.#writer, this.#member);
    return this.#shaped(object, shape.keys, start, depth);
  }

  #shaped(object: Readonly<Record<string, unknown>>, keys: readonly Key[], start: number, depth: number): number {
    const writer = this.#writer;
    const count = keys.length;
    let pos = writer.map(count, start);
    for (let i = 0; i < count; i++) {
      const key = keys[i] as Key;
      if (pos > writer.limit) pos = writer.room(pos, 0);
      pos = writer.key(key, pos);
      const value = object[key.name];
      if (typeof value === 'string') {
        pos = writer.string(value, pos);
      } else if (typeof value === 'number') {
        pos = writer.number(value, pos);
      } else {
        pos = this.#member(value, pos, depth, key.name);
      }
    }
    return pos;
  }

  /** An object whose keys are not remembered. */
  #dictionary(object: Readonly<Record<string, unknown>>, names: readonly string[], start: number, depth: number): number {
    const writer = this.#writer;
    const count = names.length;
    let pos = writer.map(count, start);
    for (let i = 0; i < count; i++) {
      const name = names[i] as string;
      pos = writer.string(name, writer.room(pos, 0));
      this.#places[depth] = name;
      pos = this.#value(object[name], pos, depth + 1);
    }
    return pos;
  }

  /** A Map, with the entries that it has now. */
  #pairs(map: object, start: number, depth: number): number {
    const { keys, values } = entriesOf(map);
    let pos = this.#writer.map(keys.length, start);
    for (let i = 0; i < keys.length; i++) {
      const key: unknown = keys[i];
      this.#places[depth] = '';
      pos = this.#value(key, pos, depth + 1);
      this.#places[depth] = nameOf(key);
      pos = this.#value(values[i], pos, depth + 1);
    }
    return pos;
  }

  /** A container that is too deep for another call. */
  #framed(value: object, builtIn: BuiltIn | undefined, start: number, depth: number): number {
    if (depth >= this.#depthMax) this.#failDepth(depth);
    const writer = this.#writer;
    const frame = makeFrame(value, builtIn, depth + 1);
    const pos = frame.kind === IN_ARRAY ? writer.array(frame.count, start) : writer.map(frame.keys.length, start);
    if (depth <= this.#callsMax) return this.#loop(frame, pos);
    // The loop itself has called, with a member of its innermost frame.
    this.#opened = frame;
    return pos;
  }

  /** Writes what is in a frame. Containers in it that are too deep for a call become frames inside of it. */
  #loop(outermost: Frame, start: number): number {
    const writer = this.#writer;
    let frame = outermost;
    let pos = start;
    for (;;) {
      while (frame.index === frame.count) {
        if (frame.parent === undefined) return pos;
        frame = frame.parent;
      }
      const { kind, source, keys } = frame;
      const index = frame.index++;
      let value: unknown;
      if (kind === IN_ARRAY) {
        value = source[index];
      } else if (kind === IN_OBJECT) {
        const name = keys[index] as string;
        pos = writer.string(name, writer.room(pos, 0));
        value = source[name];
      } else {
        value = (index & 1) === 0 ? keys[index >> 1] : source[index >> 1];
      }
      this.#places[frame.depth - 1] = frame.place;
      pos = this.#value(value, pos, frame.depth);
      const opened = this.#opened;
      if (opened !== undefined) {
        this.#opened = undefined;
        opened.parent = frame;
        frame = opened;
      }
    }
  }

  /** Asks the extensions of the options; -1 when none took the value. */
  #extended(value: unknown, pos: number): number {
    for (const extension of this.#extensions) {
      if (!extension.match(value)) continue;
      const data = extension.encode(value);
      if (!isUint8Array(data)) throw new TypeError(`encode of extension ${extension.type} must give a Uint8Array`);
      refuseShared(data.buffer);
      return this.#writer.extension(extension.type, data, pos);
    }
    return -1;
  }

  #view(view: ArrayBufferView, pos: number): number {
    refuseShared(view.buffer);
    const bytes = isUint8Array(view) ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    return this.#writer.binary(bytes, pos);
  }

  /** Writes an object that has a format of its own and is no container; -1 when it is none. Such a one is not asked for its `toJSON`. */
  #native(value: object, builtIn: BuiltIn | undefined, pos: number, depth: number): number {
    const writer = this.#writer;
    if (builtIn === 'ArrayBuffer' || builtIn === 'SharedArrayBuffer') {
      refuseShared(value as ArrayBufferLike);
      return writer.binary(new Uint8Array(value as ArrayBuffer), pos);
    }
    if (builtIn === 'Date') {
      const milliseconds = dateValue.call(value);
      if (Number.isNaN(milliseconds)) this.#fail('LW_MSGPACK_TYPE', 'an invalid Date', depth);
      const { seconds, nanoseconds } = partsOf(milliseconds);
      return writer.timestamp(seconds, nanoseconds, pos);
    }
    if (value instanceof Timestamp) return writer.timestamp(value.seconds, value.nanoseconds, pos);
    return value instanceof ExtensionValue ? this.#extensionValue(value, pos, depth) : -1;
  }

  #extensionValue({ type, data }: ExtensionValue, pos: number, depth: number): number {
    refuseShared(data.buffer);
    // What is written can be read.
    if (type === TIMESTAMP_TYPE && !mayBeTimestamp(data, 0, data.length)) this.#fail('LW_MSGPACK_TIMESTAMP', 'an ExtensionValue', depth);
    return this.#writer.extension(type, data, pos);
  }

  /** The key of the value under way inside of `depth` containers, as JSON.stringify passes it to `toJSON`. */
  #place(depth: number): string {
    return depth === 0 ? '' : String(this.#places[depth - 1]);
  }

  /** Offsets of an encoder's errors have no meaning to its user: the message names the place in the value instead. */
  #fail(code: ErrorCode, what: string, depth: number): never {
    // The keys that lead there, like a JSON Pointer, the last ones only when there are many.
    const first = Math.max(0, depth - PLACE_STEPS);
    const steps = this.#places.slice(first, depth).map((step) => `/${String(step)}`);
    const place = depth === 0 ? 'the top' : `${first > 0 ? '…' : ''}${steps.join('')}`;
    throw new LanewiseError(code, -1, undefined, `${what} at ${place}`);
  }

  #failDepth(depth: number): never {
    const what = `depthMax is ${this.#depthMax}, and a value that contains itself has no end; a container`;
    return this.#fail('LW_DEPTH', what, depth);
  }
}

/** What names the value at `key` of a Map; '' for the value under an object. */
function nameOf(key: unknown): unknown {
  return (typeof key === 'object' && key !== null) || typeof key === 'function' ? '' : key;
}

/** The entries that a Map has now. */
function entriesOf(map: object): { keys: unknown[]; values: unknown[] } {
  const keys: unknown[] = [];
  const values: unknown[] = [];
  forEachEntry.call(map as Map<unknown, unknown>, (value, key) => {
    keys.push(key);
    values.push(value);
  });
  return { keys, values };
}

function makeFrame(value: object, builtIn: BuiltIn | undefined, depth: number): Frame {
  if (Array.isArray(value)) return new Frame(depth, IN_ARRAY, value, NO_KEYS, value.length);
  if (builtIn === 'Set') {
    const elements = [...setValues.call(value)];
    return new Frame(depth, IN_ARRAY, elements, NO_KEYS, elements.length);
  }
  if (builtIn === 'Map') {
    const { keys, values } = entriesOf(value);
    return new Frame(depth, IN_MAP, values, keys, keys.length * 2);
  }
  const keys = Object.keys(value);
  return new Frame(depth, IN_OBJECT, value, keys, keys.length);
}

import { LanewiseError } from '../error.ts';
import type { ErrorCode } from '../generated/error-codes.ts';
import { type BuiltIn, builtInOf, isBox, isUint8Array, unbox } from './built-in.ts';
import { refuseShared } from './bytes.ts';
import { type Extension, ExtensionValue, TIMESTAMP_TYPE } from './extension.ts';
import { type MsgpackOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { mayBeTimestamp, Timestamp, writeInstant } from './timestamp.ts';
import { Writer } from './writer.ts';

/** How many steps from the value outwards the message of an error names. */
const PLACE_STEPS = 16;

/** What the methods of these classes do, for objects of any realm, whatever their own class makes of it. */
const mapKeys = Map.prototype.keys;
const mapValues = Map.prototype.values;
const setValues = Set.prototype.values;
const dateValue = Date.prototype.getTime;

const IN_ARRAY = 0;
const IN_OBJECT = 1;
const IN_MAP = 2;
const NO_KEYS: readonly unknown[] = [];
/** No value of anybody's. */
const END = Symbol('end');

/** A container that is being written. What it holds was counted at the start, because the header says how much follows. */
class Frame {
  readonly parent: Frame | undefined;
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

  constructor(parent: Frame | undefined, kind: Frame['kind'], source: object, keys: readonly unknown[], count: number) {
    this.parent = parent;
    this.depth = parent === undefined ? 1 : parent.depth + 1;
    this.kind = kind;
    this.source = source;
    this.keys = keys;
    this.count = count;
  }

  /** The key of the value under way, as JSON.stringify passes it to `toJSON`; '' for the key of a Map and for a value under an object as key. */
  get place(): string {
    const index = this.index - 1;
    if (this.kind === IN_ARRAY) return String(index);
    if (this.kind === IN_OBJECT) return this.keys[index] as string;
    const key = this.keys[index >> 1];
    const isNamed = (index & 1) === 1 && (typeof key !== 'object' || key === null) && typeof key !== 'function';
    return isNamed ? String(key) : '';
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
 * An Encoder keeps its memory between calls. It may be used again while it writes, by an extension, a getter or a `toJSON`.
 * Containers under way are kept on the heap: no depth of nesting overflows the stack.
 */
export class Encoder {
  readonly #options: ResolvedOptions;
  readonly #extensions: readonly Extension[];
  readonly #writer: Writer;
  #isBusy = false;

  /** @throws A TypeError for a value that an option does not have. */
  constructor(options?: MsgpackOptions) {
    this.#options = resolveOptions(options);
    this.#extensions = this.#options.extensions;
    this.#writer = new Writer(this.#options.float32);
  }

  /**
   * The message of one value, in memory of its own. O(size of the message) time. `value` is not changed.
   *
   * @throws {LanewiseError} LW_MSGPACK_TYPE for a function, a symbol or an invalid Date; LW_MSGPACK_RANGE for a BigInt beyond 64 bits;
   * LW_MSGPACK_TIMESTAMP for an ExtensionValue of type -1 that is no timestamp; LW_DEPTH when more than `depthMax` containers are
   * open, as in a value that contains itself; LW_SHARED_INPUT for shared memory; LW_SIZE when there is no memory for the message or
   * no header for its length. What a getter, a `toJSON` or an extension throws passes through.
   */
  encode(value: unknown): Uint8Array {
    return this.#encode(value, false);
  }

  /** As `encode`, but a view that the next call overwrites. */
  encodeView(value: unknown): Uint8Array {
    return this.#encode(value, true);
  }

  #encode(value: unknown, isView: boolean): Uint8Array {
    // The value under way called back: its bytes must stay.
    if (this.#isBusy) return new Encoder(this.#options).encode(value);
    const writer = this.#writer;
    this.#isBusy = true;
    try {
      writer.clear();
      this.#write(value);
      if (isView) return writer.view();
      const copy = writer.copy();
      writer.clear();
      return copy;
    } finally {
      this.#isBusy = false;
    }
  }

  #write(root: unknown): void {
    if (this.#writer.scalar(root)) return;
    let frame = this.#writeOther(root, undefined, true);
    while (frame !== undefined) {
      const value = this.#advance(frame);
      frame = value === END ? frame.parent : this.#writeOther(value, frame, true);
    }
  }

  /** Writes what is left of a container up to the first value that is no scalar, and gives that; END when there is none. */
  #advance(frame: Frame): unknown {
    const writer = this.#writer;
    const { kind, source, keys, count } = frame;
    for (let index = frame.index; index < count; index++) {
      let value: unknown;
      if (kind === IN_ARRAY) {
        value = source[index];
      } else if (kind === IN_OBJECT) {
        const name = keys[index] as string;
        writer.string(name);
        value = source[name];
      } else {
        value = (index & 1) === 0 ? keys[index >> 1] : source[index >> 1];
      }
      if (!writer.scalar(value)) {
        frame.index = index + 1;
        return value;
      }
    }
    return END;
  }

  /**
   * Writes a value that may need more than one look. Gives the innermost open container: a new one when the value is a container.
   * `mayReplace` is false for what a `toJSON` gave, which is not asked for its own.
   */
  #writeOther(value: unknown, frame: Frame | undefined, mayReplace: boolean): Frame | undefined {
    if (this.#extensions.length > 0 && this.#writeExtension(value)) return frame;
    switch (typeof value) {
      case 'object':
        return this.#writeObject(value as object, frame, mayReplace);
      case 'undefined':
        this.#writer.nil();
        return frame;
      case 'bigint':
        if (!this.#writer.bigint(value)) fail('LW_MSGPACK_RANGE', 'a BigInt', frame);
        return frame;
      default:
        return fail('LW_MSGPACK_TYPE', `a ${typeof value}`, frame);
    }
  }

  #writeObject(value: object, frame: Frame | undefined, mayReplace: boolean): Frame | undefined {
    let builtIn: BuiltIn | undefined;
    if (!isPlain(value)) {
      builtIn = builtInOf(value);
      if (this.#writeNative(value, builtIn, frame)) return frame;
    }
    if (mayReplace) {
      const { toJSON } = value as { toJSON?: unknown };
      if (typeof toJSON === 'function') return this.#writeReplacement(toJSON.call(value, frame === undefined ? '' : frame.place), frame);
    }
    if (isBox(builtIn)) return this.#writeReplacement(unbox(value, builtIn), frame);
    return this.#open(value, builtIn, frame);
  }

  #writeReplacement(value: unknown, frame: Frame | undefined): Frame | undefined {
    return this.#writer.scalar(value) ? frame : this.#writeOther(value, frame, false);
  }

  /** Whether an extension of the options took the value. */
  #writeExtension(value: unknown): boolean {
    for (const extension of this.#extensions) {
      if (!extension.match(value)) continue;
      const data = extension.encode(value);
      if (!isUint8Array(data)) throw new TypeError(`encode of extension ${extension.type} must give a Uint8Array`);
      refuseShared(data.buffer);
      this.#writer.extension(extension.type, data);
      return true;
    }
    return false;
  }

  /** Whether the object is one that has a format of its own and is no container. Such a one is not asked for its `toJSON`. */
  #writeNative(value: object, builtIn: BuiltIn | undefined, frame: Frame | undefined): boolean {
    const writer = this.#writer;
    if (ArrayBuffer.isView(value)) {
      refuseShared(value.buffer);
      writer.binary(isUint8Array(value) ? value : new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    } else if (builtIn === 'ArrayBuffer' || builtIn === 'SharedArrayBuffer') {
      refuseShared(value as ArrayBufferLike);
      writer.binary(new Uint8Array(value as ArrayBuffer));
    } else if (builtIn === 'Date') {
      if (Number.isNaN(dateValue.call(value))) fail('LW_MSGPACK_TYPE', 'an invalid Date', frame);
      writer.extension(TIMESTAMP_TYPE, writeInstant(value as Date));
    } else if (value instanceof Timestamp) {
      writer.extension(TIMESTAMP_TYPE, writeInstant(value));
    } else if (value instanceof ExtensionValue) {
      this.#writeExtensionValue(value, frame);
    } else {
      return false;
    }
    return true;
  }

  #writeExtensionValue({ type, data }: ExtensionValue, frame: Frame | undefined): void {
    refuseShared(data.buffer);
    // What is written can be read.
    if (type === TIMESTAMP_TYPE && !mayBeTimestamp(data, 0, data.length)) {
      fail('LW_MSGPACK_TIMESTAMP', 'an ExtensionValue', frame);
    }
    this.#writer.extension(type, data);
  }

  /** Writes the header of a container and gives its frame. What it holds is taken down now where the language has no index into it. */
  #open(value: object, builtIn: BuiltIn | undefined, parent: Frame | undefined): Frame {
    const frame = makeFrame(value, builtIn, parent);
    const { depthMax } = this.#options;
    if (frame.depth > depthMax) {
      fail('LW_DEPTH', `depthMax is ${depthMax}, and a value that contains itself has no end; a container`, parent);
    }
    if (frame.kind === IN_ARRAY) this.#writer.array(frame.count);
    else this.#writer.map(frame.keys.length);
    return frame;
  }
}

function makeFrame(value: object, builtIn: BuiltIn | undefined, parent: Frame | undefined): Frame {
  if (Array.isArray(value)) return new Frame(parent, IN_ARRAY, value, NO_KEYS, value.length);
  if (builtIn === 'Set') {
    const elements = [...setValues.call(value)];
    return new Frame(parent, IN_ARRAY, elements, NO_KEYS, elements.length);
  }
  if (builtIn === 'Map') {
    const keys = [...mapKeys.call(value)];
    return new Frame(parent, IN_MAP, [...mapValues.call(value)], keys, keys.length * 2);
  }
  const keys = Object.keys(value);
  return new Frame(parent, IN_OBJECT, value, keys, keys.length);
}

/** Whether the object is of no class, or at least of none that the prototype tells. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}

/** Offsets of an encoder's errors have no meaning to its user: the message names the place in the value instead. */
function fail(code: ErrorCode, what: string, frame: Frame | undefined): never {
  throw new LanewiseError(code, -1, undefined, `${what} at ${placeOf(frame)}`);
}

/** Where the value under way stands: the keys that lead to it, like a JSON Pointer, the last ones only when there are many. */
function placeOf(innermost: Frame | undefined): string {
  let place = '';
  let frame = innermost;
  for (let steps = 0; frame !== undefined && steps < PLACE_STEPS; steps++) {
    place = `/${frame.place}${place}`;
    frame = frame.parent;
  }
  if (place === '') return 'the top';
  return frame === undefined ? place : `…${place}`;
}

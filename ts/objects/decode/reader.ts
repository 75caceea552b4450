import { copyBytes } from '../bytes.ts';
import {
  ARRAY,
  BINARY,
  FIXARRAY,
  FIXEXT,
  FIXMAP,
  FIXSTR,
  FLOAT32,
  FLOAT64,
  INT8,
  INT16,
  isExtension,
  isString,
  MAP,
  NEGATIVE_FIXINT,
  NIL,
  RESERVED,
  readLength,
  STRING,
  TRUE,
  UINT8,
  UINT16,
  widthOf,
} from '../format.ts';
import { isDigit, mayBeIndex, NameCache, namesOfPrototype, startsLikeNumber } from '../name-cache.ts';
import { setOwn } from '../own.ts';
import {
  checkCount,
  fail,
  failCutExtension,
  failCutString,
  PRESIZED_MAX,
  readExtension,
  readNumber,
  readString,
  type Settings,
} from './scalars.ts';
import { SHAPE_MEMBERS_MAX, type Shape, Shapes } from './shapes.ts';
import { StackReader } from './stack-reader.ts';
import { StringCache } from './string-cache.ts';
import { TextReader } from './text-reader.ts';

/** Input up to this size is copied into memory of the reader's own, which takes 20 ns. To make a DataView of the input takes 90. */
const COPIED_MAX = 4096;
/** Containers inside each other that are read by recursion. What lies deeper is left to the reader that needs no stack. */
const RECURSION_MAX = 64;
/** Up to this many elements an array is made as long as its header says, whatever the input can hold. */
const UNCHECKED_COUNT = 16;
/** From this key on V8 is faster when the elements of the object are a hash table from the start; below it, an array is. */
const SPARSE_INDEX = 64;
/** A key that makes V8 choose a hash table; it stands in a literal, which is copied faster than anything is built. */
const PLACEHOLDER = 100_000;
/** More digits are not worth it to be read here. */
const INDEX_DIGITS_MAX = 9;

/** What a Decoder remembers between calls. */
export class Memory {
  readonly names = new NameCache();
  readonly strings = new StringCache();
  readonly shapes: Shapes;

  /** @param generates whether shapes become generated code */
  constructor(generates: boolean) {
    this.shapes = new Shapes(generates);
  }
}

/**
 * One call of a Decoder: reads values by recursion, which is bounded, and maps by their shapes.
 *
 * `open` comes first; then `read`, as often as there are values; then `close`. The rest is for the reader itself and for the code of shapes.
 */
export class Reader {
  /** The bytes that are read, and maybe others behind them. INVARIANT: at `end` there is no byte of theirs but RESERVED, or none. */
  input: Uint8Array;
  view: DataView;
  /** Where the next byte is read. INVARIANT: pos <= end. */
  pos = 0;
  end = 0;

  readonly #settings: Settings;
  readonly #memory: Memory;
  readonly #stack: StackReader;
  readonly #text: TextReader;
  readonly #copy: Uint8Array;
  readonly #copyView: DataView;
  readonly #depthMax: number;
  /** What `open` was given: errors name it, and the other reader reads it. */
  #source: Uint8Array;
  #start = 0;
  /** Elements that the headers of long arrays have promised. Each takes a byte at least: while they fit, so does what is allocated ahead. */
  #promised = 0;

  constructor(settings: Settings, memory: Memory) {
    this.#settings = settings;
    this.#memory = memory;
    this.#stack = new StackReader(settings, memory.names);
    this.#copy = new Uint8Array(COPIED_MAX + 1);
    this.#copyView = new DataView(this.#copy.buffer);
    this.#text = new TextReader(memory.strings);
    this.#depthMax = Math.min(settings.options.depthMax, RECURSION_MAX);
    this.input = this.#source = this.#copy;
    this.view = this.#copyView;
  }

  open(input: Uint8Array): void {
    const { length } = input;
    this.#source = input;
    this.end = length;
    if (length > COPIED_MAX) {
      this.input = input;
      this.view = new DataView(input.buffer, input.byteOffset, length);
    } else {
      this.#copy.set(input);
      this.#copy[length] = RESERVED;
    }
    this.#text.open(this.input, this.view, length);
  }

  /** Lets go of the input. */
  close(): void {
    this.input = this.#source = this.#copy;
    this.view = this.#copyView;
    this.#text.close();
  }

  /** The value that starts at `start`; `pos` is then where it ends. */
  read(start: number): unknown {
    this.pos = this.#start = start;
    this.#promised = 0;
    try {
      return this.value(0);
    } catch (error) {
      if (!isStackOverflow(error)) throw error;
    }
    return this.#readDeep(start, 0);
  }

  /** The value at `pos`, inside of `depth` containers. */
  value(depth: number): unknown {
    const at = this.pos;
    const byte = this.input[at] as number;
    if (byte < 0x80) {
      this.pos = at + 1;
      return byte;
    }
    if (byte < NIL) {
      this.pos = at + 1;
      if (byte >= FIXSTR) return this.#string(at + 1, byte - FIXSTR, at);
      if (byte < FIXARRAY) return this.#map(byte & 15, depth, at);
      return this.#array(byte & 15, depth, at);
    }
    if (byte >= NEGATIVE_FIXINT) {
      this.pos = at + 1;
      return byte - 256;
    }
    return this.#wide(byte, at, depth);
  }

  /** The value of a header byte from 0xc0 to 0xdf, or none: the most common ones. */
  #wide(byte: number, at: number, depth: number): unknown {
    const { input, view } = this;
    const left = this.end - at;
    if (byte < BINARY && byte !== RESERVED) {
      this.pos = at + 1;
      return byte === NIL ? null : byte === TRUE;
    }
    if ((byte === UINT8 || byte === INT8) && left >= 2) {
      this.pos = at + 2;
      return byte === UINT8 ? input[at + 1] : view.getInt8(at + 1);
    }
    if ((byte === UINT16 || byte === INT16) && left >= 3) {
      this.pos = at + 3;
      return byte === UINT16 ? view.getUint16(at + 1) : view.getInt16(at + 1);
    }
    if (byte === FLOAT64 && left >= 9) {
      this.pos = at + 9;
      return view.getFloat64(at + 1);
    }
    if (byte === STRING && left >= 2) {
      this.pos = at + 2;
      return this.#string(at + 2, input[at + 1] as number, at);
    }
    return this.#long(byte, at, depth);
  }

  /** The value of any header byte from 0xc0 to 0xdf, or none. */
  #long(byte: number, at: number, depth: number): unknown {
    const start = at + 1;
    if (at >= this.end) fail('LW_MSGPACK_END', this.end, this.#source);
    if (byte === RESERVED) fail('LW_MSGPACK_RESERVED', at, this.#source);
    // Of a container too deep the header byte alone tells.
    if (byte >= ARRAY && depth >= this.#depthMax) return this.#readDeep(at, depth);
    const rest = start + widthOf(byte);
    if (rest > this.end) fail('LW_MSGPACK_END', this.end, this.#source);
    this.pos = rest;
    if (byte >= FLOAT32 && byte < FIXEXT) return readNumber(this.view, start, byte, this.#settings.options.int64);
    const length = readLength(this.input, start, byte);
    if (byte >= MAP) return this.#map(length, depth, at);
    if (byte >= ARRAY) return this.#array(length, depth, at);
    if (byte >= STRING) return this.#string(rest, length, at);
    if (isExtension(byte)) return this.#extension(rest, length, at);
    if (length > this.end - rest) fail('LW_MSGPACK_END', this.end, this.#source);
    this.pos = rest + length;
    return copyBytes(this.input, rest, rest + length);
  }

  #string(start: number, length: number, at: number): unknown {
    const stop = start + length;
    if (stop > this.end) failCutString(this.#source, start, length, this.#settings.options.invalidUtf8);
    this.pos = stop;
    return this.#text.read(start, stop) ?? readString(this.#source, start, length, at, this.#settings.options.invalidUtf8);
  }

  #extension(start: number, length: number, at: number): unknown {
    const type = ((this.input[start - 1] as number) << 24) >> 24;
    if (length > this.end - start) failCutExtension(this.#source, start, length, type, at);
    this.pos = start + length;
    return readExtension(this.#source, start, length, type, at, false, this.#settings.extensions);
  }

  /*
   * No array of many is made by a literal: V8 would learn that those of a large message live long, make all of them in old space from then
   * on, and collect that again and again (Node 20: twice to three times as long for pairs of numbers).
   */

  /** The elements from `pos` on of an array whose header is at `at`, inside of `depth` containers without itself. */
  #array(count: number, depth: number, at: number): unknown[] {
    if (depth >= this.#depthMax) return this.#readDeep(at, depth) as unknown[];
    const { input } = this;
    const first = input[this.pos] as number;
    if (first === FLOAT64) return this.#doubles(count, depth, at);
    if (first < FIXMAP || first >= NEGATIVE_FIXINT || first === INT16 || first === UINT16) return this.#integers(count, depth, at);
    if (count === 1) return [this.value(depth + 1)];
    const length = this.#presize(count, at);
    const target: unknown[] = length === 0 ? [] : new Array(length);
    for (let i = 0; i < count; ) {
      const { pos } = this;
      if (this.#isBeyondAscii(pos)) {
        const next = this.#text.readRun(pos, target, i, count);
        if (next > i) {
          i = next;
          this.pos = this.#text.pos;
          continue;
        }
      }
      target[i++] = this.value(depth + 1);
    }
    return target;
  }

  /** An array that starts with an integer, as its other elements may be. */
  #integers(count: number, depth: number, at: number): unknown[] {
    const { input, view, end } = this;
    let { pos } = this;
    const length = this.#presize(count, at);
    const target: unknown[] = length === 0 ? [] : new Array(length);
    for (let i = 0; i < count; i++) {
      const byte = input[pos] as number;
      if (byte < FIXMAP) {
        target[i] = byte;
        pos++;
      } else if (byte >= NEGATIVE_FIXINT) {
        target[i] = byte - 256;
        pos++;
      } else if ((byte === INT16 || byte === UINT16) && pos + 3 <= end) {
        target[i] = byte === INT16 ? view.getInt16(pos + 1) : view.getUint16(pos + 1);
        pos += 3;
      } else {
        this.pos = pos;
        target[i] = this.value(depth + 1);
        pos = this.pos;
      }
    }
    this.pos = pos;
    return target;
  }

  /** Whether a string stands at `pos` that starts with a character beyond ASCII, as those beside it may. */
  #isBeyondAscii(pos: number): boolean {
    const { input } = this;
    const byte = input[pos] as number;
    if (byte === STRING) return (input[pos + 2] as number) >= 0xc2;
    return byte > FIXSTR && byte < NIL && (input[pos + 1] as number) >= 0xc2;
  }

  /** An array that starts with a double: it is made where V8 learns that arrays hold doubles, which then need no boxes. */
  #doubles(count: number, depth: number, at: number): unknown[] {
    const { input, view, end } = this;
    let { pos } = this;
    const length = this.#presize(count, at);
    const target: unknown[] = length === 0 ? [] : new Array(length);
    for (let i = 0; i < count; i++) {
      if (input[pos] === FLOAT64 && pos + 9 <= end) {
        target[i] = view.getFloat64(pos + 1);
        pos += 9;
      } else {
        this.pos = pos;
        target[i] = this.value(depth + 1);
        pos = this.pos;
      }
    }
    this.pos = pos;
    return target;
  }

  /** How long an array may be made ahead. */
  #presize(count: number, at: number): number {
    if (count < UNCHECKED_COUNT) return count;
    checkCount(count, true, this.end - this.pos, at, this.#source);
    this.#promised += count;
    return this.#promised <= this.end - this.#start && count <= PRESIZED_MAX ? count : 0;
  }

  /** The members from `pos` on of a map whose header is at `at`, inside of `depth` containers without itself. */
  #map(count: number, depth: number, at: number): unknown {
    if (depth >= this.#depthMax) return this.#readDeep(at, depth);
    const { pos } = this;
    if (count >= UNCHECKED_COUNT) checkCount(count, false, this.end - pos, at, this.#source);
    if (count === 0) return {};
    if (pos + 4 > this.end) return this.#members({}, 0, count, depth + 1, undefined, undefined);
    if (isDigit(this.input[pos + 1] as number)) return this.#numbered(count, depth + 1);
    if (count > SHAPE_MEMBERS_MAX) return this.#table(count, depth + 1);
    // Of a short first key no more than the key: the value behind it says nothing of the shape.
    const size = (this.input[pos] as number) - FIXSTR;
    const word = this.view.getInt32(pos, true) & (size >= 0 && size < 3 ? (1 << (8 * size + 8)) - 1 : -1);
    const { shapes } = this.#memory;
    const shape = shapes.find(count, word);
    if (shape !== undefined) return shape.read(this, depth + 1, 0, NO_VALUES);
    if (!shapes.isWorthLearning(count, word)) return this.#members({}, 0, count, depth + 1, undefined, undefined);
    return this.#learn({}, 0, count, depth + 1, word, { names: [], keys: [] });
  }

  /** Goes on with a map that is not of the shape that it was taken for. */
  miss(shape: Shape, depth: number, index: number, values: readonly unknown[]): unknown {
    const { shapes } = this.#memory;
    const other = shapes.instead(shape, index, this.input, this.pos, this.end);
    if (other !== undefined) return other.read(this, depth, index, values);
    const target = {};
    for (let i = 0; i < index; i++) setOwn(target, shape.names[i] as string, values[i]);
    if (!shapes.isWorthLearning(shape.count, shape.word)) return this.#members(target, index, shape.count, depth, undefined, undefined);
    const lesson = { names: shape.names.slice(0, index), keys: shape.keys.slice(0, index) };
    return this.#learn(target, index, shape.count, depth, shape.word, lesson);
  }

  /** As `#members`, and remembers the shape. `lesson` has the members that the target has. */
  #learn(target: Record<string, unknown>, index: number, count: number, depth: number, word: number, lesson: Lesson): unknown {
    const value = this.#members(target, index, count, depth, undefined, lesson);
    if (lesson.names.length === count) this.#memory.shapes.learn(lesson.names, lesson.keys, word);
    return value;
  }

  /**
   * The members from the one of `index` on, whose key is at `pos`, of a map that is the last of `depth` containers. `names` are those of
   * the members before it, when the object may have them in another order. What `lesson` lacks is put behind what it has.
   */
  #members(
    target: Record<string, unknown>,
    index: number,
    count: number,
    depth: number,
    names: string[] | undefined,
    lesson: Lesson | undefined,
  ): unknown {
    const { input, end } = this;
    for (let i = index; i < count; i++) {
      const at = this.pos;
      const length = (input[at] as number) - FIXSTR;
      if (length >= 0 && length < 32 && length < end - at) {
        const name = this.#memory.names.read(input, at + 1, length);
        if (name !== undefined) {
          this.pos = at + 1 + length;
          names?.push(name);
          if (lesson !== undefined) teach(lesson, name, copyBytes(input, at, this.pos));
          target[name] = this.value(depth);
          continue;
        }
      }
      const name = this.#name(at);
      if (typeof name !== 'string') return this.#readRest(at, depth, target, i, count, names);
      if (names === undefined && startsLikeNumber(name)) names = Object.keys(target);
      names?.push(name);
      if (lesson !== undefined) teach(lesson, name, copyBytes(input, at, this.pos));
      setOwn(target, name, this.value(depth));
    }
    return target;
  }

  /** A map of many members: its names have hardly come before, and are not remembered. */
  #table(count: number, depth: number): unknown {
    const { input, end } = this;
    const target: Record<string, unknown> = {};
    const inherited = namesOfPrototype();
    for (let i = 0; i < count; i++) {
      const at = this.pos;
      const length = (input[at] as number) - FIXSTR;
      const isShort = length >= 0 && length < 32 && length < end - at;
      const name = isShort ? this.#text.make(at + 1, at + 1 + length) : this.#name(at);
      if (typeof name !== 'string' || mayBeIndex(name) || inherited.has(name)) {
        this.pos = at;
        return this.#members(target, i, count, depth, undefined, undefined);
      }
      if (isShort) this.pos = at + 1 + length;
      target[name] = this.value(depth);
    }
    return target;
  }

  /** A key that is a string; undefined for all others, and what is no string for one that is not UTF-8. */
  #name(at: number): unknown {
    if (at >= this.end) fail('LW_MSGPACK_END', this.end, this.#source);
    return isString(this.input[at] as number) ? this.value(0) : undefined;
  }

  /** A map whose first key starts with a digit, as those do that have numbers for keys. */
  #numbered(count: number, depth: number): unknown {
    const first = this.#index(this.pos);
    const target: Record<number, unknown> = first < SPARSE_INDEX ? {} : { 100000: null };
    let isTaken = first < SPARSE_INDEX;
    const indexes: number[] = [];
    let i = 0;
    for (; i < count; i++) {
      const { pos } = this;
      const index = this.#index(pos);
      if (index < 0) break;
      this.pos = pos + 1 + (this.input[pos] as number) - FIXSTR;
      if (index === PLACEHOLDER) isTaken = true;
      indexes.push(index);
      target[index] = this.value(depth);
    }
    if (!isTaken) delete target[PLACEHOLDER];
    return i === count ? target : this.#members(target as Record<string, unknown>, i, count, depth, indexes.map(String), undefined);
  }

  /** The array index that the key at `pos` spells; -1 when it spells none, or one of many digits. */
  #index(pos: number): number {
    const { input } = this;
    const length = (input[pos] as number) - FIXSTR;
    if (!(length > 0 && length <= INDEX_DIGITS_MAX && length < this.end - pos)) return -1;
    let index = (input[pos + 1] as number) - 0x30;
    if (index === 0 && length > 1) return -1;
    for (let i = 2; i <= length; i++) {
      const digit = (input[pos + i] as number) - 0x30;
      if (digit < 0 || digit > 9) return -1;
      index = index * 10 + digit;
    }
    return index >= 0 && (input[pos + 1] as number) <= 0x39 ? index : -1;
  }

  /** The value at `at`, inside of `depth` containers, by the reader that does not recurse. */
  #readDeep(at: number, depth: number): unknown {
    const value = this.#stack.read(this.#source, at, depth);
    this.pos = this.#stack.end;
    return value;
  }

  /** The rest of a map with a key that is no plain string. */
  #readRest(at: number, depth: number, target: object, index: number, count: number, names: string[] | undefined): unknown {
    const value = this.#stack.readRest(this.#source, at, depth, target, index, count, names);
    this.pos = this.#stack.end;
    return value;
  }
}

/** The names of a map, and the bytes of each key. */
interface Lesson {
  readonly names: string[];
  readonly keys: Uint8Array[];
}

function teach(lesson: Lesson, name: string, key: Uint8Array): void {
  lesson.names.push(name);
  lesson.keys.push(key);
}

const NO_VALUES: readonly unknown[] = [];

/** Whether the engine threw this because its stack has ended: a RangeError, in SpiderMonkey an InternalError. */
function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof Error && error.name === 'InternalError');
}

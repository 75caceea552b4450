/*
 * A cursor over the tape of a document: entries of two words in document order, which the engine has made in one go. The format of the
 * bytes is behind `Format`; everything else is the same for all of them.
 *
 * | entry | first word | second word |
 * | --- | --- | --- |
 * | key, scalar | offset of its first byte | offset behind its last byte |
 * | start of a container | offset of its first byte | number of the entry of its end |
 * | end of a container | offset of its last byte, or behind it | how many members or elements it has |
 */
import { LanewiseError } from '../../error.ts';

/** What a value of a document is. */
export type DocumentType = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null' | 'binary' | 'extension';

/**
 * A cursor over a document. Nothing is built until it is read, and reading makes no native call.
 *
 * The document borrows the input, which must stay as it is: what a cursor reads from other bytes means nothing. It never reads outside of
 * the input, and throws a TypeError where it sees that the bytes were changed or taken away.
 *
 * The index is memory of JavaScript, eight bytes for each value, key and end of a container. The garbage collector frees it with the last
 * cursor, so no finalizer is needed; `Symbol.dispose` (`using`) lets go of it, and of the input, at once.
 */
export interface Document extends Disposable {
  readonly type: DocumentType;
  /**
   * Elements of an array: O(1). Distinct keys of an object, UTF-16 units of a string: O(n), nothing is kept. Bytes of binary. 0 for the rest.
   */
  readonly length: number;
  /**
   * The member of that key or the element of that index, undefined where there is none, as `value[key]` finds them in the plain value: a
   * number names a member by its decimal digits, a string an element when it is its index in decimal digits.
   *
   * Of duplicate keys the last counts. O(length), and O(1) for the elements of an array that are read in order; a container that is asked
   * again and again is indexed, O(length) once, and then answers in O(1).
   */
  get(key: string | number): Document | undefined;
  /**
   * The value at a JSON Pointer (RFC 6901) from here, undefined where there is none. A `get` for each token.
   *
   * @throws {LanewiseError} LW_POINTER at an offset in `pointer`
   */
  at(pointer: string): Document | undefined;
  /** The keys of an object, each once, in the order in which they first occur; the indices of an array. Of the rest nothing. */
  keys(): Iterable<string>;
  /** The values, in the order of `keys`; of duplicate keys the last counts. */
  values(): Iterable<Document>;
  /** Both. Keys are read at once, O(length); cursors are made one at a time. */
  entries(): Iterable<[string, Document]>;
  /**
   * The plain JS value, as `JSON.parse` or `msgpack.decode` gives it: O(n).
   *
   * @throws {LanewiseError} LW_SIZE when the host has no string as long as its text
   */
  value(): unknown;
  /** The bytes of this value, a view on the input. */
  raw(): Uint8Array;
  /**
   * Of the document as a whole: lets go of the index and of the input, for all its cursors. Of a value inside it: of this cursor alone.
   * Reading what was let go of throws a TypeError.
   */
  [Symbol.dispose](): void;
}

/** What a cursor asks of the format of the bytes. Ranges are those of the tape's entries. */
export interface Format {
  /** Bytes of what ends a container, which the offset of its end does not cover. */
  readonly closeSize: number;
  typeAt(input: Uint8Array, offset: number): DocumentType;
  /** Whether a container starts at `offset`; cheaper than its type. */
  isContainer(input: Uint8Array, offset: number): boolean;
  /** UTF-16 units of a string, bytes of binary, 0 for other scalars. */
  lengthOf(input: Uint8Array, start: number, end: number): number;
  /** The string that a key says. */
  keyOf(input: Uint8Array, start: number, end: number): string;
  /** Whether a key says `key`; decodes nothing where that can be seen from the bytes. */
  isKey(input: Uint8Array, start: number, end: number, key: string): boolean;
  /** The plain value of a whole value's bytes. */
  valueOf(input: Uint8Array, start: number, end: number): unknown;
}

/** Containers up to this size are searched from their start each time: about what an index of them costs to ask. */
const SEARCHED_MAX = 16;
/**
 * A container is indexed once searches have passed by as many of its members as it has, times this. An index of keys takes 10 (1,000 keys) to
 * 70 (20,000 keys) searches to make, one of elements takes one.
 */
const MEMBER_PASSES_MAX = 16;
const ELEMENT_PASSES_MAX = 2;

/** The bytes and the tape that all cursors of one document share. */
export class Tape {
  readonly format: Format;
  readonly #input: Uint8Array;
  /** INVARIANT: the tape of `#input`, as it was when the tape was made. */
  readonly #words: Uint32Array;
  readonly #lookups = new Map<number, Lookup>();

  constructor(format: Format, input: Uint8Array, words: Uint32Array) {
    this.format = format;
    this.#input = input;
    this.#words = words;
  }

  get input(): Uint8Array {
    return this.#input;
  }

  /** How many entries there are. */
  get size(): number {
    return this.#words.length / 2;
  }

  /** Offset of the first byte of an entry. */
  start(entry: number): number {
    return this.#words[2 * entry] as number;
  }

  /** Offset behind the last byte of a scalar or a key. */
  end(entry: number): number {
    return this.#words[2 * entry + 1] as number;
  }

  type(entry: number): DocumentType {
    return this.format.typeAt(this.#input, this.start(entry));
  }

  isContainer(entry: number): boolean {
    return this.format.isContainer(this.#input, this.start(entry));
  }

  /** The entry that ends the container at `entry`. */
  close(entry: number): number {
    const close = this.#words[2 * entry + 1] as number;
    if (!(close > entry && 2 * close < this.#words.length)) throw changed();
    return close;
  }

  /** Members, duplicate ones too, or elements. */
  count(entry: number): number {
    return this.#words[2 * this.close(entry) + 1] as number;
  }

  /** The entry behind the value at `entry`. */
  next(entry: number): number {
    return this.isContainer(entry) ? this.close(entry) + 1 : entry + 1;
  }

  /** Offset behind the last byte of the value at `entry`. */
  valueEnd(entry: number): number {
    return this.isContainer(entry) ? this.start(this.close(entry)) + this.format.closeSize : this.end(entry);
  }

  keyOf(entry: number): string {
    return this.format.keyOf(this.#input, this.start(entry), this.end(entry));
  }

  isKey(entry: number, key: string): boolean {
    return this.format.isKey(this.#input, this.start(entry), this.end(entry), key);
  }

  valueOf(entry: number): unknown {
    const end = this.valueEnd(entry);
    if (end > this.#input.length) throw changed();
    return this.format.valueOf(this.#input, this.start(entry), end);
  }

  /** The keys of an object in the order in which they first occur, with the entry of the last value of each. */
  members(entry: number): Map<string, number> {
    const members = new Map<string, number>();
    const close = this.close(entry);
    for (let key = entry + 1; key < close; key = this.next(key + 1)) members.set(this.keyOf(key), key + 1);
    return members;
  }

  /** The entry of the member `key` of the object at `entry`, -1 when there is none. */
  member(entry: number, key: string): number {
    const lookup = this.#lookup(entry);
    if (lookup !== undefined && lookup.passed >= MEMBER_PASSES_MAX * lookup.count) {
      lookup.members ??= this.members(entry);
      return lookup.members.get(key) ?? -1;
    }
    if (lookup !== undefined) lookup.passed += lookup.count;
    const close = this.close(entry);
    let found = -1;
    for (let at = entry + 1; at < close; at = this.next(at + 1)) {
      if (this.isKey(at, key)) found = at + 1;
    }
    return found;
  }

  /** The entry of element `index`, which there is, of the array at `entry`. */
  element(entry: number, index: number): number {
    // Elements without containers among them lie side by side.
    if (this.close(entry) - entry - 1 === this.count(entry)) return entry + 1 + index;
    const lookup = this.#lookup(entry);
    if (lookup === undefined) return this.#skip(entry + 1, index);
    if (lookup.elements === undefined) {
      const ahead = index >= lookup.index ? index - lookup.index : index;
      lookup.passed += ahead;
      if (lookup.passed < ELEMENT_PASSES_MAX * lookup.count || ahead <= 1) {
        lookup.entry = ahead === index ? this.#skip(entry + 1, index) : this.#skip(lookup.entry, ahead);
        lookup.index = index;
        return lookup.entry;
      }
      lookup.elements = this.#elements(entry, lookup.count);
    }
    return lookup.elements[index] as number;
  }

  /** The entry of the value that comes `count` values after that at `entry`. */
  #skip(entry: number, count: number): number {
    let at = entry;
    for (let i = 0; i < count; i++) at = this.next(at);
    return at;
  }

  #elements(entry: number, count: number): Uint32Array {
    const elements = new Uint32Array(count);
    let at = entry + 1;
    for (let i = 0; i < count; i++) {
      elements[i] = at;
      at = this.next(at);
    }
    return elements;
  }

  /** What is known of the container at `entry`; undefined for a small one. */
  #lookup(entry: number): Lookup | undefined {
    const count = this.count(entry);
    if (count <= SEARCHED_MAX) return undefined;
    let lookup = this.#lookups.get(entry);
    if (lookup === undefined) {
      lookup = new Lookup(count, entry + 1);
      this.#lookups.set(entry, lookup);
    }
    return lookup;
  }
}

/** How a container was searched until now, and its index once that was often. */
class Lookup {
  readonly count: number;
  /** Members or elements that searches have passed by. */
  passed = 0;
  /** The element that was read last, and its entry. */
  index = 0;
  entry: number;
  members: Map<string, number> | undefined = undefined;
  elements: Uint32Array | undefined = undefined;

  constructor(count: number, entry: number) {
    this.count = count;
    this.entry = entry;
  }
}

/** The key of `using`; hosts that do not know it yet get a symbol of their own, as their polyfills do. */
const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');

/** The tape of a document until it is disposed. */
interface Holder {
  tape: Tape | undefined;
}

class Cursor implements Document {
  readonly #entry: number;
  #holder: Holder;

  constructor(holder: Holder, entry: number) {
    this.#holder = holder;
    this.#entry = entry;
  }

  get type(): DocumentType {
    return this.#tape.type(this.#entry);
  }

  get length(): number {
    const tape = this.#tape;
    const entry = this.#entry;
    if (!tape.isContainer(entry)) return tape.format.lengthOf(tape.input, tape.start(entry), tape.end(entry));
    const count = tape.count(entry);
    return count < 2 || tape.type(entry) === 'array' ? count : tape.members(entry).size;
  }

  get(key: string | number): Document | undefined {
    if (typeof key !== 'string' && typeof key !== 'number') throw new TypeError('expected a string or a number as the key');
    return this.#cursor(child(this.#tape, this.#entry, key));
  }

  at(pointer: string): Document | undefined {
    const tape = this.#tape;
    let entry = this.#entry;
    for (const token of tokensOf(pointer)) {
      entry = child(tape, entry, token);
      if (entry < 0) return undefined;
    }
    return entry === this.#entry ? this : this.#cursor(entry);
  }

  *keys(): Generator<string, undefined> {
    for (const [key] of this.#children()) yield key;
  }

  *values(): Generator<Document, undefined> {
    for (const [, entry] of this.#children()) yield new Cursor(this.#holder, entry);
  }

  *entries(): Generator<[string, Document], undefined> {
    for (const [key, entry] of this.#children()) yield [key, new Cursor(this.#holder, entry)];
  }

  value(): unknown {
    return this.#tape.valueOf(this.#entry);
  }

  raw(): Uint8Array {
    const tape = this.#tape;
    const end = tape.valueEnd(this.#entry);
    if (end > tape.input.length) throw changed();
    return tape.input.subarray(tape.start(this.#entry), end);
  }

  [DISPOSE](): void {
    if (this.#entry === 0) this.#holder.tape = undefined;
    this.#holder = { tape: undefined };
  }

  get #tape(): Tape {
    const { tape } = this.#holder;
    if (tape === undefined) throw new TypeError('the document is disposed');
    return tape;
  }

  #cursor(entry: number): Cursor | undefined {
    return entry < 0 ? undefined : new Cursor(this.#holder, entry);
  }

  /** Key and entry of each child. */
  #children(): Iterable<[string, number]> {
    const tape = this.#tape;
    if (!tape.isContainer(this.#entry)) return [];
    return tape.type(this.#entry) === 'array' ? this.#elements(tape.count(this.#entry)) : tape.members(this.#entry);
  }

  *#elements(count: number): Generator<[string, number], undefined> {
    let entry = this.#entry + 1;
    for (let i = 0; i < count; i++) {
      yield [String(i), entry];
      entry = this.#tape.next(entry);
    }
  }
}

/** A cursor over the whole document. */
export function openDocument(tape: Tape): Document {
  return new Cursor({ tape }, 0);
}

/** The entry of the child that `get` says; -1 when there is none. */
function child(tape: Tape, entry: number, key: string | number): number {
  if (!tape.isContainer(entry)) return -1;
  if (tape.type(entry) === 'object') return tape.member(entry, String(key));
  const index = typeof key === 'number' ? key : indexOf(key);
  return Number.isInteger(index) && index >= 0 && index < tape.count(entry) ? tape.element(entry, index) : -1;
}

const INDEX = /^(?:0|[1-9]\d*)$/;

/** The index that `key` spells; -1 when it spells none. */
function indexOf(key: string): number {
  return INDEX.test(key) ? Number(key) : -1;
}

/** The reference tokens of a JSON Pointer, unescaped. */
function tokensOf(pointer: string): string[] {
  if (typeof pointer !== 'string') throw new TypeError('expected a string as the pointer');
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw new LanewiseError('LW_POINTER', 0, pointer);
  const bad = /~(?![01])/.exec(pointer);
  if (bad !== null) throw new LanewiseError('LW_POINTER', bad.index + 1, pointer);
  const tokens = pointer.slice(1).split('/');
  return pointer.includes('~') ? tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~')) : tokens;
}

/** The error for bytes that are not those of which the tape was made. */
export function changed(): TypeError {
  return new TypeError('the input of the document was changed');
}

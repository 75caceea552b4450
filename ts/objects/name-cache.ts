/*
 * The names of members come again and again. The cache finds the string of the bytes seen before, which is faster than making it
 * anew, and which the engine need not look up among its property names. It is transparent: what it forgets is made again.
 */
import { decodeAscii } from './strings.ts';

/** Pairs of slots; a power of two. A name has its place in one pair, and moves from the first slot to the second before it goes. */
const PAIRS = 256;
/** Longer names are rare, and a slot holds the bytes of one. */
const NAME_MAX = 32;

export class NameCache {
  readonly #names = new Array<string>(PAIRS * 2).fill('');
  /** The bytes of the name in each slot. INVARIANT: they are ASCII, and as many as the name is long. */
  readonly #bytes = new Uint8Array(PAIRS * 2 * NAME_MAX);

  /**
   * The string of these bytes of `input`; undefined when they are not ASCII, too many to be worth a place, or a name that needs
   * care: one that objects inherit, and names that start like a number, which are often many and an object orders in its own way.
   */
  read(input: Uint8Array, start: number, length: number): string | undefined {
    if (length > NAME_MAX || isDigit(input[start] as number)) return undefined;
    let hash = length;
    for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + (input[start + i] as number)) | 0;
    const slot = ((hash ^ (hash >>> 10)) & (PAIRS - 1)) * 2;
    if (this.#holds(slot, input, start, length)) return this.#names[slot];
    if (this.#holds(slot + 1, input, start, length)) return this.#names[slot + 1];
    return this.#learn(slot, input, start, length);
  }

  #holds(slot: number, input: Uint8Array, start: number, length: number): boolean {
    if ((this.#names[slot] as string).length !== length) return false;
    const bytes = this.#bytes;
    const base = slot * NAME_MAX;
    for (let i = 0; i < length; i++) {
      if (bytes[base + i] !== input[start + i]) return false;
    }
    return true;
  }

  #learn(slot: number, input: Uint8Array, start: number, length: number): string | undefined {
    const name = decodeAscii(input, start, start + length);
    if (name === undefined || isInherited(name)) return undefined;
    const bytes = this.#bytes;
    const base = slot * NAME_MAX;
    bytes.copyWithin(base + NAME_MAX, base, base + NAME_MAX);
    for (let i = 0; i < length; i++) bytes[base + i] = input[start + i] as number;
    this.#names[slot + 1] = this.#names[slot] as string;
    this.#names[slot] = name;
    return name;
  }
}

/** Whether assigning to this name could meet an accessor or a frozen property of `Object.prototype`, as `__proto__` does. */
export function isInherited(name: string): boolean {
  return name in Object.prototype;
}

/** The names of which `isInherited` is true, for those who ask often. */
export function namesOfPrototype(): ReadonlySet<string> {
  return new Set(Object.getOwnPropertyNames(Object.prototype));
}

/** Whether an object may move a property of this name before others. */
export function startsLikeNumber(name: string): boolean {
  return isDigit(name.charCodeAt(0));
}

/** The same, more exactly: an index of an array starts and ends with a digit. */
export function mayBeIndex(name: string): boolean {
  return startsLikeNumber(name) && isDigit(name.charCodeAt(name.length - 1));
}

/** Whether a unit, or a byte, is a decimal digit. */
export function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

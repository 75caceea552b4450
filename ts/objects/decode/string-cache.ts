/*
 * Short strings come again and again: levels, kinds, states. The cache gives the string that the same bytes became before, in a third of the
 * time that it takes to make one, and with nothing for the garbage collector. Where they do not come again, it is left alone for a while.
 */

/** Longer strings are rarely the same, and a slot holds the bytes of one. */
export const CACHED_MAX = 16;
const SLOT_BITS = 9;
const WORDS = CACHED_MAX / 4;
/** What a hit is worth, in misses, and how much of that can be saved up. */
const HIT_WORTH = 2;
const CREDIT_MAX = 256;
/** So many strings are made without a look at the cache when the credit is used up. */
const PAUSE = 1024;

export class StringCache {
  /** A slot is empty while its length is 0. */
  readonly #strings = new Array<string>(1 << SLOT_BITS).fill('');
  readonly #lengths = new Uint8Array(1 << SLOT_BITS);
  readonly #words = new Int32Array(WORDS << SLOT_BITS);
  #credit = CREDIT_MAX;
  #pause = 0;
  #length = 0;
  /** The bytes that `find` was asked about. Where they overlap, each word still says where it is from. */
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  /** Whether to ask for the next string. */
  isUseful(): boolean {
    if (this.#pause === 0) return true;
    this.#pause--;
    return false;
  }

  /** The slot of these bytes, 1 to CACHED_MAX, all of which must be there. */
  find(view: DataView, start: number, length: number): number {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    if (length >= 4) {
      a = view.getInt32(start, true);
      b = view.getInt32(start + length - 4, true);
      if (length > 8) {
        c = view.getInt32(start + 4, true);
        d = view.getInt32(start + length - 8, true);
      }
    } else {
      a = view.getUint8(start) | (view.getUint8(start + (length >> 1)) << 8) | (view.getUint8(start + length - 1) << 16);
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
    this.#length = length;
    const mixed = Math.imul(a ^ length, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ Math.imul(d, 0x27d4eb2f);
    return (mixed ^ (mixed >>> 15)) >>> (32 - SLOT_BITS);
  }

  /** The string of the bytes that were asked about last, whose slot this is. */
  get(slot: number): string | undefined {
    const words = this.#words;
    const at = slot * WORDS;
    const same =
      this.#lengths[slot] === this.#length &&
      words[at] === this.#a &&
      words[at + 1] === this.#b &&
      words[at + 2] === this.#c &&
      words[at + 3] === this.#d;
    if (same) {
      if (this.#credit < CREDIT_MAX) this.#credit += HIT_WORTH;
      return this.#strings[slot];
    }
    if (--this.#credit <= 0) {
      this.#credit = CREDIT_MAX;
      this.#pause = PAUSE;
    }
    return undefined;
  }

  /** Remembers the string of the bytes that were asked about last. */
  put(slot: number, text: string): void {
    const words = this.#words;
    const at = slot * WORDS;
    this.#lengths[slot] = this.#length;
    words[at] = this.#a;
    words[at + 1] = this.#b;
    words[at + 2] = this.#c;
    words[at + 3] = this.#d;
    this.#strings[slot] = text;
  }
}

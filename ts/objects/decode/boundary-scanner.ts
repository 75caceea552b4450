import { TIMESTAMP_TYPE } from '../extension.ts';
import {
  ARRAY,
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
  widthOf,
} from '../format.ts';
import type { ResolvedOptions } from '../options.ts';

/** What `scan` says where no value ends. */
export const NEEDS_MORE = -1;
export const IS_BAD = -2;

/** What the next byte is. */
const HEADER = 0;
const LENGTH = 1;
const PAYLOAD = 2;
const TEXT = 3;
const NANOSECONDS = 4;

/** How far an item has come. */
type Progress = typeof PART | typeof WHOLE | typeof BAD;
const PART = 0;
const WHOLE = 1;
const BAD = 2;

/** A timestamp of 12 bytes starts with its nanoseconds; one of 8 with four times as many, and two bits of its seconds. */
const NANOSECONDS_MAX = 1e9;
const FIRST_BYTE = 2 ** 24;

/**
 * Finds where values end in bytes that come in pieces. It looks at no byte twice, at the payload of binary not at all, and builds nothing.
 *
 * It stops as soon as the Decoder would if it were given the bytes up to there. What is wrong, and where, it leaves to the Decoder.
 */
export class BoundaryScanner {
  readonly #depthMax: number;
  readonly #nonStringKeys: ResolvedOptions['nonStringKeys'];
  /** Whether text has to be UTF-8. */
  readonly #checksText: boolean;
  /** Whether keys have to; that of a key is known when it is whole. */
  readonly #checksKeys: boolean;

  /** Of each open container the items to come, keys and values each, and whether it is a map. */
  readonly #items: number[] = [];
  readonly #maps: boolean[] = [];

  #state: typeof HEADER | typeof LENGTH | typeof PAYLOAD | typeof TEXT | typeof NANOSECONDS = HEADER;
  /** The header byte of the item, and whether that is a key. */
  #header = 0;
  #isKey = false;
  /** What has come of the bytes between the header byte and the payload. */
  readonly #length = new Uint8Array(5);
  #lengthSize = 0;
  /** Bytes of the payload to come. */
  #left = 0;

  /** Of a character: bytes to come, and between which the next one lies. */
  #tail = 0;
  #low = 0;
  #high = 0;
  #isBadText = false;

  /** The nanoseconds of a timestamp as far as they have come, what the next byte counts, and what they have to stay below. */
  #nanoseconds = 0;
  #unit = 0;
  #bound = 0;

  constructor({ depthMax, nonStringKeys, invalidUtf8 }: ResolvedOptions) {
    this.#depthMax = depthMax;
    this.#nonStringKeys = nonStringKeys;
    this.#checksText = invalidUtf8 === 'error';
    this.#checksKeys = invalidUtf8 === 'bytes' && nonStringKeys === 'error';
  }

  /**
   * Goes on with `chunk` from `start` on. O(chunk.length - start) time.
   *
   * @returns the offset behind the value that ends first; NEEDS_MORE when the chunk ends before; IS_BAD, after which it is of no more use
   */
  scan(chunk: Uint8Array, start: number): number {
    const end = chunk.length;
    for (let pos = start; pos < end; ) {
      let progress: Progress = PART;
      if (this.#state === HEADER) progress = this.#takeHeader(chunk[pos++] as number);
      else if (this.#state === LENGTH) progress = this.#takeLength(chunk[pos++] as number);
      else if (this.#state === NANOSECONDS) progress = this.#takeNanoseconds(chunk[pos++] as number);
      else {
        const stop = Math.min(end, pos + this.#left);
        if (this.#state === TEXT) this.#takeText(chunk, pos, stop);
        progress = this.#pass(stop - pos);
        pos = stop;
      }
      if (progress === BAD) return IS_BAD;
      if (progress === WHOLE && this.#endItem()) return pos;
    }
    return NEEDS_MORE;
  }

  #takeHeader(byte: number): Progress {
    const depth = this.#items.length;
    const isKey = depth > 0 && this.#maps[depth - 1] === true && (this.#items[depth - 1] as number) % 2 === 0;
    this.#header = byte;
    this.#isKey = isKey;
    this.#isBadText = false;
    if (byte < FIXMAP || byte >= NEGATIVE_FIXINT) return isKey && this.#nonStringKeys === 'error' ? BAD : WHOLE;
    if (byte === RESERVED || (isKey && this.#isRefusedKey(byte))) return BAD;
    if (isContainer(byte) && depth >= this.#depthMax) return BAD;
    if (byte < FIXARRAY) return this.#open(2 * (byte - FIXMAP), true);
    if (byte < FIXSTR) return this.#open(byte - FIXARRAY, false);
    if (byte < NIL) return this.#expectText(byte - FIXSTR);
    const width = widthOf(byte);
    if (width === 0) return WHOLE;
    if (byte >= FLOAT32 && byte < FIXEXT) return this.#expect(PAYLOAD, width);
    this.#state = LENGTH;
    this.#lengthSize = 0;
    return PART;
  }

  #isRefusedKey(byte: number): boolean {
    return this.#nonStringKeys === 'error' ? !isString(byte) : this.#nonStringKeys === 'stringify' && isContainer(byte);
  }

  #takeLength(byte: number): Progress {
    const header = this.#header;
    this.#length[this.#lengthSize++] = byte;
    if (this.#lengthSize < widthOf(header)) return PART;
    const length = readLength(this.#length, 0, header);
    if (header >= MAP) return this.#open(2 * length, true);
    if (header >= ARRAY) return this.#open(length, false);
    if (!isExtension(header)) return header < EXTENSION ? this.#expect(PAYLOAD, length) : this.#expectText(length);
    return (byte << 24) >> 24 === TIMESTAMP_TYPE ? this.#expectTimestamp(length) : this.#expect(PAYLOAD, length);
  }

  #open(items: number, isMap: boolean): Progress {
    this.#state = HEADER;
    if (items === 0) return WHOLE;
    this.#items.push(items);
    this.#maps.push(isMap);
    return PART;
  }

  #expect(state: typeof PAYLOAD | typeof TEXT | typeof NANOSECONDS, length: number): Progress {
    this.#state = state;
    this.#left = length;
    return length === 0 ? WHOLE : PART;
  }

  #expectText(length: number): Progress {
    this.#tail = 0;
    return this.#expect(this.#checksText || (this.#checksKeys && this.#isKey) ? TEXT : PAYLOAD, length);
  }

  #expectTimestamp(length: number): Progress {
    if (length === 4) return this.#expect(PAYLOAD, length);
    if (length !== 8 && length !== 12) return BAD;
    this.#nanoseconds = 0;
    this.#unit = FIRST_BYTE;
    this.#bound = length === 12 ? NANOSECONDS_MAX : 4 * NANOSECONDS_MAX;
    return this.#expect(NANOSECONDS, length);
  }

  #takeNanoseconds(byte: number): Progress {
    this.#nanoseconds += byte * this.#unit;
    if (this.#nanoseconds >= this.#bound) return BAD;
    this.#unit /= 256;
    if (this.#unit < 1) this.#state = PAYLOAD;
    return this.#pass(1);
  }

  /** Checks the UTF-8 of a part of a string (RFC 3629). */
  #takeText(chunk: Uint8Array, start: number, stop: number): void {
    const after = start + this.#left;
    for (let pos = start; pos < stop && !this.#isBadText; pos++) {
      const byte = chunk[pos] as number;
      if (this.#tail > 0) {
        if (byte < this.#low || byte > this.#high) this.#isBadText = true;
        this.#low = 0x80;
        this.#high = 0xbf;
        this.#tail--;
      } else if (byte >= 0x80) {
        this.#startCharacter(byte, after - pos);
      }
    }
  }

  /** `room` is how many bytes of the string are left, this one counted. */
  #startCharacter(lead: number, room: number): void {
    const size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (size === 0 || size > room) this.#isBadText = true;
    this.#tail = size - 1;
    // The second byte rules out overlong forms, surrogates and what lies beyond U+10FFFF.
    this.#low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    this.#high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  }

  /** So many bytes of the payload are done with. */
  #pass(size: number): Progress {
    this.#left -= size;
    if (this.#isBadText && (this.#checksText || this.#left === 0)) return BAD;
    return this.#left === 0 ? WHOLE : PART;
  }

  /** Counts the item, and the containers that end with it. Whether the value ends with it. */
  #endItem(): boolean {
    this.#state = HEADER;
    for (let last = this.#items.length - 1; last >= 0; last--) {
      const left = (this.#items[last] as number) - 1;
      this.#items[last] = left;
      if (left > 0) return false;
      this.#items.pop();
      this.#maps.pop();
    }
    return true;
  }
}

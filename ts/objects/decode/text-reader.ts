import { FIXSTR, NIL, STRING } from '../format.ts';
import { decodeAsciiPart, decodeUtf16Part } from '../strings.ts';
import { CACHED_MAX, type StringCache } from './string-cache.ts';

/** Bytes of ASCII that become one string, from which short ones are cut; that takes 12 ns, a call into the host 60 to 100. */
const WINDOW = 2048;
/** A string of more bytes is made by the host, without a look at it here. */
const SHORT_TEXT = 64;
/** Up to this many units `fromCharCode` makes a string. */
const FEW_UNITS = 16;
/** In a message of fewer bytes a window does not pay. */
const WINDOWED = 256;
/** Units, and strings, that are made at once. */
const RUN_UNITS = 2048;
const RUN_MAX = 64;

/** What two characters of two bytes have in common. */
const PAIRS_MASK = 0xe0c0e0c0 | 0;
const PAIRS = 0xc080c080 | 0;

const fromCharCode = String.fromCharCode as (...units: (number | undefined)[]) => string;

/**
 * Makes the strings of one message, the short ones in JavaScript.
 *
 * ASCII is cut out of a window: the message as Latin-1, a few KB at a time. A string that is cut keeps its window alive, so what a message
 * makes takes no more memory than the message.
 */
export class TextReader {
  #input: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#input.buffer);
  #end = 0;
  /** Where the strings that `readRun` has made end. */
  pos = 0;
  #window = '';
  #windowStart = 0;
  #windowEnd = 0;
  /** Where UTF-8 becomes UTF-16; its bytes are in the order of the machine. */
  readonly #units = new Uint16Array(RUN_UNITS);
  readonly #cache: StringCache;
  readonly #ends = new Uint16Array(RUN_MAX);
  readonly #unitBytes = new Uint8Array(this.#units.buffer);

  constructor(cache: StringCache) {
    this.#cache = cache;
  }

  open(input: Uint8Array, view: DataView, end: number): void {
    this.#input = input;
    this.#view = view;
    this.#end = end;
    this.#windowEnd = -1;
  }

  close(): void {
    this.#window = '';
  }

  /** The string of these bytes; undefined when it is left to others: long, or not UTF-8. */
  read(start: number, stop: number): string | undefined {
    const length = stop - start;
    if (length <= CACHED_MAX && length > 0 && this.#cache.isUseful()) {
      const slot = this.#cache.find(this.#view, start, length);
      const known = this.#cache.get(slot);
      if (known !== undefined) return known;
      const text = this.make(start, stop);
      if (text !== undefined) this.#cache.put(slot, text);
      return text;
    }
    return this.make(start, stop);
  }

  /** As `read`, of bytes that have hardly come before. */
  make(start: number, stop: number): string | undefined {
    const length = stop - start;
    if (length > SHORT_TEXT) return undefined;
    if (this.#end < WINDOWED ? length <= FEW_UNITS : !this.#isAscii(start, stop)) {
      const count = this.#transcode(start, stop, 0);
      return count < 0 ? undefined : this.#fromUnits(count);
    }
    if (this.#end < WINDOWED && !this.#isAscii(start, stop)) return undefined;
    if (stop > this.#windowEnd || start < this.#windowStart) {
      const text = decodeAsciiPart(this.#input, start, Math.min(this.#end, start + WINDOW));
      this.#window = text;
      this.#windowStart = start;
      this.#windowEnd = start + text.length;
    }
    return this.#window.substring(start - this.#windowStart, stop - this.#windowStart);
  }

  /**
   * Puts the strings that stand at `start`, one after another, into `target` from `index` on, before `count`. They are made as one and then
   * cut, since the host takes about as long for one string as for ten. `pos` is then the offset behind them.
   *
   * @returns the index behind the last string; `index` when the first is left to others
   */
  readRun(start: number, target: unknown[], index: number, count: number): number {
    const input = this.#input;
    const ends = this.#ends;
    const most = Math.min(count - index, RUN_MAX);
    let pos = start;
    let units = 0;
    let made = 0;
    for (; made < most; made++) {
      const byte = input[pos] as number;
      const first = byte === STRING ? pos + 2 : pos + 1;
      const length = byte === STRING ? (input[pos + 1] as number) : byte >= FIXSTR && byte < NIL ? byte - FIXSTR : RUN_UNITS;
      if (!(length <= this.#end - first && length < RUN_UNITS - units)) break;
      const end = this.#transcode(first, first + length, units);
      if (end < 0) break;
      ends[made] = units = end;
      pos = first + length;
    }
    this.pos = pos;
    if (made === 1) target[index] = this.#fromUnits(units);
    if (made > 1) this.#cut(target, index, made);
    return index + made;
  }

  /** Makes one string of what is transcoded, and cuts it into `made`. */
  #cut(target: unknown[], index: number, made: number): void {
    const ends = this.#ends;
    const whole = decodeUtf16Part(this.#unitBytes, ends[made - 1] as number);
    let from = 0;
    for (let i = 0; i < made; i++) {
      const end = ends[i] as number;
      target[index + i] = whole.substring(from, end);
      from = end;
    }
  }

  #fromUnits(count: number): string {
    return count <= FEW_UNITS ? fromUnits(this.#units, count) : decodeUtf16Part(this.#unitBytes, count);
  }

  #isAscii(start: number, stop: number): boolean {
    const input = this.#input;
    const view = this.#view;
    let bits = 0;
    let pos = start;
    for (; pos + 4 <= stop; pos += 4) bits |= view.getInt32(pos, true);
    bits &= 0x80808080;
    for (; pos < stop; pos++) bits |= (input[pos] as number) & 0x80;
    return bits === 0;
  }

  /**
   * Puts the UTF-16 of these bytes where units are put, from `first` on, where there is room for as many units as bytes.
   *
   * @returns where they end; -1 when these bytes are not UTF-8
   */
  #transcode(start: number, stop: number, first: number): number {
    const input = this.#input;
    const view = this.#view;
    const units = this.#units;
    let count = first;
    let pos = start;
    while (pos < stop) {
      const lead = input[pos] as number;
      if (lead < 0x80) {
        units[count++] = lead;
        pos++;
      } else if (lead < 0xe0) {
        const from = pos;
        for (; pos + 4 <= stop; pos += 4) {
          const pairs = view.getInt32(pos);
          if ((pairs & PAIRS_MASK) !== PAIRS || (pairs & 0x1e000000) === 0 || (pairs & 0x1e00) === 0) break;
          units[count++] = ((pairs >>> 18) & 0x7c0) | ((pairs >>> 16) & 0x3f);
          units[count++] = ((pairs >>> 2) & 0x7c0) | (pairs & 0x3f);
        }
        if (pos > from) continue;
        const pair = pos + 2 <= stop ? view.getUint16(pos) : 0;
        if (pair < 0xc280 || (pair & 0xe0c0) !== 0xc080) return -1;
        units[count++] = ((pair >>> 2) & 0x7c0) | (pair & 0x3f);
        pos += 2;
      } else {
        const size = lead < 0xf0 ? 3 : 4;
        if (pos + size > stop || !this.#transcodeLong(pos, size, count)) return -1;
        pos += size;
        count += size - 2;
      }
    }
    return count;
  }

  /** The unit of a character of 3 bytes, or the two of one of 4, put at `count`. False when it is not UTF-8. */
  #transcodeLong(pos: number, size: number, count: number): boolean {
    const input = this.#input;
    const units = this.#units;
    let point = (input[pos] as number) & 0x0f;
    for (let i = pos + 1; i < pos + size; i++) {
      const byte = input[i] as number;
      if ((byte & 0xc0) !== 0x80) return false;
      point = (point << 6) | (byte & 0x3f);
    }
    if (size === 3) {
      units[count] = point;
      return point >= 0x800 && (point < 0xd800 || point >= 0xe000);
    }
    units[count] = 0xd7c0 + (point >> 10);
    units[count + 1] = 0xdc00 | (point & 0x3ff);
    return point >= 0x10000 && point <= 0x10ffff;
  }
}

/** The string of up to 16 units: V8 makes one of so many arguments in 10 to 30 ns. */
function fromUnits(u: Uint16Array, count: number): string {
  // biome-ignore format: one row a case
  switch (count) {
    case 1: return fromCharCode(u[0]);
    case 2: return fromCharCode(u[0], u[1]);
    case 3: return fromCharCode(u[0], u[1], u[2]);
    case 4: return fromCharCode(u[0], u[1], u[2], u[3]);
    case 5: return fromCharCode(u[0], u[1], u[2], u[3], u[4]);
    case 6: return fromCharCode(u[0], u[1], u[2], u[3], u[4], u[5]);
    case 7: return fromCharCode(u[0], u[1], u[2], u[3], u[4], u[5], u[6]);
    case 8: return fromCharCode(u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7]);
    case 9: return fromCharCode(u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8]);
    case 10: return fromCharCode(u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9]);
    case 11: return fromCharCode(u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10]);
    case 12: return fromCharCode(u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11]);
    case 13: return fromCharCode(u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12]);
    case 14: return fromCharCode(u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13]);
    case 15: return fromCharCode(u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13], u[14]);
    case 16: return fromCharCode(u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12], u[13], u[14], u[15]);
    default: return '';
  }
}

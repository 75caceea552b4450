import { LanewiseError } from '../error.ts';
import type { ResolvedOptions } from './options.ts';
import { encodeText, sizeBound } from './strings.ts';

/** Memory at the start. */
const SIZE_START = 2048;
/** What is kept for the next message; a larger message gives its memory back. */
const SIZE_KEPT = 1 << 20;
/** A header has at most one byte, four of length and one of type. */
const HEADER_MAX = 6;
const UINT32_LIMIT = 2 ** 32;
const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;

/** The header bytes of one family: for what is counted within the header byte itself, then by 1, 2 and 4 bytes of length. */
interface Family {
  readonly fix: number;
  /** Counts below this are within the header byte. */
  readonly fixLimit: number;
  /** 0 where the family has no length of one byte. */
  readonly one: number;
  readonly two: number;
  readonly four: number;
}
const STRING: Family = { fix: 0xa0, fixLimit: 32, one: 0xd9, two: 0xda, four: 0xdb };
const BINARY: Family = { fix: 0, fixLimit: 0, one: 0xc4, two: 0xc5, four: 0xc6 };
const ARRAY: Family = { fix: 0x90, fixLimit: 16, one: 0, two: 0xdc, four: 0xdd };
const MAP: Family = { fix: 0x80, fixLimit: 16, one: 0, two: 0xde, four: 0xdf };
const EXTENSION: Family = { fix: 0, fixLimit: 0, one: 0xc7, two: 0xc8, four: 0xc9 };

/** Writes MessagePack formats, each the smallest for its value, into memory that grows by doubling. */
export class Writer {
  readonly #float32: ResolvedOptions['float32'];
  #bytes = new Uint8Array(SIZE_START);
  #view = new DataView(this.#bytes.buffer);
  #size = 0;

  constructor(float32: ResolvedOptions['float32']) {
    this.#float32 = float32;
  }

  /** Begins a new message in place of what was written. */
  clear(): void {
    this.#size = 0;
    if (this.#bytes.length > SIZE_KEPT) this.#replace(new Uint8Array(SIZE_START));
  }

  /** What was written, a view that the next message overwrites. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  /** What was written, a copy. */
  copy(): Uint8Array {
    return this.#bytes.slice(0, this.#size);
  }

  /** Writes null, a boolean, a number or a string; anything else is not written, and gives false. */
  scalar(value: unknown): boolean {
    if (typeof value === 'string') this.string(value);
    else if (typeof value === 'number') this.number(value);
    else if (typeof value === 'boolean') this.#byte(value ? 0xc3 : 0xc2);
    else if (value === null) this.nil();
    else return false;
    return true;
  }

  nil(): void {
    this.#byte(0xc0);
  }

  /**
   * An integer that a double holds exactly (a safe one) as integer; the rest as float, which is what comes back as the same number:
   * an integer format beyond the safe range would come back as a BigInt. So would -0 lose its sign.
   */
  number(value: number): void {
    if ((value | 0) === value && (value !== 0 || !Object.is(value, -0))) this.#int32(value);
    else if (Number.isSafeInteger(value) && value !== 0) this.#int53(value);
    else this.#float(value);
  }

  /** Writes nothing and gives false when 64 bits do not hold the integer. */
  bigint(value: bigint): boolean {
    const number = Number(value);
    if (Number.isSafeInteger(number)) {
      this.number(number);
      return true;
    }
    if (value < INT64_MIN || value > UINT64_MAX) return false;
    const pos = this.#take(9);
    this.#bytes[pos] = value < 0n ? 0xd3 : 0xcf;
    this.#view.setBigUint64(pos + 1, BigInt.asUintN(64, value));
    return true;
  }

  string(text: string): void {
    if (text.length >= STRING.fixLimit || !this.#fixString(text)) this.#longString(text);
  }

  /** Most strings are names and words. Gives false, with nothing written, when the text takes too many bytes for a header of one byte. */
  #fixString(text: string): boolean {
    const pos = this.#reserve(HEADER_MAX + STRING.fixLimit * 3);
    const bytes = this.#bytes;
    const end = encodeText(text, bytes, pos + 1);
    const length = end - pos - 1;
    if (length >= STRING.fixLimit) return false;
    bytes[pos] = STRING.fix | length;
    this.#size = end;
    return true;
  }

  #longString(text: string): void {
    const pos = this.#reserve(sizeBound(text) + HEADER_MAX);
    // The header of a text that is ASCII; the text moves where it turns out to need a longer one.
    const guess = headerSize(STRING, text.length);
    const end = encodeText(text, this.#bytes, pos + guess);
    const length = end - pos - guess;
    const needed = headerSize(STRING, length);
    if (needed !== guess) this.#bytes.copyWithin(pos + needed, pos + guess, end);
    this.#header(STRING, length, pos);
    this.#size = pos + needed + length;
  }

  binary(data: Uint8Array): void {
    const pos = this.#reserve(data.length + HEADER_MAX);
    const start = this.#header(BINARY, data.length, pos);
    this.#bytes.set(data, start);
    this.#size = start + data.length;
  }

  extension(type: number, data: Uint8Array): void {
    const { length } = data;
    let pos = this.#reserve(length + HEADER_MAX);
    const isFixed = length > 0 && length <= 16 && (length & (length - 1)) === 0;
    // fixext 1, 2, 4, 8 and 16 are 0xd4 to 0xd8.
    if (isFixed) this.#bytes[pos++] = 0xd4 + (31 - Math.clz32(length));
    else pos = this.#header(EXTENSION, length, pos);
    this.#bytes[pos++] = type;
    this.#bytes.set(data, pos);
    this.#size = pos + length;
  }

  /** The header of an array; as many values must follow. */
  array(count: number): void {
    const pos = this.#reserve(HEADER_MAX);
    this.#size = this.#header(ARRAY, count, pos);
  }

  /** The header of a map; as many keys, each with its value, must follow. */
  map(count: number): void {
    const pos = this.#reserve(HEADER_MAX);
    this.#size = this.#header(MAP, count, pos);
  }

  #int32(value: number): void {
    const pos = this.#reserve(5);
    const bytes = this.#bytes;
    if (value >= 0) {
      if (value < 0x80) {
        bytes[pos] = value;
        this.#size = pos + 1;
      } else if (value < 0x100) {
        bytes[pos] = 0xcc;
        bytes[pos + 1] = value;
        this.#size = pos + 2;
      } else if (value < 0x1_0000) {
        bytes[pos] = 0xcd;
        bytes[pos + 1] = value >> 8;
        bytes[pos + 2] = value;
        this.#size = pos + 3;
      } else {
        this.#word(0xce, value, pos);
      }
    } else if (value >= -0x20) {
      bytes[pos] = value;
      this.#size = pos + 1;
    } else if (value >= -0x80) {
      bytes[pos] = 0xd0;
      bytes[pos + 1] = value;
      this.#size = pos + 2;
    } else if (value >= -0x8000) {
      bytes[pos] = 0xd1;
      bytes[pos + 1] = value >> 8;
      bytes[pos + 2] = value;
      this.#size = pos + 3;
    } else {
      this.#word(0xd2, value, pos);
    }
  }

  /** A safe integer beyond int32. */
  #int53(value: number): void {
    if (value >= 0 && value < UINT32_LIMIT) {
      this.#word(0xce, value, this.#reserve(5));
      return;
    }
    const pos = this.#take(9);
    this.#bytes[pos] = value < 0 ? 0xd3 : 0xcf;
    this.#view.setInt32(pos + 1, Math.floor(value / UINT32_LIMIT));
    this.#view.setUint32(pos + 5, value >>> 0);
  }

  #float(value: number): void {
    const isNumber = !Number.isNaN(value);
    if (this.#float32 === 'exact' && (!isNumber || Math.fround(value) === value)) {
      const pos = this.#take(5);
      this.#bytes[pos] = 0xca;
      // The bits that a NaN has in memory are the engine's affair; on the wire there is one NaN.
      if (isNumber) this.#view.setFloat32(pos + 1, value);
      else this.#view.setUint32(pos + 1, 0x7fc0_0000);
      return;
    }
    const pos = this.#take(9);
    this.#bytes[pos] = 0xcb;
    if (isNumber) this.#view.setFloat64(pos + 1, value);
    else this.#view.setBigUint64(pos + 1, 0x7ff8_0000_0000_0000n);
  }

  /** A header byte and four bytes. */
  #word(header: number, value: number, pos: number): void {
    this.#bytes[pos] = header;
    this.#view.setUint32(pos + 1, value);
    this.#size = pos + 5;
  }

  #byte(value: number): void {
    // The memory may be another one once there is room.
    const pos = this.#take(1);
    this.#bytes[pos] = value;
  }

  /** Writes a header at `pos`, where there is room for it, and gives the offset behind it. */
  #header(family: Family, count: number, pos: number): number {
    const bytes = this.#bytes;
    if (count < family.fixLimit) {
      bytes[pos] = family.fix | count;
      return pos + 1;
    }
    if (count < 0x100 && family.one !== 0) {
      bytes[pos] = family.one;
      bytes[pos + 1] = count;
      return pos + 2;
    }
    if (count < 0x1_0000) {
      bytes[pos] = family.two;
      bytes[pos + 1] = count >> 8;
      bytes[pos + 2] = count;
      return pos + 3;
    }
    if (count >= UINT32_LIMIT) throw new LanewiseError('LW_SIZE', -1, undefined, `no header of MessagePack counts to ${count}`);
    bytes[pos] = family.four;
    this.#view.setUint32(pos + 1, count);
    return pos + 5;
  }

  /** Makes room for `count` bytes and counts them as written. */
  #take(count: number): number {
    const pos = this.#reserve(count);
    this.#size = pos + count;
    return pos;
  }

  /** Makes room for `count` bytes and gives the offset of the first. */
  #reserve(count: number): number {
    const pos = this.#size;
    if (pos + count > this.#bytes.length) this.#grow(pos + count);
    return pos;
  }

  #grow(size: number): void {
    const grown = allocate(Math.max(size, this.#bytes.length * 2)) ?? allocate(size);
    if (grown === undefined) throw new LanewiseError('LW_SIZE', -1, undefined, `no memory for a message of ${size} bytes`);
    grown.set(this.#bytes.subarray(0, this.#size));
    this.#replace(grown);
  }

  #replace(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** undefined when the host has no such amount. */
function allocate(size: number): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(size);
  } catch {
    return undefined;
  }
}

function headerSize(family: Family, count: number): number {
  if (count < family.fixLimit) return 1;
  if (count < 0x100 && family.one !== 0) return 2;
  return count < 0x1_0000 ? 3 : 5;
}

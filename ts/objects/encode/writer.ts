import { LanewiseError } from '../../error.ts';
import { TIMESTAMP_TYPE } from '../extension.ts';
import type { ResolvedOptions } from '../options.ts';
import { encodeText, isHighSurrogate, isLowSurrogate, REPLACEMENT_UNIT, sizeBound } from '../strings.ts';
import { putTimestamp, timestampSize } from '../timestamp.ts';
import { canShare, type Memory, takeChunk, takeMemory } from './memory.ts';
import type { Key } from './shapes.ts';

/** What is free behind the limit of the memory: room for a key of a shape and a word or a number behind it, which need no check then. */
const MARGIN = 256;
/** A message up to this size lies in a chunk with others. */
const SHARED_MAX = canShare ? 2048 : 0;
const SCRATCH_START = 1 << 14;
/** What is kept for the next message; a larger message gives its memory away. */
const SCRATCH_KEPT = 1 << 20;
/** Memory for a message like the one before it, with this margin and up to this size. */
const SIZE_RATIO = 17 / 16;
const EXPECTED_MAX = 1 << 26;
/** A large message is given out as it lies when no more than this part of its memory is left over, else as a copy. */
const WASTE_MAX = 1 / 8;
/** Texts of fewer units, the words, are converted here: a call into the host costs more. Each takes three bytes a unit at most. */
const WORD_LIMIT = 32;
/** A word with as many units that take two bytes each needs a header of two bytes. */
const LONG_WORD = 16;
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

/**
 * Writes MessagePack formats, each the smallest for its value.
 *
 * Methods that write take the position to write at and give the one behind it. Both are positions in `bytes` as they are at that time: a
 * method that lacks room moves the message to other memory, where it may start elsewhere. `key`, `number` and words (short strings) rely
 * on it that the position was not behind `limit` before the key: see `room`.
 */
export class Writer {
  /** INVARIANT: of one memory, of which `MARGIN` bytes are behind `limit`. */
  bytes: Uint8Array;
  view: DataView;
  limit: number;
  readonly #isExact: boolean;
  #chunk: Memory;
  /** Of the chunk: where the next message may start. */
  #free = 0;
  /** For messages that are too large for a chunk, and for views. */
  #scratch: Memory | undefined;
  #start = 0;
  #sizeBefore = 0;

  constructor(float32: ResolvedOptions['float32']) {
    this.#isExact = float32 === 'exact';
    this.#chunk = takeChunk();
    this.bytes = this.#chunk.bytes;
    this.view = this.#chunk.view;
    this.limit = this.bytes.length - MARGIN;
  }

  /** Begins a message for `end`. */
  begin(): number {
    const start = (this.#free + 7) & ~7;
    // A chunk that somebody has transferred has the length 0.
    if (start + Math.min(this.#sizeBefore, SHARED_MAX) + MARGIN > this.#chunk.bytes.length) return this.#beginChunk();
    if (this.bytes !== this.#chunk.bytes) this.#leaveScratch();
    this.#start = start;
    return start;
  }

  /** What was written up to `pos` since `begin`, in memory that nothing else is written to. */
  end(pos: number): Uint8Array {
    const { bytes } = this;
    const start = this.#start;
    this.#sizeBefore = pos - start;
    if (bytes.length === 0) throw transferred();
    if (bytes === this.#chunk.bytes) {
      if (pos - start > SHARED_MAX) return bytes.slice(start, pos);
      this.#free = pos;
      return new Uint8Array(bytes.buffer, start, pos - start);
    }
    this.#leaveScratch();
    if (bytes.length <= SCRATCH_KEPT) return bytes.slice(0, pos);
    return bytes.length - pos <= pos * WASTE_MAX ? bytes.subarray(0, pos) : bytes.slice(0, pos);
  }

  /** Begins a message for `endView`. */
  beginView(): number {
    const scratch = this.#scratch;
    const size = scratch?.bytes.length ?? 0;
    // What somebody has transferred has the length 0.
    if (scratch === undefined || size === 0 || size > SCRATCH_KEPT) {
      this.#scratch = undefined;
      this.#beginLarger(0);
    } else {
      this.#start = 0;
      if (this.bytes !== scratch.bytes) this.#use(scratch);
    }
    return 0;
  }

  /** What was written up to `pos` since `beginView`, in memory that the next message may overwrite. */
  endView(pos: number): Uint8Array {
    if (this.bytes.length === 0) throw transferred();
    this.#sizeBefore = pos;
    return new Uint8Array(this.bytes.buffer, 0, pos);
  }

  /** Makes room for `count` bytes and `MARGIN` more. Where there is room already, a caller in a hurry need not ask. */
  room(pos: number, count: number): number {
    return pos + count > this.limit ? this.#grow(pos, count) : pos;
  }

  nil(pos: number): number {
    this.bytes[pos] = 0xc0;
    return pos + 1;
  }

  boolean(value: boolean, pos: number): number {
    this.bytes[pos] = value ? 0xc3 : 0xc2;
    return pos + 1;
  }

  /**
   * An integer that a double holds exactly (a safe one) as integer; the rest as float, which is what comes back as the same number:
   * an integer format beyond the safe range would come back as a BigInt. So would -0 lose its sign.
   */
  number(value: number, pos: number): number {
    const integer = value | 0;
    if (integer !== value) return this.#notInt32(value, pos);
    const { bytes } = this;
    if (integer >= 0) {
      if (integer < 0x80) {
        if (integer === 0 && Object.is(value, -0)) return this.#float(value, pos);
        bytes[pos] = integer;
        return pos + 1;
      }
      if (integer < 0x100) {
        bytes[pos] = 0xcc;
        bytes[pos + 1] = integer;
        return pos + 2;
      }
      if (integer < 0x1_0000) {
        bytes[pos] = 0xcd;
        bytes[pos + 1] = integer >> 8;
        bytes[pos + 2] = integer;
        return pos + 3;
      }
      bytes[pos] = 0xce;
      this.view.setInt32(pos + 1, integer);
      return pos + 5;
    }
    if (integer >= -0x20) {
      bytes[pos] = integer;
      return pos + 1;
    }
    if (integer >= -0x80) {
      bytes[pos] = 0xd0;
      bytes[pos + 1] = integer;
      return pos + 2;
    }
    if (integer >= -0x8000) {
      bytes[pos] = 0xd1;
      bytes[pos + 1] = integer >> 8;
      bytes[pos + 2] = integer;
      return pos + 3;
    }
    bytes[pos] = 0xd2;
    this.view.setInt32(pos + 1, integer);
    return pos + 5;
  }

  /** The same for a number of which most likely is that it is no integer: an element of an array of doubles. */
  double(value: number, pos: number): number {
    // The difference is positive for those that are no integer alone: it is NaN for NaN and infinities.
    if (!(value - Math.floor(value) > 0) || (this.#isExact && Math.fround(value) === value)) return this.number(value, pos);
    this.bytes[pos] = 0xcb;
    this.view.setFloat64(pos + 1, value);
    return pos + 9;
  }

  /** -1, with nothing written, when 64 bits do not hold the integer. */
  bigint(value: bigint, pos: number): number {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return this.number(number, pos);
    if (value < INT64_MIN || value > UINT64_MAX) return -1;
    this.bytes[pos] = value < 0n ? 0xd3 : 0xcf;
    this.view.setBigUint64(pos + 1, BigInt.asUintN(64, value));
    return pos + 9;
  }

  /** A key of a shape. */
  key(key: Key, pos: number): number {
    const { view } = this;
    const { size } = key;
    view.setInt32(pos, key.first, true);
    if (size > 4) {
      view.setInt32(pos + 4, key.second, true);
      if (size > 8) {
        view.setInt32(pos + 8, key.third, true);
        if (size > 12) this.#restOf(key, pos);
      }
    }
    return pos + size;
  }

  #restOf({ words }: Key, pos: number): void {
    const { view } = this;
    for (let i = 3; i < words.length; i++) view.setInt32(pos + 4 * i, words[i] as number, true);
  }

  string(text: string, pos: number): number {
    const { length } = text;
    if (length >= WORD_LIMIT) return this.#longString(text, pos);
    const { bytes, view } = this;
    // Most words are of one alphabet, and the first unit tells which.
    if (length > 0 && text.charCodeAt(0) >= 0x80) {
      const guess = length >= LONG_WORD ? 2 : 1;
      let at = pos + guess;
      for (let i = 0; i < length; i++) {
        const unit = text.charCodeAt(i);
        if (unit >= 0x800) return this.#restOfWord(text, i, pos, guess, at);
        if (unit >= 0x80) {
          view.setInt16(at, 0xc080 | ((unit << 2) & 0x1f00) | (unit & 0x3f));
          at += 2;
        } else {
          bytes[at++] = unit;
        }
      }
      if (guess === 2) return this.#wordHeader(pos, guess, at);
      bytes[pos] = STRING.fix | (at - pos - 1);
      return at;
    }
    let at = pos + 1;
    let i = 0;
    for (; i + 4 <= length; i += 4) {
      const a = text.charCodeAt(i);
      const b = text.charCodeAt(i + 1);
      const c = text.charCodeAt(i + 2);
      const d = text.charCodeAt(i + 3);
      if ((a | b | c | d) >= 0x80) return this.#restOfWord(text, i, pos, 1, at);
      view.setInt32(at, a | (b << 8) | (c << 16) | (d << 24), true);
      at += 4;
    }
    for (; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) return this.#restOfWord(text, i, pos, 1, at);
      bytes[at++] = unit;
    }
    bytes[pos] = STRING.fix | length;
    return at;
  }

  /** Puts the header before a word that was written up to `end` behind room for `guess` bytes, and gives the position behind the word. */
  #wordHeader(pos: number, guess: number, end: number): number {
    const size = end - pos - guess;
    if (size < STRING.fixLimit) {
      if (guess !== 1) return this.#stringHeader(pos, guess, size);
      this.bytes[pos] = STRING.fix | size;
      return end;
    }
    if (guess !== 2) return this.#stringHeader(pos, guess, size);
    // No word takes 256 bytes.
    this.bytes[pos] = STRING.one;
    this.bytes[pos + 1] = size;
    return end;
  }

  /** The units of a word from `first` on, written from `start` on. Its header is not written yet; `guess` bytes are left for it. */
  #restOfWord(text: string, first: number, pos: number, guess: number, start: number): number {
    const { bytes } = this;
    const { length } = text;
    let at = start;
    for (let i = first; i < length; i++) {
      let unit = text.charCodeAt(i);
      if (unit < 0x80) {
        bytes[at++] = unit;
      } else if (unit < 0x800) {
        bytes[at] = 0xc0 | (unit >> 6);
        bytes[at + 1] = 0x80 | (unit & 0x3f);
        at += 2;
      } else if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(i + 1))) {
        const point = 0x10000 + ((unit & 0x3ff) << 10) + (text.charCodeAt(++i) & 0x3ff);
        bytes[at] = 0xf0 | (point >> 18);
        bytes[at + 1] = 0x80 | ((point >> 12) & 0x3f);
        bytes[at + 2] = 0x80 | ((point >> 6) & 0x3f);
        bytes[at + 3] = 0x80 | (point & 0x3f);
        at += 4;
      } else {
        if (unit >= 0xd800 && unit < 0xe000) unit = REPLACEMENT_UNIT;
        bytes[at] = 0xe0 | (unit >> 12);
        bytes[at + 1] = 0x80 | ((unit >> 6) & 0x3f);
        bytes[at + 2] = 0x80 | (unit & 0x3f);
        at += 3;
      }
    }
    return this.#wordHeader(pos, guess, at);
  }

  #longString(text: string, start: number): number {
    const pos = this.room(start, sizeBound(text) + HEADER_MAX);
    // The header of a text that is ASCII.
    const guess = headerSize(STRING, text.length);
    const end = encodeText(text, this.bytes, pos + guess);
    return this.#stringHeader(pos, guess, end - pos - guess);
  }

  /** Puts the header before a text that was written behind room for `guess` bytes. The text moves when it needs another. */
  #stringHeader(pos: number, guess: number, size: number): number {
    const needed = headerSize(STRING, size);
    if (needed !== guess) this.bytes.copyWithin(pos + needed, pos + guess, pos + guess + size);
    return this.#header(STRING, size, pos) + size;
  }

  binary(data: Uint8Array, start: number): number {
    const pos = this.#header(BINARY, data.length, this.room(start, data.length + HEADER_MAX));
    this.bytes.set(data, pos);
    return pos + data.length;
  }

  extension(type: number, data: Uint8Array, start: number): number {
    const { length } = data;
    const pos = this.#extensionHeader(type, length, this.room(start, length + HEADER_MAX));
    this.bytes.set(data, pos);
    return pos + length;
  }

  timestamp(seconds: number | bigint, nanoseconds: number, start: number): number {
    const size = timestampSize(seconds, nanoseconds);
    const pos = this.#extensionHeader(TIMESTAMP_TYPE, size, this.room(start, size + HEADER_MAX));
    putTimestamp(this.view, pos, size, seconds, nanoseconds);
    return pos + size;
  }

  #extensionHeader(type: number, length: number, start: number): number {
    let pos = start;
    const isFixed = length > 0 && length <= 16 && (length & (length - 1)) === 0;
    // fixext 1, 2, 4, 8 and 16 are 0xd4 to 0xd8.
    if (isFixed) this.bytes[pos++] = 0xd4 + (31 - Math.clz32(length));
    else pos = this.#header(EXTENSION, length, pos);
    this.bytes[pos++] = type;
    return pos;
  }

  /** The header of an array; as many values must follow. */
  array(count: number, pos: number): number {
    if (count >= ARRAY.fixLimit) return this.#header(ARRAY, count, pos);
    this.bytes[pos] = ARRAY.fix | count;
    return pos + 1;
  }

  /** The header of a map; as many keys, each with its value, must follow. */
  map(count: number, pos: number): number {
    if (count >= MAP.fixLimit) return this.#header(MAP, count, pos);
    this.bytes[pos] = MAP.fix | count;
    return pos + 1;
  }

  /** A number that is no int32. */
  #notInt32(value: number, pos: number): number {
    if (Math.floor(value) !== value || !Number.isSafeInteger(value)) return this.#float(value, pos);
    if (value >= 0 && value < UINT32_LIMIT) {
      this.bytes[pos] = 0xce;
      this.view.setUint32(pos + 1, value);
      return pos + 5;
    }
    this.bytes[pos] = value < 0 ? 0xd3 : 0xcf;
    this.view.setInt32(pos + 1, Math.floor(value / UINT32_LIMIT));
    this.view.setUint32(pos + 5, value >>> 0);
    return pos + 9;
  }

  #float(value: number, pos: number): number {
    const isNumber = !Number.isNaN(value);
    if (this.#isExact && (!isNumber || Math.fround(value) === value)) {
      this.bytes[pos] = 0xca;
      // The bits that a NaN has in memory are the engine's affair; on the wire there is one NaN.
      if (isNumber) this.view.setFloat32(pos + 1, value);
      else this.view.setUint32(pos + 1, 0x7fc0_0000);
      return pos + 5;
    }
    this.bytes[pos] = 0xcb;
    if (isNumber) this.view.setFloat64(pos + 1, value);
    else this.view.setBigUint64(pos + 1, 0x7ff8_0000_0000_0000n);
    return pos + 9;
  }

  /** Writes a header at `pos`, where there is room for it, and gives the offset behind it. */
  #header(family: Family, count: number, pos: number): number {
    const { bytes } = this;
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
    this.view.setUint32(pos + 1, count);
    return pos + 5;
  }

  #use(memory: Memory): void {
    this.bytes = memory.bytes;
    this.view = memory.view;
    this.limit = this.bytes.length - MARGIN;
  }

  #leaveScratch(): void {
    if (this.#scratch !== undefined && this.#scratch.bytes.length > SCRATCH_KEPT) this.#scratch = undefined;
    this.#use(this.#chunk);
  }

  #beginChunk(): number {
    this.#chunk = takeChunk();
    this.#leaveScratch();
    this.#start = 0;
    return 0;
  }

  /** Moves the message to memory that has room for `count` bytes more. Gives the position in it. */
  #grow(pos: number, count: number): number {
    if (this.bytes.length === 0) throw transferred();
    const written = this.bytes.subarray(this.#start, pos);
    const size = written.length + count + MARGIN;
    if (this.bytes === this.#chunk.bytes && this.#start > 0 && size <= SHARED_MAX) this.#beginChunk();
    else this.#beginLarger(size);
    this.bytes.set(written);
    return written.length;
  }

  #beginLarger(size: number): void {
    const old = this.#scratch;
    if (old === undefined || this.bytes === old.bytes || old.bytes.length < size) {
      const doubled = this.bytes === old?.bytes ? old.bytes.length * 2 : SCRATCH_START;
      // A large message is mostly followed by others of its size.
      const expected = this.#sizeBefore > SCRATCH_KEPT ? Math.min(this.#sizeBefore * SIZE_RATIO, EXPECTED_MAX) : 0;
      this.#scratch = takeMemory(Math.max(size, doubled, expected)) ?? take(size);
    }
    this.#start = 0;
    this.#use(this.#scratch as Memory);
  }
}

function take(size: number): Memory {
  const memory = takeMemory(size);
  if (memory === undefined) throw new LanewiseError('LW_SIZE', -1, undefined, `no memory for a message of ${size} bytes`);
  return memory;
}

function transferred(): TypeError {
  return new TypeError('the memory of the message was transferred while it was written');
}

function headerSize(family: Family, count: number): number {
  if (count < family.fixLimit) return 1;
  if (count < 0x100 && family.one !== 0) return 2;
  return count < 0x1_0000 ? 3 : 5;
}

import { decodeAsciiPart } from './strings.ts';

/** Bytes of ASCII that become one string, from which short ones are cut; that takes 12 ns, a call into the host 60 to 100. */
const WINDOW = 2048;
/** A string of more bytes is made by the host. */
const CUT_MAX = 64;
const UNITS_MAX = 96;

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
  #window = '';
  #windowStart = 0;
  #windowEnd = 0;
  readonly #units = new Uint16Array(UNITS_MAX);

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
    if (length > CUT_MAX) return undefined;
    if (!this.#isAscii(start, stop)) return length <= UNITS_MAX ? this.#readUtf8(start, stop) : undefined;
    if (stop > this.#windowEnd || start < this.#windowStart) {
      const text = decodeAsciiPart(this.#input, start, Math.min(this.#end, start + WINDOW));
      this.#window = text;
      this.#windowStart = start;
      this.#windowEnd = start + text.length;
    }
    return this.#window.substring(start - this.#windowStart, stop - this.#windowStart);
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

  /** As `read`, of a string that has other characters than ASCII. */
  #readUtf8(start: number, stop: number): string | undefined {
    const input = this.#input;
    const units = this.#units;
    let count = 0;
    let pos = start;
    while (pos < stop) {
      const lead = input[pos++] as number;
      if (lead < 0x80) {
        units[count++] = lead;
      } else if (lead < 0xe0) {
        const second = input[pos] as number;
        if (lead < 0xc2 || pos >= stop || (second & 0xc0) !== 0x80) return undefined;
        units[count++] = ((lead & 0x1f) << 6) | (second & 0x3f);
        pos++;
      } else {
        const size = lead < 0xf0 ? 3 : 4;
        if (pos + size - 1 > stop || lead > 0xf4) return undefined;
        const second = input[pos] as number;
        const third = input[pos + 1] as number;
        if ((second & 0xc0) !== 0x80 || (third & 0xc0) !== 0x80) return undefined;
        if (size === 3) {
          const unit = ((lead & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f);
          if (unit < 0x800 || (unit >= 0xd800 && unit < 0xe000)) return undefined;
          units[count++] = unit;
        } else {
          const fourth = input[pos + 2] as number;
          const point = ((lead & 0x07) << 18) | ((second & 0x3f) << 12) | ((third & 0x3f) << 6) | (fourth & 0x3f);
          if ((fourth & 0xc0) !== 0x80 || point < 0x10000 || point > 0x10ffff) return undefined;
          units[count++] = 0xd7c0 + (point >> 10);
          units[count++] = 0xdc00 | (point & 0x3ff);
        }
        pos += size - 1;
      }
    }
    return fromUnits(units, count);
  }
}

/** The string of the first `count` units. */
function fromUnits(u: Uint16Array, count: number): string | undefined {
  const { fromCharCode } = String;
  // biome-ignore format: one row a case
  switch (count) {
    case 1: return fromCharCode(u[0] as number);
    case 2: return fromCharCode(u[0] as number, u[1] as number);
    case 3: return fromCharCode(u[0] as number, u[1] as number, u[2] as number);
    case 4: return fromCharCode(u[0] as number, u[1] as number, u[2] as number, u[3] as number);
    case 5: return fromCharCode(u[0] as number, u[1] as number, u[2] as number, u[3] as number, u[4] as number);
    case 6: return fromCharCode(u[0] as number, u[1] as number, u[2] as number, u[3] as number, u[4] as number, u[5] as number);
    default: return undefined;
  }
}

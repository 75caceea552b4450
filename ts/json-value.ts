import { decodeAscii } from './objects/strings.ts';
import { textOf } from './utf8.ts';

const QUOTE = 0x22;
const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
/** Strings and numbers up to this size are made without `JSON.parse`. */
const SMALL_VALUE = 40;

/** The value that the engine found: one JSON value, checked, without white space around it. */
export function readValue(input: Uint8Array, start: number, end: number): unknown {
  const first = input[start] as number;
  if (end - start <= SMALL_VALUE) {
    if (first === QUOTE) {
      const text = decodeAscii(input, start + 1, end - 1);
      if (text !== undefined && !text.includes('\\')) return text;
    } else if (first === MINUS || (first >= ZERO && first <= NINE)) {
      return Number(decodeAscii(input, start, end));
    }
  }
  return JSON.parse(textOf(input, start, end));
}

/* JSON, as a cursor reads it. The bytes are a valid text, unless someone has changed them since. */
import { LanewiseError } from '../../error.ts';
import { decodeAscii, decodeText, findInvalid } from '../strings.ts';
import { changed, type DocumentType, type Format } from './cursor.ts';
import { isPoint, sizeOf } from './points.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SMALL_U = 0x75;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
/** Bytes of an escape that begins with `\u`, and of every other one. */
const UNIT_ESCAPE_SIZE = 6;
const ESCAPE_SIZE = 2;

export const JSON_FORMAT: Format = { closeSize: 1, typeAt, isContainer, lengthOf, keyOf, isKey, valueOf: plainValue };

function typeAt(input: Uint8Array, offset: number): DocumentType {
  switch (input[offset]) {
    case OPEN_BRACE:
      return 'object';
    case OPEN_BRACKET:
      return 'array';
    case QUOTE:
      return 'string';
    case 0x74:
    case 0x66:
      return 'boolean';
    case 0x6e:
      return 'null';
    default:
      return 'number';
  }
}

function isContainer(input: Uint8Array, offset: number): boolean {
  const byte = input[offset];
  return byte === OPEN_BRACE || byte === OPEN_BRACKET;
}

/** Units are counted, not made: a byte that starts a character is one, or two where it starts four bytes; an escape is one. */
function lengthOf(input: Uint8Array, start: number, end: number): number {
  if (input[start] !== QUOTE) return 0;
  const last = Math.min(end, input.length) - 1;
  let length = 0;
  for (let pos = start + 1; pos < last; pos++) {
    const byte = input[pos] as number;
    if (byte === BACKSLASH) pos += (input[pos + 1] === SMALL_U ? UNIT_ESCAPE_SIZE : ESCAPE_SIZE) - 1;
    if ((byte & 0xc0) !== 0x80) length += byte >= 0xf0 ? 2 : 1;
  }
  return length;
}

function keyOf(input: Uint8Array, start: number, end: number): string {
  const text = textOf(input, start + 1, end - 1);
  return text.includes('\\') ? (parse(`"${text}"`) as string) : text;
}

/** Compares unit by unit with the bytes, and decodes only at an escape. */
function isKey(input: Uint8Array, start: number, end: number, key: string): boolean {
  const last = end - 1;
  let pos = start + 1;
  for (let i = 0; i < key.length; i++) {
    const byte = input[pos];
    if (byte === BACKSLASH) return keyOf(input, start, end) === key;
    const unit = key.charCodeAt(i);
    if (unit < 0x80) {
      if (byte !== unit || pos === last) return false;
      pos++;
      continue;
    }
    const point = key.codePointAt(i) as number;
    const size = sizeOf(point);
    if (pos + size > last || !isPoint(input, pos, point, size)) return false;
    pos += size;
    if (point > 0xffff) i++;
  }
  return pos === last;
}

function plainValue(input: Uint8Array, start: number, end: number): unknown {
  switch (typeAt(input, start)) {
    case 'string':
      return keyOf(input, start, end);
    case 'number': {
      const number = Number(decodeAscii(input, start, end));
      return Number.isNaN(number) ? fail() : number;
    }
    default:
      return parse(textOf(input, start, end));
  }
}

function textOf(input: Uint8Array, start: number, end: number): string {
  const text = decodeText(input, start, end);
  if (text !== undefined) return text;
  throw end <= input.length && findInvalid(input, start, end) === end ? new LanewiseError('LW_SIZE') : changed();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return fail();
  }
}

function fail(): never {
  throw changed();
}

/* MessagePack, as a cursor reads it. The bytes are a valid value, unless someone has changed them since. */
import { LanewiseError } from '../../error.ts';
import { Decoder } from '../decode/decoder.ts';
import {
  ARRAY,
  BINARY,
  EXTENSION,
  FALSE,
  FIXARRAY,
  FIXEXT,
  FIXMAP,
  FIXSTR,
  FLOAT32,
  isContainer,
  MAP,
  NEGATIVE_FIXINT,
  NIL,
  readLength,
  STRING,
  widthOf,
} from '../format.ts';
import type { ResolvedOptions } from '../options.ts';
import { decodeText } from '../strings.ts';
import { changed, type DocumentType, type Format } from './cursor.ts';
import { countUnits, isText } from './points.ts';

/** The header of a map of one member. */
const MAP_OF_ONE = FIXMAP + 1;

export class MsgpackFormat implements Format {
  /** The end of a container is behind its last byte. */
  readonly closeSize = 0;
  readonly #options: ResolvedOptions;
  readonly #invalidUtf8: ResolvedOptions['invalidUtf8'];
  /** Made when they are asked for: to make one takes longer than to open a small document. */
  #values: Decoder | undefined;
  /** Reads a key that is no string as text. */
  #keys: Decoder | undefined;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.#invalidUtf8 = options.invalidUtf8;
  }

  typeAt(input: Uint8Array, offset: number): DocumentType {
    const type = typeOf(input[offset] as number);
    return type === 'string' && this.#invalidUtf8 === 'bytes' && !isUtf8At(input, offset) ? 'binary' : type;
  }

  isContainer(input: Uint8Array, offset: number): boolean {
    return isContainer(input[offset] as number);
  }

  lengthOf(input: Uint8Array, start: number, end: number): number {
    const type = typeOf(input[start] as number);
    if (type !== 'string' && type !== 'binary') return 0;
    const from = start + headerSize(input[start] as number);
    const last = Math.min(end, input.length);
    if (type === 'binary') return last - from;
    if (this.#invalidUtf8 === 'error') return countUnits(input, from, last);
    return (this.valueOf(input, start, last) as string | Uint8Array).length;
  }

  keyOf(input: Uint8Array, start: number, end: number): string {
    const header = input[start] as number;
    if (header < FIXMAP) return String(header);
    const text = typeOf(header) === 'string' ? decodeText(input, start + headerSize(header), end) : undefined;
    return text ?? this.#textOf(input, start, end);
  }

  isKey(input: Uint8Array, start: number, end: number, key: string): boolean {
    const header = input[start] as number;
    const isPlain = typeOf(header) === 'string' && this.#invalidUtf8 === 'error';
    return isPlain ? isText(input, start + headerSize(header), end, key) : this.keyOf(input, start, end) === key;
  }

  valueOf(input: Uint8Array, start: number, end: number): unknown {
    const bytes = input.subarray(start, end);
    this.#values ??= new Decoder(this.#options);
    try {
      return this.#values.decode(bytes);
    } catch (error) {
      throw this.#isGood(bytes) ? error : changed();
    }
  }

  /** Whether what was thrown is not for the bytes. */
  #isGood(bytes: Uint8Array): boolean {
    try {
      // Without what a user's extensions may throw.
      new Decoder({ ...this.#options, extensions: [] }).decode(bytes);
      return true;
    } catch (error) {
      return isTooLarge(error);
    }
  }

  /** The text of a key that is no string of UTF-8: what becomes of it as the only key of a map. */
  #textOf(input: Uint8Array, start: number, end: number): string {
    const map = new Uint8Array(end - start + 2);
    map[0] = MAP_OF_ONE;
    map.set(input.subarray(start, end), 1);
    map[map.length - 1] = NIL;
    this.#keys ??= new Decoder({ nonStringKeys: 'stringify', invalidUtf8: this.#invalidUtf8 });
    try {
      return Object.keys(this.#keys.decode(map) as object)[0] as string;
    } catch (error) {
      throw isTooLarge(error) ? error : changed();
    }
  }
}

/** What starts with this header; nothing does with 0xc1, or where there is no byte. */
function typeOf(header: number): DocumentType {
  if (header < FIXMAP || header >= NEGATIVE_FIXINT) return 'number';
  if (header < FIXARRAY || header >= MAP) return 'object';
  if (header < FIXSTR || header >= ARRAY) return 'array';
  if (header < NIL || header >= STRING) return 'string';
  if (header >= FIXEXT) return 'extension';
  if (header >= FLOAT32) return 'number';
  if (header >= EXTENSION) return 'extension';
  if (header >= BINARY) return 'binary';
  if (header >= FALSE) return 'boolean';
  if (header === NIL) return 'null';
  throw changed();
}

/** Bytes of the header of a string or of binary. */
function headerSize(header: number): number {
  return header < NIL ? 1 : 1 + widthOf(header);
}

function isUtf8At(input: Uint8Array, offset: number): boolean {
  const header = input[offset] as number;
  const start = offset + headerSize(header);
  const length = header < NIL ? header - FIXSTR : readLength(input, offset + 1, header);
  return decodeText(input, start, start + length) !== undefined;
}

function isTooLarge(error: unknown): boolean {
  return error instanceof LanewiseError && error.code === 'LW_SIZE';
}

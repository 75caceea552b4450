import { LanewiseError } from './error.ts';
import { Decoder } from './objects/decode/decoder.ts';
import { decodeAscii } from './objects/strings.ts';

const FIXMAP = 0x80;
const FIXSTR = 0xa0;
const NIL = 0xc0;

const decoder = new Decoder();

/** The value that the engine found: one MessagePack value, checked. */
export function readMsgpack(input: Uint8Array, start: number, end: number): unknown {
  const header = input[start] as number;
  if (header < FIXMAP) return header;
  if (header >= FIXSTR && header < NIL) {
    const text = decodeAscii(input, start + 1, end);
    if (text !== undefined) return text;
  }
  try {
    return decoder.decode(input.subarray(start, end));
  } catch (error) {
    // All that may be left is what no host can hold.
    throw error instanceof LanewiseError ? new LanewiseError(error.code, error.offset + start, input) : error;
  }
}

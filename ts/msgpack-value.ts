import { LanewiseError } from './error.ts';
import { decoderOf } from './msgpack-input.ts';
import { FIXMAP, FIXSTR, NIL } from './objects/format.ts';
import { decodeAscii } from './objects/strings.ts';

/** The value that the engine found: one MessagePack value, checked. */
export function readMsgpack(input: Uint8Array, start: number, end: number): unknown {
  const header = input[start] as number;
  if (header < FIXMAP) return header;
  if (header >= FIXSTR && header < NIL) {
    const text = decodeAscii(input, start + 1, end);
    if (text !== undefined) return text;
  }
  try {
    return decoderOf().decode(input.subarray(start, end));
  } catch (error) {
    // All that may be left is what no host can hold.
    throw error instanceof LanewiseError ? new LanewiseError(error.code, error.offset + start, input) : error;
  }
}

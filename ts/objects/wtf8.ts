import { decodeText } from './strings.ts';

/** Units that `String.fromCharCode` is given at once. */
const PART = 1 << 12;

/**
 * The string of WTF-8: UTF-8, in which a lone surrogate is three bytes like any other character of its range. It must be that.
 *
 * @returns undefined when it is longer than the host's strings can be
 */
export function decodeWtf8(input: Uint8Array, start: number, end: number): string | undefined {
  const text = decodeText(input, start, end);
  if (text !== undefined) return text;
  try {
    return decodeUnits(input, start, end);
  } catch {
    return undefined;
  }
}

function decodeUnits(input: Uint8Array, start: number, end: number): string {
  let text = '';
  let units: number[] = [];
  for (let pos = start; pos < end; ) {
    const lead = input[pos] as number;
    const size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    let point = size === 1 ? lead : lead & (0x7f >> size);
    for (let i = pos + 1; i < pos + size; i++) point = (point << 6) | ((input[i] as number) & 0x3f);
    if (size === 4) units.push(0xd7c0 + (point >> 10), 0xdc00 | (point & 0x3ff));
    else units.push(point);
    pos += size;
    if (units.length >= PART || pos >= end) {
      text += String.fromCharCode(...units);
      units = [];
    }
  }
  return text;
}

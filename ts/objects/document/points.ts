/* Code points in UTF-8, compared without decoding. */

/** Bytes of a code point in UTF-8, surrogates taken for characters; there are none in valid UTF-8. */
export function sizeOf(point: number): number {
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

/** Whether the `size` bytes at `pos` are the UTF-8 of `point`, which is not ASCII. */
export function isPoint(input: Uint8Array, pos: number, point: number, size: number): boolean {
  let rest = point;
  for (let i = size - 1; i > 0; i--) {
    if (input[pos + i] !== (0x80 | (rest & 0x3f))) return false;
    rest >>= 6;
  }
  const lead = (0xf00 >> size) & 0xff;
  return input[pos] === (lead | rest);
}

/** Whether the bytes from `start` to `end` are the UTF-8 of `text`. */
export function isText(input: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start < text.length) return false;
  let pos = start;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      if (input[pos] !== unit || pos >= end) return false;
      pos++;
      continue;
    }
    const point = text.codePointAt(i) as number;
    const size = sizeOf(point);
    if (pos + size > end || !isPoint(input, pos, point, size)) return false;
    pos += size;
    if (point > 0xffff) i++;
  }
  return pos === end;
}

/** UTF-16 units of the UTF-8 from `start` to `end`: counted, not made. A byte that starts a character is one, or two where it starts four bytes. */
export function countUnits(input: Uint8Array, start: number, end: number): number {
  let units = 0;
  for (let pos = start; pos < end; pos++) {
    const byte = input[pos] as number;
    if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

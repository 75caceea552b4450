import { LanewiseError } from './error.ts';
import { INPUT_MAX } from './input.ts';

/** Bytes in front of an item: its size and its kind. */
const HEAD_SIZE = 5;

/** One item of a list; what kinds there are, the call that takes the list says. */
export interface Item {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

/**
 * A list as one input: of each item four bytes with its size, the low one first, one with its kind, and its bytes.
 *
 * @throws {LanewiseError} LW_TOO_LARGE
 */
export function packList(list: readonly Item[]): Uint8Array {
  const size = list.reduce((sum, { bytes }) => sum + HEAD_SIZE + bytes.length, 0);
  if (size > INPUT_MAX) throw new LanewiseError('LW_TOO_LARGE');
  const packed = new Uint8Array(size);
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const { bytes, kind } of list) {
    view.setUint32(at, bytes.length, true);
    packed[at + HEAD_SIZE - 1] = kind;
    packed.set(bytes, at + HEAD_SIZE);
    at += HEAD_SIZE + bytes.length;
  }
  return packed;
}

/** The items of a list that `packList` or the engine has made; views of it. */
export function unpackList(packed: Uint8Array): Item[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  const list: Item[] = [];
  for (let at = 0; at < packed.length; ) {
    const start = at + HEAD_SIZE;
    const end = start + view.getUint32(at, true);
    list.push({ kind: packed[start - 1] as number, bytes: packed.subarray(start, end) });
    at = end;
  }
  return list;
}

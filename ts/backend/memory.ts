import { backend } from './current.ts';

/*
 * Results come through memory that is used again and again, one block per thread: a fresh typed array made by the other side would
 * cost more than most calls. Nobody outside this module keeps a view of it.
 */
const BYTES_ROOM = 1 << 16;
const WORDS_ROOM = 3 << 10;

/** Where calls write bytes. */
export const bytesOut = new Uint8Array(BYTES_ROOM);
/** Where calls write words. */
export const wordsOut = new Uint32Array(WORDS_ROOM);

/** The `size` bytes that the call just made produced, as an array of the caller's own. */
export function ownBytes(size: number): Uint8Array<ArrayBuffer> {
  if (size <= BYTES_ROOM) return bytesOut.slice(0, size);
  const bytes = new Uint8Array(size);
  backend.takeBytes(bytes);
  return bytes;
}

/** The `size` words that the call just made produced, as an array of the caller's own. */
export function ownWords(size: number): Uint32Array<ArrayBuffer> {
  if (size <= WORDS_ROOM) return wordsOut.slice(0, size);
  const words = new Uint32Array(size);
  backend.takeWords(words);
  return words;
}

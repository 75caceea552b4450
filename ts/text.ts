import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { ownWords, put } from './backend/frame.ts';
import { borrow } from './input.ts';

export { type Match, Matcher, type Matches, type SearchOptions, type Text } from './matcher.ts';
export { decodeUtf8, encodeUtf8, isUtf8 } from './utf8.ts';

/**
 * Offset of the start of each line: '\n' ends one, and nothing starts after a last '\n'. O(n).
 *
 * @returns one word a line, ascending, an array of the caller's own; empty for an empty haystack
 * @throws {LanewiseError} LW_SHARED_INPUT
 */
export function lineStarts(haystack: Uint8Array): Uint32Array<ArrayBuffer> {
  put(borrow(haystack));
  return ownWords(check(backend.lineStarts()));
}

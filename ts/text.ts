import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { ownWords, put } from './backend/frame.ts';
import { borrow } from './input.ts';

export { type Match, Matcher, type Matches, type SearchOptions, type Text } from './matcher.ts';
export { decodeUtf8, encodeUtf8, isUtf8 } from './utf8.ts';

/** Up to here a loop beats a crossing and a fresh copy of its words. */
const LOOP_MAX = 96;
const NEWLINE = 10;

/**
 * Offset of the start of each line: '\n' ends one, and nothing starts after a last '\n'. O(n).
 *
 * @returns one word a line, ascending, an array of the caller's own; empty for an empty haystack
 * @throws {LanewiseError} LW_SHARED_INPUT
 */
export function lineStarts(haystack: Uint8Array): Uint32Array<ArrayBuffer> {
  borrow(haystack);
  if (haystack.length <= LOOP_MAX) return Uint32Array.from(shortLineStarts(haystack));
  put(haystack);
  return ownWords(check(backend.lineStarts()));
}

function shortLineStarts(haystack: Uint8Array): number[] {
  const starts = haystack.length === 0 ? [] : [0];
  for (let i = 0; i < haystack.length - 1; i++) {
    if (haystack[i] === NEWLINE) starts.push(i + 1);
  }
  return starts;
}

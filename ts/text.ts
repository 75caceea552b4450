import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { ownWords, put } from './backend/frame.ts';
import { borrow } from './input.ts';

export { Matcher, type SearchPlan, type Text } from './matcher.ts';
export type { Match, Matches } from './matches.ts';
export type { Replacement } from './replace.ts';
export type { Scanner } from './scanner.ts';
export type { SearchOptions } from './search-options.ts';
export { decodeUtf8, encodeUtf8, isUtf8 } from './utf8.ts';

/** Up to here the host's `indexOf` finds a few newlines before a crossing has begun to. */
const HOST_MAX = 1 << 15;
/** Where there are more the engine finds them all. */
const FEW_LINES = 8;
const NEWLINE = 10;

/**
 * Offset of the start of each line: '\n' ends one, and nothing starts after a last '\n'. O(n).
 *
 * @returns one word a line, ascending, an array of the caller's own; empty for an empty haystack
 * @throws {LanewiseError} LW_SHARED_INPUT
 */
export function lineStarts(haystack: Uint8Array): Uint32Array<ArrayBuffer> {
  borrow(haystack);
  const few = haystack.length <= HOST_MAX ? fewLineStarts(haystack) : undefined;
  if (few !== undefined) return new Uint32Array(few);
  put(haystack);
  return ownWords(check(backend.lineStarts()));
}

/** Where each line starts, undefined when they are many. */
function fewLineStarts(haystack: Uint8Array): number[] | undefined {
  const starts: number[] = [];
  let start = 0;
  while (start < haystack.length) {
    if (starts.length === FEW_LINES) return undefined;
    starts.push(start);
    const newline = haystack.indexOf(NEWLINE, start);
    if (newline === -1) break;
    start = newline + 1;
  }
  return starts;
}

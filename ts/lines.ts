import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { ownWords, put } from './backend/frame.ts';
import { borrow } from './input.ts';

/** Up to here the host's `indexOf` finds a few newlines before a crossing has begun to. */
const HOST_MAX = 1 << 15;
/** Where there are more the engine finds them all. */
const FEW_LINES = 8;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
/** So many bytes at first does the engine look for lines in, so that the first line does not cost a search of the whole. */
const WINDOW_MIN = 1 << 12;
const WINDOW_MAX = 1 << 18;
const WINDOW_GROWTH = 4;
/** Up to so many bytes the host's `indexOf` finds one line after the other. */
const LOOP_MAX = 1 << 10;

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
  return engineStarts(haystack);
}

/**
 * Each line without its '\n' or '\r\n', a view on the input; nothing comes after a last '\n'. O(n), and lines that nobody asks for cost
 * nothing but a share of a window.
 *
 * @throws {LanewiseError} LW_SHARED_INPUT
 */
export function lines(haystack: Uint8Array): Iterable<Uint8Array> {
  borrow(haystack);
  return { [Symbol.iterator]: () => walkLines(haystack) };
}

/** A window of lines at a time, larger and larger ones. */
function* walkLines(haystack: Uint8Array): Generator<Uint8Array, void, undefined> {
  const { length } = haystack;
  let start = 0;
  let size = WINDOW_MIN;
  while (length - start > LOOP_MAX) {
    const base = start;
    const end = Math.min(length, base + size);
    const starts = engineStarts(haystack.subarray(base, end));
    // A line that does not end in the window is looked for in a larger one, so that no byte is searched more than a few times.
    if (size < WINDOW_MAX || starts.length === 1) size *= WINDOW_GROWTH;
    for (let i = 1; i < starts.length; i++) {
      const next = base + (starts[i] as number);
      yield lineOf(haystack, start, next);
      start = next;
    }
    if (end === length || haystack[end - 1] === NEWLINE) {
      yield lineOf(haystack, start, end);
      start = end;
    }
  }
  while (start < length) {
    const next = haystack.indexOf(NEWLINE, start) + 1 || length;
    yield lineOf(haystack, start, next);
    start = next;
  }
}

/** The line from `start` to `end`, without what ends it. */
function lineOf(haystack: Uint8Array, start: number, end: number): Uint8Array {
  if (haystack[end - 1] !== NEWLINE) return haystack.subarray(start, end);
  return haystack.subarray(start, end - 1 > start && haystack[end - 2] === CARRIAGE_RETURN ? end - 2 : end - 1);
}

function engineStarts(haystack: Uint8Array): Uint32Array<ArrayBuffer> {
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

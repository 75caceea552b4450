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
  return { [Symbol.iterator]: () => new Lines(haystack) };
}

/** No generator: what it costs to resume one is as much as a line. */
class Lines implements IterableIterator<Uint8Array> {
  readonly #haystack: Uint8Array;
  /** Where the next line starts. */
  #start = 0;
  /** The ends of lines that are known, from the next one on, as offsets in the window. */
  #starts: Uint32Array = new Uint32Array(0);
  #nth = 0;
  #window = 0;
  #size = WINDOW_MIN;

  constructor(haystack: Uint8Array) {
    this.#haystack = haystack;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Uint8Array, undefined> {
    const haystack = this.#haystack;
    const start = this.#start;
    if (start >= haystack.length) return { done: true, value: undefined };
    const next = this.#nth < this.#starts.length ? this.#window + (this.#starts[this.#nth++] as number) : this.#look(start);
    this.#start = next;
    let end = next;
    if (haystack[end - 1] === NEWLINE) {
      end--;
      if (end > start && haystack[end - 1] === CARRIAGE_RETURN) end--;
    }
    return { done: false, value: haystack.subarray(start, end) };
  }

  /** Where the line behind the one at `start` starts, or the end; what else the window shows is kept. */
  #look(start: number): number {
    const haystack = this.#haystack;
    const { length } = haystack;
    if (length - start <= LOOP_MAX) return haystack.indexOf(NEWLINE, start) + 1 || length;
    for (;;) {
      const end = Math.min(length, start + this.#size);
      const starts = engineStarts(haystack.subarray(start, end));
      if (this.#size < WINDOW_MAX || starts.length === 1) this.#size *= WINDOW_GROWTH;
      // The first of them is `start` itself.
      if (starts.length > 1) {
        this.#starts = starts;
        this.#nth = 2;
        this.#window = start;
        return start + (starts[1] as number);
      }
      if (end === length || haystack[end - 1] === NEWLINE) return end;
    }
  }
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

import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { ownWords, put } from './backend/frame.ts';
import { indexOfByte } from './host-search.ts';
import { borrow } from './input.ts';

/** Up to here a loop finds newlines before anything else has begun to. */
const BYTES_MAX = 1 << 7;
/** Up to here the host's `indexOf` finds up to so many lines, 40 ns each, in the time of a crossing. */
const HOST_MAX = 1 << 16;
const LINES_MAX = 1 << 4;
/** So many lines tell whether there are more. */
const FEW_LINES = 4;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
/** So many bytes at first does the engine look for lines in, so that the first line does not cost a search of the whole. */
const WINDOW_MIN = 1 << 12;
const WINDOW_MAX = 1 << 18;
const WINDOW_GROWTH = 4;
/** What of them shows whether lines are long. */
const LINES_LOOKED_AT = 8;
/** Where fewer lines are left, if they go on as they began, or where they are longer than `LONG_LINE`, the host's `indexOf` finds one after the other. */
const LINES_WORTH = 24;
const LONG_LINE = 1 << 12;

/**
 * Offset of the start of each line: '\n' ends one, and nothing starts after a last '\n'. O(n).
 *
 * @returns one word a line, ascending, an array of the caller's own; empty for an empty haystack
 * @throws {LanewiseError} LW_SHARED_INPUT
 */
export function lineStarts(haystack: Uint8Array): Uint32Array<ArrayBuffer> {
  borrow(haystack);
  if (haystack.length <= BYTES_MAX) return startsByLoop(haystack);
  const few = haystack.length <= HOST_MAX ? fewLineStarts(haystack) : undefined;
  if (few !== undefined) return new Uint32Array(few);
  return engineStarts(haystack);
}

/**
 * Each line without its '\n' or '\r\n', a view on the input; nothing comes after a last '\n'. O(n), and lines that nobody asks for cost
 * nothing but a share of a window.
 *
 * A view is a plain Uint8Array, of a Buffer too: the host makes one in a third of the time of a Buffer.
 *
 * @throws {LanewiseError} LW_SHARED_INPUT
 * @throws {TypeError} on reading on when the input has changed its size since
 */
export function lines(haystack: Uint8Array): Iterable<Uint8Array> {
  borrow(haystack);
  return new Lines(haystack);
}

/** A class, as the host makes an object with a name that is computed in the time of four lines. */
class Lines implements Iterable<Uint8Array> {
  readonly #haystack: Uint8Array;

  constructor(haystack: Uint8Array) {
    this.#haystack = haystack;
  }

  [Symbol.iterator](): Iterator<Uint8Array> {
    return new LineWalk(this.#haystack);
  }
}

/** What a walk has of a window before it asks for one. */
const NONE = new Uint32Array(0);
/** The end of an iteration. */
const END: IteratorReturnResult<undefined> = Object.freeze({ value: undefined, done: true });

/** A window of lines at a time, larger and larger ones. Iterated by hand: a generator costs as much again as a line. */
class LineWalk implements IterableIterator<Uint8Array> {
  readonly #haystack: Uint8Array;
  readonly #memory: ArrayBufferLike;
  readonly #offset: number;
  readonly #length: number;
  /** Where the next line starts. */
  #start = 0;
  /** Where the lines behind it start that the window has, from `#base` on; the last one may begin nothing. */
  #starts: Uint32Array = NONE;
  #next = 0;
  #base = 0;
  #size = WINDOW_MIN;
  /** Lines that the host has found. */
  #found = 0;
  /** So many bytes are enough lines for the engine; unknown at first. */
  #worth = Number.POSITIVE_INFINITY;

  constructor(haystack: Uint8Array) {
    this.#haystack = haystack;
    this.#memory = haystack.buffer;
    this.#offset = haystack.byteOffset;
    this.#length = haystack.length;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Uint8Array, undefined> {
    const start = this.#start;
    if (start >= this.#length) return END;
    const haystack = this.#haystack;
    if (haystack.length !== this.#length) throw new TypeError('the haystack has changed its size while its lines were read');
    const next = this.#next < this.#starts.length ? this.#base + (this.#starts[this.#next++] as number) : this.#look(start);
    this.#start = next;
    let end = next;
    if (haystack[end - 1] === NEWLINE) {
      end--;
      if (end > start && haystack[end - 1] === CARRIAGE_RETURN) end--;
    }
    return { value: new Uint8Array(this.#memory, this.#offset + start, end - start), done: false };
  }

  /** Where the line after that from `start` on starts, from the host or a new window. */
  #look(start: number): number {
    const haystack = this.#haystack;
    if (this.#worth === Number.POSITIVE_INFINITY && this.#found === LINES_LOOKED_AT && start < LINES_LOOKED_AT * LONG_LINE) {
      this.#worth = (LINES_WORTH / LINES_LOOKED_AT) * start;
      this.#size = Math.max(WINDOW_MIN, this.#worth);
    }
    while (this.#length - start > this.#worth) {
      const end = Math.min(this.#length, start + this.#size);
      const starts = engineStarts(haystack.subarray(start, end));
      // A line that does not end in the window is looked for in a larger one, so that no byte is searched more than a few times.
      if (this.#size < WINDOW_MAX || starts.length === 1) this.#size *= WINDOW_GROWTH;
      if (starts.length > 1) {
        this.#base = start;
        this.#starts = starts;
        this.#next = 2;
        return start + (starts[1] as number);
      }
      if (end === this.#length || haystack[end - 1] === NEWLINE) return end;
    }
    this.#found++;
    return indexOfByte(haystack, NEWLINE, start) + 1 || this.#length;
  }
}

function engineStarts(haystack: Uint8Array): Uint32Array<ArrayBuffer> {
  put(haystack);
  return ownWords(check(backend.lineStarts()));
}

function startsByLoop(haystack: Uint8Array): Uint32Array<ArrayBuffer> {
  const { length } = haystack;
  let count = length === 0 ? 0 : 1;
  for (let i = 0; i < length - 1; i++) if (haystack[i] === NEWLINE) count++;
  const starts = new Uint32Array(count);
  let next = 1;
  for (let i = 0; next < count; i++) if (haystack[i] === NEWLINE) starts[next++] = i + 1;
  return starts;
}

/** Where each line starts, undefined when they are many, were all as long as the first ones. */
function fewLineStarts(haystack: Uint8Array): number[] | undefined {
  const { length } = haystack;
  const starts: number[] = [];
  let start = 0;
  while (start < length) {
    if (starts.length >= FEW_LINES && starts.length * length > LINES_MAX * start) return undefined;
    starts.push(start);
    const newline = indexOfByte(haystack, NEWLINE, start);
    if (newline === -1) break;
    start = newline + 1;
  }
  return starts;
}

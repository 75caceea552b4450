import type { MatcherBinding } from './backend/backend.ts';
import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { ownWords, wordsOut } from './backend/memory.ts';
import { LanewiseError } from './error.ts';
import { borrow, INPUT_MAX, isBytes, wrongType } from './input.ts';
import { ShortSearch } from './short-search.ts';
import { FORM, type Units, unitsOf, utf16Of } from './units.ts';

/** A haystack: offsets in a string count UTF-16 units, in bytes bytes. */
export type Text = string | Uint8Array;

/** One occurrence: the pattern's position in the list, and where it lies. */
export interface Match {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** All matches of one call. It stays valid for as long as it is held, whatever is called next; iterating makes objects one at a time. */
export interface Matches extends Iterable<Match> {
  readonly length: number;
  id(i: number): number;
  start(i: number): number;
  end(i: number): number;
  /** `[id, start, end]*`, a copy that the caller owns. */
  toUint32Array(): Uint32Array;
}

/** How to search. */
export interface SearchOptions {
  /**
   * 'leftmost-first': of the matches that start first, the pattern given first; they do not overlap; ordered by start.
   * 'leftmost-longest': of those, the longest, then the pattern given first.
   * 'all': every occurrence of every pattern, overlapping ones too; ordered by end, then start, then id.
   * @default 'leftmost-first'
   */
  semantics?: 'leftmost-first' | 'leftmost-longest' | 'all';
  /** true means 'unicode': simple case folding, a match always covers whole characters; 'ascii' folds A-Z alone. @default false */
  ignoreCase?: boolean | 'ascii' | 'unicode';
  /** An occurrence counts only where the character before it and the one after it are no word characters (Unicode \w). @default false */
  wholeWords?: boolean;
  /** Upper bound in bytes for the compiled form; LW_TOO_LARGE when it does not fit. @default 64 MiB */
  memoryMax?: number;
}

const MEMORY_MAX = 64 << 20;
/** Strings up to this many units are searched by V8. */
const SHORT_MAX = 128;
/** Flags of the constructor: `crates/lanewise-binding/src/search.rs`. */
const SEMANTICS = { 'leftmost-first': 0, 'leftmost-longest': 1, all: 2 } as const;
const FOLDING = { false: 0, ascii: 4, unicode: 8, true: 8 } as const;
const WHOLE_WORDS = 16;
/** What a pattern's bytes are. */
const KIND = { bytes: 0, units: 1 } as const;

/**
 * A set of literal strings. Ids are positions in `patterns`; duplicates keep their own ids (the first wins under the leftmost
 * semantics). An empty set matches nothing. A string pattern matches its UTF-8 in bytes, a byte pattern the text that it is
 * UTF-8 of in strings; what has no such form never matches there. Searching is linear in the haystack.
 */
export class Matcher {
  /** How many patterns there are. */
  readonly size: number;
  readonly #binding: MatcherBinding;
  readonly #short: ShortSearch | null;

  /**
   * @throws {LanewiseError} LW_EMPTY_PATTERN; LW_TOO_LARGE when the compiled form exceeds `memoryMax`
   */
  constructor(patterns: Iterable<string | Uint8Array>, options: SearchOptions = {}) {
    const list = [...patterns];
    const { bytes, ends, kinds } = pack(list);
    this.size = list.length;
    this.#binding = new backend.Matcher(bytes, ends, kinds, options.memoryMax ?? MEMORY_MAX, flagsOf(options));
    check(this.#binding.status());
    this.#short = ShortSearch.of(list, options);
  }

  /** True if some pattern occurs. */
  test(haystack: Text): boolean {
    if (isShort(haystack) && this.#short !== null) return this.#short.test(haystack);
    const { bytes, form } = shape(haystack);
    return check(this.#binding.test(bytes, form)) !== 0;
  }

  /** The number of matches; makes none of them. */
  count(haystack: Text): number {
    if (isShort(haystack) && this.#short !== null) return this.#short.count(haystack);
    const { bytes, form } = shape(haystack);
    return check(this.#binding.count(bytes, form));
  }

  /** The first match from `from` on; text before it is still seen by `wholeWords`. */
  find(haystack: Text, from = 0): Match | null {
    const start = Math.max(0, Math.trunc(from) || 0);
    if (start > haystack.length) return null;
    if (isShort(haystack) && this.#short !== null) return this.#short.find(haystack, start);
    const { bytes, form } = shape(haystack);
    if (check(this.#binding.find(bytes, form, start, wordsOut)) === 0) return null;
    return { id: wordsOut[0] as number, start: wordsOut[1] as number, end: wordsOut[2] as number };
  }

  /** Every match. */
  findAll(haystack: Text): Matches {
    if (isShort(haystack) && this.#short !== null) return new MatchList(this.#short.findAll(haystack));
    const { bytes, form } = shape(haystack);
    return new MatchList(ownWords(check(this.#binding.findAll(bytes, form, wordsOut))));
  }
}

/** Matches over words of its own. */
class MatchList implements Matches {
  readonly length: number;
  readonly #words: ArrayLike<number>;

  constructor(words: ArrayLike<number>) {
    this.length = words.length / 3;
    this.#words = words;
  }

  id(i: number): number {
    return this.#word(i, 0);
  }

  start(i: number): number {
    return this.#word(i, 1);
  }

  end(i: number): number {
    return this.#word(i, 2);
  }

  toUint32Array(): Uint32Array {
    return Uint32Array.from(this.#words);
  }

  *[Symbol.iterator](): Generator<Match, void, undefined> {
    for (let i = 0; i < this.length; i++) yield { id: this.id(i), start: this.start(i), end: this.end(i) };
  }

  #word(i: number, field: number): number {
    const word = this.#words[i * 3 + field];
    if (word === undefined) throw new RangeError(`match ${i} of ${this.length}`);
    return word;
  }
}

function isShort(haystack: Text): haystack is string {
  return typeof haystack === 'string' && haystack.length <= SHORT_MAX;
}

function shape(haystack: Text): Units {
  if (typeof haystack !== 'string') return { bytes: borrow(haystack), form: FORM.bytes };
  return unitsOf(haystack);
}

/** All patterns in one block of bytes, with the end and the kind of each. */
function pack(patterns: readonly (string | Uint8Array)[]): { bytes: Uint8Array; ends: Uint32Array; kinds: Uint8Array } {
  const list = patterns.map((pattern) => {
    if (typeof pattern === 'string') return { bytes: new Uint8Array(utf16Of(pattern)), kind: KIND.units };
    if (isBytes(pattern)) return { bytes: borrow(pattern), kind: KIND.bytes };
    throw wrongType('patterns that are strings or Uint8Arrays', pattern);
  });
  const size = list.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size > INPUT_MAX) throw new LanewiseError('LW_TOO_LARGE');
  const bytes = new Uint8Array(size);
  const ends = new Uint32Array(list.length);
  let end = 0;
  for (const [i, pattern] of list.entries()) {
    bytes.set(pattern.bytes, end);
    end += pattern.bytes.length;
    ends[i] = end;
  }
  return { bytes, ends, kinds: Uint8Array.from(list, ({ kind }) => kind) };
}

function flagsOf({ semantics = 'leftmost-first', ignoreCase = false, wholeWords = false }: SearchOptions): number {
  const kind = SEMANTICS[semantics];
  const folding = FOLDING[`${ignoreCase}`];
  if (kind === undefined) throw new TypeError(`unknown semantics ${String(semantics)}; known: ${Object.keys(SEMANTICS).join(', ')}`);
  if (folding === undefined) throw new TypeError(`ignoreCase must be a boolean, 'ascii' or 'unicode'`);
  return kind | folding | (wholeWords ? WHOLE_WORDS : 0);
}

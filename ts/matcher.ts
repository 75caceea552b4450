import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { HEAD, head, listWords, openFrame, put, wordAt } from './backend/frame.ts';
import { borrow, limit, wrongType } from './input.ts';
import { isUint8Array } from './objects/built-in.ts';
import { packList } from './pack.ts';
import { ShortSearch } from './short-search.ts';
import { FORM, formOf, putUnits, utf16Of } from './units.ts';

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
/** How much larger than the one before each window is in which one match is looked for. */
const WINDOW_GROWTH = 8;
/** Flags of the constructor: `crates/lanewise-binding/src/search.rs`. */
const SEMANTICS = { 'leftmost-first': 0, 'leftmost-longest': 1, all: 2 } as const;
const FOLDING = { none: 0, ascii: 4, unicode: 8 } as const;
const WHOLE_WORDS = 16;
/** What a pattern's bytes are. */
const KIND = { bytes: 0, units: 1 } as const;

/** Gives the compiled form back when its Matcher is gone. */
const unused = new FinalizationRegistry<number>((handle) => {
  openFrame();
  head[HEAD.handle] = handle;
  backend.matcherFree();
});

/** The handle of a matcher, undefined for everything else. It is good as long as the matcher is held. */
export let matcherHandle: (value: object) => number | undefined;

/**
 * A set of literal strings. Ids are positions in `patterns`; duplicates keep their own ids (the first wins under the leftmost
 * semantics). An empty set matches nothing. A string pattern matches its UTF-8 in bytes, a byte pattern the text that it is
 * UTF-8 of in strings; what has no such form never matches there. Searching is linear in the haystack.
 */
export class Matcher {
  /** How many patterns there are. */
  readonly size: number;
  readonly #handle: number;
  readonly #short: ShortSearch | null;

  static {
    matcherHandle = (value) => (#handle in value ? value.#handle : undefined);
  }

  /**
   * @throws {LanewiseError} LW_EMPTY_PATTERN; LW_TOO_LARGE when the compiled form exceeds `memoryMax`
   */
  constructor(patterns: Iterable<string | Uint8Array>, options: SearchOptions = {}) {
    const list = [...patterns];
    const packed = pack(list);
    this.size = list.length;
    const how = resolve(options);
    const flags = SEMANTICS[how.semantics] | FOLDING[how.ignoreCase] | (how.wholeWords ? WHOLE_WORDS : 0);
    const memoryMax = limit(options.memoryMax, MEMORY_MAX, 'memoryMax');
    put(packed);
    head[HEAD.memoryMax] = memoryMax;
    head[HEAD.flags] = flags;
    this.#handle = check(backend.matcherNew());
    unused.register(this, this.#handle);
    this.#short = ShortSearch.of(list, how);
  }

  /** True if some pattern occurs. */
  test(haystack: Text): boolean {
    const short = this.#short;
    const text = short?.textOf(haystack) ?? null;
    if (short !== null && text !== null) return short.test(text);
    if (short !== null && typeof haystack === 'string') return this.#findInWindows(haystack, 0, short) !== null;
    this.#put(haystack);
    return check(backend.matcherTest()) !== 0;
  }

  /** The number of matches; makes none of them. */
  count(haystack: Text): number {
    const short = this.#short;
    const text = short?.textOf(haystack) ?? null;
    if (short !== null && text !== null) return short.count(text);
    this.#put(haystack);
    return check(backend.matcherCount());
  }

  /** The first match from `from` on; text before it is still seen by `wholeWords`. */
  find(haystack: Text, from = 0): Match | null {
    const start = Math.max(0, Math.trunc(from) || 0);
    const short = this.#short;
    const text = short?.textOf(haystack) ?? null;
    if (start > haystack.length) {
      if (typeof haystack !== 'string') borrow(haystack);
      return null;
    }
    if (short !== null && text !== null) return short.find(text, start);
    if (short !== null && typeof haystack === 'string') return this.#findInWindows(haystack, start, short);
    return this.#find(haystack, start);
  }

  /** Every match. */
  findAll(haystack: Text): Matches {
    const short = this.#short;
    const text = short?.textOf(haystack) ?? null;
    if (short !== null && text !== null) return new MatchList(short.findAll(text));
    this.#put(haystack);
    return new MatchList(listWords(check(backend.matcherFindAll())));
  }

  /**
   * The first match from `from` on in a string, which has to be copied to be searched: in windows that grow, so that a match near the start
   * does not cost a copy of the whole. A match counts only where the window holds all that any pattern could match from there; the next
   * window begins where that ends.
   */
  #findInWindows(haystack: string, from: number, short: ShortSearch): Match | null {
    let start = from;
    for (let size = short.window; ; size *= WINDOW_GROWTH) {
      const isLast = start + size >= haystack.length;
      const window = isLast && start === 0 ? haystack : haystack.slice(start, start + size);
      const found = size === short.window ? short.find(window, 0) : this.#find(window, 0);
      if (found !== null && (isLast || found.start + short.longest <= size)) {
        return { id: found.id, start: start + found.start, end: start + found.end };
      }
      if (isLast) return null;
      start += Math.max(0, size - short.longest + 1);
    }
  }

  #find(haystack: Text, from: number): Match | null {
    this.#put(haystack);
    head[HEAD.from] = from;
    if (check(backend.matcherFind()) === 0) return null;
    return { id: wordAt(0), start: wordAt(1), end: wordAt(2) };
  }

  #put(haystack: Text): void {
    const form = typeof haystack === 'string' ? formOf(haystack) : FORM.bytes;
    if (typeof haystack === 'string') putUnits(haystack, form);
    else put(borrow(haystack));
    head[HEAD.form] = form;
    head[HEAD.handle] = this.#handle;
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
    if (word === undefined) throw new TypeError(`there is no match ${i} among ${this.length}`);
    return word;
  }
}

/** The patterns as `matcherNew` takes them. */
function pack(patterns: readonly (string | Uint8Array)[]): Uint8Array {
  const list = patterns.map((pattern) => {
    if (typeof pattern === 'string') return { bytes: utf16Of(pattern), kind: KIND.units };
    if (isUint8Array(pattern)) return { bytes: borrow(pattern), kind: KIND.bytes };
    throw wrongType('patterns that are strings or Uint8Arrays', pattern);
  });
  return packList(list);
}

/** Options with every default filled in, read once. */
export interface ResolvedSearch {
  readonly semantics: keyof typeof SEMANTICS;
  readonly ignoreCase: keyof typeof FOLDING;
  readonly wholeWords: boolean;
}

function resolve({ semantics = 'leftmost-first', ignoreCase = false, wholeWords = false }: SearchOptions): ResolvedSearch {
  if (!Object.keys(SEMANTICS).includes(semantics)) {
    throw new TypeError(`unknown semantics ${String(semantics)}; known: ${Object.keys(SEMANTICS).join(', ')}`);
  }
  if (![true, false, 'ascii', 'unicode'].includes(ignoreCase)) throw new TypeError(`ignoreCase must be a boolean, 'ascii' or 'unicode'`);
  const folding = ignoreCase === true ? 'unicode' : ignoreCase === false ? 'none' : ignoreCase;
  return { semantics, ignoreCase: folding, wholeWords: Boolean(wholeWords) };
}

import { backend, current } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { borrowBytes, HEAD, head, listWords, openFrame, ownBytes, ownWords, put, putBoth, wordAt } from './backend/frame.ts';
import { freedWith } from './backend/handles.ts';
import { borrow, limit } from './input.ts';
import { type Match, type Matches, MatchList } from './matches.ts';
import { decodeAscii } from './objects/strings.ts';
import { packPatterns, unpackPatterns } from './patterns.ts';
import {
  askedBytes,
  askedStrings,
  checkedBytes,
  checkedString,
  chosenOf,
  listed,
  type Replacement,
  replaceInBytes,
  replaceInString,
} from './replace.ts';
import { replaceBytesStream, replaceStringsStream } from './replace-stream.ts';
import type { Isa } from './runtime.ts';
import { ByteScanner, type Scanner, StreamSearch } from './scanner.ts';
import { batchOf, putBatch } from './search-batch.ts';
import { flagsOf, type ResolvedSearch, resolveSearch, type SearchOptions, searchOf } from './search-options.ts';
import { ShortSearch } from './short-search.ts';
import { FORM, formOf, putUnits } from './units.ts';
import { encodeUtf8 } from './utf8.ts';

/** A haystack: offsets in a string count UTF-16 units, in bytes bytes. */
export type Text = string | Uint8Array;

/** How a set of patterns will be searched for. */
export interface SearchPlan {
  /** What finds the matches. Short strings are searched by what the host has, in no need of it. */
  readonly engine: string;
  /** What passes over the text where no pattern can begin; null where the engine reads all of it. */
  readonly prefilter: string | null;
  readonly isa: Isa;
  /** Bytes that the compiled form takes at present. */
  readonly memoryBytes: number;
  /** Milliseconds that it took to compile, or to load. */
  readonly buildMs: number;
  /** Ids of the patterns for which no text is passed over, ascending. */
  readonly unfiltered: readonly number[];
}

const MEMORY_MAX = 64 << 20;
/** How much larger than the one before each window is in which one match is looked for. */
const WINDOW_GROWTH = 8;
/** Of strings that the host can test batches up to here are tested one by one, and so many of others first: `bench -- boundary`, as all of these. */
const SAMPLE = 16;
/** Longer strings are not tested so. */
const SAMPLE_LENGTH_MAX = 256;
/** Others up to here. */
const FEW = 3;
/** From so many bytes on the engine builds what has replacements in it, where they are no farther from each other than this in the first part. */
const REPLACED_MIN = 1 << 9;
const GAP_MAX = 1 << 6;
const SAMPLED_MAX = 1 << 10;
/** Where a pattern occurs in more of the sample than one in so many, the host finds the first match of each sooner than it can be handed over. */
const RARE = 4;

/** Gives the compiled form back when its Matcher is gone. */
const unused = freedWith('matcherFree');

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
  readonly #how: ResolvedSearch;
  readonly #short: ShortSearch | null;
  readonly #buildMs: number;

  static {
    matcherHandle = (value) => (#handle in value ? value.#handle : undefined);
  }

  /**
   * @throws {LanewiseError} LW_EMPTY_PATTERN; LW_TOO_LARGE when the compiled form exceeds `memoryMax`
   */
  constructor(patterns: Iterable<string | Uint8Array>, options: SearchOptions = {}) {
    const compiled = patterns instanceof Compiled ? patterns : compile(patterns, options);
    this.size = compiled.size;
    this.#handle = compiled.handle;
    this.#how = compiled.how;
    this.#buildMs = compiled.buildMs;
    this.#short = compiled.short;
    unused.register(this, this.#handle);
  }

  /**
   * The matcher that `serialize` gave the bytes of, on this or any other backend and machine. It searches as the first one does.
   *
   * @throws {LanewiseError} LW_BAD_BLOB when they are something else, of another version, or were changed; LW_TOO_LARGE when the compiled form
   * does not fit the `memoryMax` that it was saved with; LW_SHARED_INPUT
   */
  static load(blob: Uint8Array): Matcher {
    return new Matcher(load(blob) as never);
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
    return new MatchList(this.#words(haystack));
  }

  /** The ids of all patterns that occur anywhere, whatever the semantics, ascending, each once. */
  which(haystack: Text): Uint32Array {
    const text = this.#short?.textOf(haystack) ?? null;
    const ids = text === null ? null : (this.#short?.which(text) ?? null);
    if (ids !== null) return Uint32Array.from(ids);
    this.#put(haystack);
    return ownWords(check(backend.matcherWhich()));
  }

  /**
   * The haystack with something else in place of its matches: one replacement for all, one for each pattern, or what a function says, which is
   * called once for each match, in order, before anything is built, and may search. Replacements are taken as they are, `$` means nothing.
   *
   * @returns the string itself where nothing occurs; bytes are always a copy
   * @throws {TypeError} under the semantics 'all'; for what is no replacement, and for too few or too many of them
   * @throws {LanewiseError} LW_SIZE when the result is larger than the host can hold, before it is built; LW_SHARED_INPUT
   */
  replace(haystack: string, replacement: Replacement<string>): string;
  replace(haystack: Uint8Array, replacement: Replacement<Uint8Array>): Uint8Array;
  replace(haystack: Text, replacement: Replacement<string> | Replacement<Uint8Array>): Text {
    this.#refuseAll('replace');
    return typeof haystack === 'string'
      ? this.#replaceInString(haystack, replacement as Replacement<string>)
      : this.#replaceInBytes(haystack, replacement as Replacement<Uint8Array>);
  }

  #replaceInString(haystack: string, replacement: Replacement<string>): string {
    if (typeof replacement === 'function') {
      const words = this.#words(haystack);
      return replaceInString(haystack, words, askedStrings(words, replacement));
    }
    if (typeof replacement === 'string') {
      const short = this.#short;
      const text = short?.textOf(haystack) ?? null;
      const replaced = short !== null && text !== null ? short.replace(text, replacement) : null;
      if (replaced !== null) return replaced;
    }
    const chosen = chosenOf(listed(replacement, this.size, checkedString));
    return replaceInString(haystack, this.#words(haystack), chosen);
  }

  #replaceInBytes(haystack: Uint8Array, replacement: Replacement<Uint8Array>): Uint8Array {
    const { length } = borrow(haystack);
    const build = typeof replacement === 'function' ? this.#askThenBuild(haystack, replacement) : this.#builderOf(haystack, replacement);
    // What the caller gave may have run code of his, and that have taken its memory away.
    if (haystack.length !== length) throw new TypeError('the haystack has changed its size while it was searched');
    return build();
  }

  #askThenBuild(haystack: Uint8Array, replacement: (match: Match) => Uint8Array): () => Uint8Array {
    const words = this.#words(haystack);
    const chosen = askedBytes(words, replacement);
    return () => replaceInBytes(haystack, words, chosen);
  }

  /** Whether matches are so near to each other, in the first part, that to copy what is between them costs more than a second copy of the whole. */
  #isDense(haystack: Uint8Array): boolean {
    if (haystack.length < REPLACED_MIN) return false;
    const sample = haystack.subarray(0, SAMPLED_MAX);
    this.#put(sample);
    return check(backend.matcherCount()) * GAP_MAX > sample.length;
  }

  #builderOf(haystack: Uint8Array, replacement: Uint8Array | readonly Uint8Array[]): () => Uint8Array {
    const list = listed(replacement, this.size, checkedBytes);
    if (!this.#isDense(haystack)) return () => replaceInBytes(haystack, this.#words(haystack), chosenOf(list));
    const packed = packPatterns(list);
    return () => {
      putBoth(haystack, packed);
      head[HEAD.handle] = this.#handle;
      return ownBytes(check(backend.matcherReplace()));
    };
  }

  /**
   * One byte for each haystack, 1 where some pattern occurs, else 0. Many short ones take far less time than as many calls of `test`.
   *
   * @throws {TypeError} when they are neither strings alone nor Uint8Arrays alone
   * @throws {LanewiseError} LW_SHARED_INPUT
   */
  testBatch(haystacks: readonly string[] | readonly Uint8Array[]): Uint8Array {
    const list = batchOf(haystacks);
    const found = new Uint8Array(list.length);
    const testUpTo = (from: number, end: number): void => {
      for (let i = from; i < end; i++) found[i] = this.test(list[i] as Text) ? 1 : 0;
    };
    const [first] = list;
    const isSampled = this.#short !== null && typeof first === 'string' && first.length <= SAMPLE_LENGTH_MAX;
    let from = isSampled ? Math.min(list.length, SAMPLE) : 0;
    testUpTo(0, from);
    const isDense = from > 0 && found.subarray(0, from).reduce((sum, one) => sum + one, 0) * RARE > from;
    if (isDense || list.length - from <= FEW) {
      testUpTo(from, list.length);
      return found;
    }
    while (from < list.length) {
      const to = putBatch(list, from);
      if (to === from) {
        testUpTo(from, ++from);
        continue;
      }
      head[HEAD.handle] = this.#handle;
      found.set(borrowBytes(check(backend.matcherTestBatch())), from);
      from = to;
    }
    return found;
  }

  /** A search in a stream of bytes, chunk by chunk. */
  scanner(): Scanner {
    return new ByteScanner(this.#handle);
  }

  /**
   * Passes a stream of bytes on with the UTF-8 of a replacement in place of matches, one for all or one for each pattern. All is passed on at once that
   * cannot be part of a match any more.
   *
   * @throws {TypeError} as `replace`
   */
  replaceStream(replacement: string | readonly string[]): TransformStream<Uint8Array, Uint8Array> {
    this.#refuseAll('replaceStream');
    const chosen = chosenOf(listed(replacement, this.size, (text: string) => encodeUtf8(checkedString(text))));
    return replaceBytesStream(new StreamSearch(this.#handle, FORM.bytes), chosen);
  }

  /** The same for a stream of strings; surrogate pairs may be cut between chunks. */
  replaceStringStream(replacement: string | readonly string[]): TransformStream<string, string> {
    this.#refuseAll('replaceStringStream');
    const chosen = chosenOf(listed(replacement, this.size, checkedString));
    return replaceStringsStream(new StreamSearch(this.#handle, FORM.utf16), chosen);
  }

  /** How it will search. */
  explain(): SearchPlan {
    openFrame();
    head[HEAD.handle] = this.#handle;
    const json = borrowBytes(check(backend.matcherExplain()));
    const { engine, prefilter, memoryBytes, unfiltered } = JSON.parse(decodeAscii(json, 0, json.length) as string);
    return { engine, prefilter, isa: current.isa, memoryBytes, buildMs: this.#buildMs, unfiltered };
  }

  /** The compiled form as bytes: versioned, with a checksum, the same on every backend and machine. `Matcher.load` takes them, in another thread too. */
  serialize(): Uint8Array {
    openFrame();
    head[HEAD.handle] = this.#handle;
    return ownBytes(check(backend.matcherSave()));
  }

  #refuseAll(name: string): void {
    if (this.#how.semantics === 'all') throw new TypeError(`${name} needs matches that do not overlap: a leftmost semantics`);
  }

  /** Id, start and end of every match. */
  #words(haystack: Text): ArrayLike<number> {
    const short = this.#short;
    const text = short?.textOf(haystack) ?? null;
    if (short !== null && text !== null) return short.findAll(text);
    this.#put(haystack);
    return listWords(check(backend.matcherFindAll()));
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

/** A matcher that the backend has made. */
class Compiled {
  readonly handle: number;
  readonly size: number;
  readonly how: ResolvedSearch;
  readonly short: ShortSearch | null;
  readonly buildMs: number;

  constructor(handle: number, size: number, how: ResolvedSearch, short: ShortSearch | null, since: number) {
    this.handle = handle;
    this.size = size;
    this.how = how;
    this.short = short;
    this.buildMs = performance.now() - since;
  }
}

function compile(patterns: Iterable<string | Uint8Array>, options: SearchOptions): Compiled {
  const how = resolveSearch(options);
  const memoryMax = limit(options.memoryMax, MEMORY_MAX, 'memoryMax');
  const list = [...patterns];
  // From here on no code of a user runs, which could change the bytes of a pattern for one of those who read them and not for the other.
  const packed = packPatterns(list);
  const since = performance.now();
  put(packed);
  head[HEAD.memoryMax] = memoryMax;
  head[HEAD.flags] = flagsOf(how);
  const handle = check(backend.matcherNew());
  return new Compiled(handle, list.length, how, ShortSearch.of(list, how), since);
}

function load(blob: Uint8Array): Compiled {
  const input = borrow(blob);
  const since = performance.now();
  put(input);
  const handle = check(backend.matcherLoad());
  openFrame();
  head[HEAD.handle] = handle;
  check(backend.matcherAbout());
  const [size, bytes, how] = [wordAt(0), wordAt(1), searchOf(wordAt(2))];
  const short = ShortSearch.isPossible(size, bytes) ? ShortSearch.of(patternsOf(handle), how) : null;
  return new Compiled(handle, size, how, short, since);
}

/** The patterns of a matcher, which are few. */
function patternsOf(handle: number): (string | Uint8Array)[] {
  head[HEAD.handle] = handle;
  return unpackPatterns(ownBytes(check(backend.matcherPatterns())));
}

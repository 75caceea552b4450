import { borrow } from './input.ts';
import type { Match, SearchOptions, Text } from './matcher.ts';
import { decodeAscii, decodeText } from './objects/strings.ts';
import { FORM, formOf } from './units.ts';

/*
 * Searching a short string by a RegExp of the host. A crossing costs more than V8 takes for a few words of text, and where a
 * RegExp can say exactly what the engine says, it is the cheapest way to search them.
 */

/** An alternation tries every pattern at every place, so it is only for small sets. */
const PATTERNS_MAX = 16;
/** Up to so many bytes are read as text and searched here, see `bench -- boundary`, as all of these. */
const BYTES_MAX = 40;
/** Up to so many units a string of any kind is searched here. */
const WIDE_MAX = 1 << 10;
/** A one-byte string up to here where the patterns are few: V8 looks for their first characters by vectors. */
const NARROW_MAX = 1 << 13;
const FEW_PATTERNS = 4;
const ASCII = /^[\0-\x7f]*$/;
const SPECIAL = /[\\^$.*+?()[\]{}|/]/g;
/** The two characters outside ASCII whose simple case folding is in it. */
const FOLDED_TO_ASCII: Readonly<Record<string, string>> = { '\u017f': 's', '\u212a': 'k' };

export class ShortSearch {
  /** Units of the longest pattern. */
  readonly longest: number;
  /** Every pattern is ASCII, so that offsets in ASCII bytes are those in the string of them. */
  readonly #isAscii: boolean;
  /** Strings of up to so many units are searched here. */
  readonly #narrowMax: number;
  readonly #ids = new Map<string, number>();
  readonly #folds: boolean;
  /** The one pattern where there is no other and case matters: then the host's own search is the cheapest. */
  readonly #only: string | null;
  readonly #first: RegExp;
  readonly #next: RegExp;

  /** A search that gives what the engine gives, or null where a RegExp cannot. */
  static of(patterns: readonly (string | Uint8Array)[], options: SearchOptions): ShortSearch | null {
    const { semantics = 'leftmost-first', ignoreCase = false, wholeWords = false } = options;
    if (semantics === 'all' || wholeWords || patterns.length > PATTERNS_MAX) return null;
    const texts = patterns.map(stringForm);
    // What folds outside ASCII depends on the Unicode version of the host.
    if (ignoreCase !== false && !texts.every((text) => text === null || ASCII.test(text))) return null;
    return new ShortSearch(texts, semantics, ignoreCase);
  }

  private constructor(patterns: readonly (string | null)[], semantics: string, ignoreCase: boolean | 'ascii' | 'unicode') {
    this.#folds = ignoreCase !== false;
    for (const [id, pattern] of patterns.entries()) {
      if (pattern !== null && !this.#ids.has(this.#key(pattern))) this.#ids.set(this.#key(pattern), id);
    }
    const list = [...this.#ids.keys()];
    this.#only = list.length === 1 && !this.#folds ? (list[0] as string) : null;
    this.longest = Math.max(0, ...list.map((pattern) => pattern.length));
    if (semantics === 'leftmost-longest') list.sort((a, b) => b.length - a.length);
    this.#isAscii = list.every((pattern) => ASCII.test(pattern));
    this.#narrowMax = list.length <= FEW_PATTERNS ? NARROW_MAX : WIDE_MAX;
    // Without alternatives: a class that no unit is in.
    const source = list.length === 0 ? '[]' : list.map((pattern) => pattern.replace(SPECIAL, '\\$&')).join('|');
    // Without `u` the units are compared as they are, and `i` folds ASCII letters with each other alone.
    const flags = ignoreCase === false ? '' : ignoreCase === 'ascii' ? 'i' : 'iu';
    this.#first = new RegExp(source, flags);
    this.#next = new RegExp(source, `${flags}g`);
  }

  /** The text to search in place of `haystack`, with the same offsets; null where a crossing costs less, or bytes are not ASCII. */
  textOf(haystack: Text): string | null {
    const { length } = haystack;
    if (typeof haystack !== 'string') {
      return length <= BYTES_MAX && this.#isAscii ? (decodeAscii(borrow(haystack), 0, length) ?? null) : null;
    }
    return length <= WIDE_MAX || (length <= this.#narrowMax && formOf(haystack) === FORM.latin1) ? haystack : null;
  }

  test(haystack: string): boolean {
    if (this.#only !== null) return haystack.includes(this.#only);
    return this.#first.test(haystack);
  }

  count(haystack: string): number {
    if (this.#only !== null) return countOnly(haystack, this.#only);
    const regex = this.#next;
    regex.lastIndex = 0;
    let count = 0;
    while (regex.test(haystack)) count++;
    return count;
  }

  find(haystack: string, from: number): Match | null {
    if (this.#only !== null) {
      const start = haystack.indexOf(this.#only, from);
      return start === -1 ? null : { id: this.#idOf(this.#only), start, end: start + this.#only.length };
    }
    const regex = this.#next;
    regex.lastIndex = from;
    const found = regex.exec(haystack);
    return found === null ? null : { id: this.#idOf(found[0]), start: found.index, end: found.index + found[0].length };
  }

  /** `id, start, end` of each match. */
  findAll(haystack: string): number[] {
    if (this.#only !== null) return findOnly(haystack, this.#only, this.#idOf(this.#only));
    const regex = this.#next;
    regex.lastIndex = 0;
    const words: number[] = [];
    for (let found = regex.exec(haystack); found !== null; found = regex.exec(haystack)) {
      words.push(this.#idOf(found[0]), found.index, found.index + found[0].length);
    }
    return words;
  }

  #idOf(found: string): number {
    return this.#ids.get(this.#key(found)) as number;
  }

  #key(text: string): string {
    return this.#folds ? text.replace(/[\u017f\u212a]/g, (letter) => FOLDED_TO_ASCII[letter] as string).toLowerCase() : text;
  }
}

function countOnly(haystack: string, pattern: string): number {
  let count = 0;
  for (let start = haystack.indexOf(pattern); start !== -1; start = haystack.indexOf(pattern, start + pattern.length)) count++;
  return count;
}

function findOnly(haystack: string, pattern: string, id: number): number[] {
  const words: number[] = [];
  for (let start = haystack.indexOf(pattern); start !== -1; start = haystack.indexOf(pattern, start + pattern.length)) {
    words.push(id, start, start + pattern.length);
  }
  return words;
}

/** The text that a byte pattern is UTF-8 of; null for one that no string can hold. */
function stringForm(pattern: string | Uint8Array): string | null {
  if (typeof pattern === 'string') return pattern;
  return decodeText(pattern, 0, pattern.length) ?? null;
}

import { countByIndex, type Literal, startRarely, testByIndex, walkByIndex } from './index-search.ts';
import { borrow } from './input.ts';
import type { Text } from './matcher.ts';
import type { Match } from './matches.ts';
import { decodeAscii, decodeText } from './objects/strings.ts';
import type { ResolvedSearch } from './search-options.ts';
import { FORM, formOf } from './units.ts';

/*
 * Searching a short string by what the host has. A crossing costs more than V8 takes for a few words of text, and where a RegExp,
 * or `indexOf`, can say exactly what the engine says, it is the cheapest way to search them.
 */

/** An alternation tries every pattern at every place, so it is only for small sets. */
const PATTERNS_MAX = 16;
/** Units of all patterns together: V8 refuses a RegExp of some ten thousand, and compiles a long one for longer than a crossing takes. */
const PATTERNS_SIZE_MAX = 1 << 10;
/** Up to so many bytes are read as text and searched here, see `bench -- boundary`, as all of these. */
const BYTES_MAX = 12;
/** Up to so many units a string of any kind is searched here when the patterns are few, and when they are many. */
const WIDE_MAX = 1 << 10;
const MANY_MAX = 1 << 8;
/** One-byte strings up to here, where the patterns are few and begin with rare characters. */
const NARROW_MAX = 1 << 13;
const FEW_PATTERNS = 4;
/** Up to here, and where matches are nearer than this to each other, an alternation beats `indexOf`. */
const NEAR = 256;
/** So long a text in place of every unit of a short string is no string too long. */
const REPLACEMENT_MAX = 1 << 12;
const ASCII = /^[\0-\x7f]*$/;
const SPECIAL = /[\\^$.*+?()[\]{}|/]/g;
/** The two characters outside ASCII whose simple case folding is in it. */
const FOLDED_TO_ASCII: Readonly<Record<string, string>> = { '\u017f': 's', '\u212a': 'k' };

export class ShortSearch {
  /** Units of the longest pattern. */
  readonly longest: number;
  /** Every pattern is ASCII, so that offsets in ASCII bytes are those in the string of them. */
  readonly #isAscii: boolean;
  /** Of a longer string, units of the first part that is searched here when one match is asked for. */
  readonly window: number;
  /** Up to so many units a string is searched here; a one-byte string up to the second. */
  readonly #wideMax: number;
  readonly #narrowMax: number;
  /** The patterns that strings can hold, and null for the others. */
  readonly #given: readonly (string | null)[];
  readonly #ids = new Map<string, number>();
  readonly #folds: boolean;
  readonly #literals: readonly Literal[];
  /** The literal where there is no other. */
  readonly #only: Literal | null;
  /** Whether a one-byte string is searched by `indexOf` of several literals. */
  readonly #byIndex: boolean;
  readonly #first: RegExp;
  readonly #next: RegExp;

  /** Whether there can be such a search for so many patterns, which have so many bytes, at most two a unit. */
  static isPossible(count: number, bytes: number): boolean {
    return count <= PATTERNS_MAX && bytes <= 2 * PATTERNS_SIZE_MAX;
  }

  /** A search that gives what the engine gives, or null where a RegExp cannot. */
  static of(patterns: readonly (string | Uint8Array)[], { semantics, ignoreCase, wholeWords }: ResolvedSearch): ShortSearch | null {
    if (semantics === 'all' || wholeWords || patterns.length > PATTERNS_MAX) return null;
    if (patterns.reduce((sum, { length }) => sum + length, 0) > PATTERNS_SIZE_MAX) return null;
    const texts = patterns.map(stringForm);
    // What folds outside ASCII depends on the Unicode version of the host.
    if (ignoreCase !== 'none' && !texts.every((text) => text === null || ASCII.test(text))) return null;
    return new ShortSearch(texts, semantics, ignoreCase);
  }

  private constructor(patterns: readonly (string | null)[], semantics: string, ignoreCase: ResolvedSearch['ignoreCase']) {
    this.#folds = ignoreCase !== 'none';
    this.#given = patterns;
    for (const [id, pattern] of patterns.entries()) {
      if (pattern !== null && !this.#ids.has(this.#key(pattern))) this.#ids.set(this.#key(pattern), id);
    }
    const list = [...this.#ids.keys()];
    this.longest = Math.max(0, ...list.map((pattern) => pattern.length));
    if (semantics === 'leftmost-longest') list.sort((a, b) => b.length - a.length);
    this.#isAscii = list.every((pattern) => ASCII.test(pattern));
    this.#literals = list.map((text) => ({ text, id: this.#idOf(text) }));
    this.#byIndex = !this.#folds && startRarely(this.#literals);
    this.#only = list.length === 1 && !this.#folds ? (this.#literals[0] as Literal) : null;
    this.#wideMax = list.length <= FEW_PATTERNS ? WIDE_MAX : MANY_MAX;
    this.#narrowMax = this.#only !== null || (this.#byIndex && list.length <= FEW_PATTERNS) ? NARROW_MAX : this.#wideMax;
    this.window = 2 * this.#wideMax;
    // Without alternatives: a class that no unit is in.
    const source = list.length === 0 ? '[]' : list.map((pattern) => pattern.replace(SPECIAL, '\\$&')).join('|');
    // Without `u` the units are compared as they are, and `i` folds ASCII letters with each other alone.
    const flags = ignoreCase === 'none' ? '' : ignoreCase === 'ascii' ? 'i' : 'iu';
    this.#first = new RegExp(source, flags);
    this.#next = new RegExp(source, `${flags}g`);
  }

  /** The text to search in place of `haystack`, with the same offsets; null where a crossing costs less, or bytes are not ASCII. */
  textOf(haystack: Text): string | null {
    const { length } = haystack;
    if (typeof haystack !== 'string') {
      return length <= BYTES_MAX && this.#isAscii ? (decodeAscii(borrow(haystack), 0, length) ?? null) : null;
    }
    return length <= this.#wideMax || (length <= this.#narrowMax && formOf(haystack) === FORM.latin1) ? haystack : null;
  }

  test(haystack: string): boolean {
    if (this.#only !== null) return haystack.includes(this.#only.text);
    return this.#servesIndex(haystack) ? testByIndex(haystack, this.#literals) : this.#first.test(haystack);
  }

  count(haystack: string): number {
    if (this.#only !== null) return countByIndex(haystack, this.#only);
    let count = 0;
    let from = 0;
    if (this.#servesIndex(haystack)) {
      from = this.#walkFar(haystack, () => {
        count++;
      });
    }
    const regex = this.#next;
    regex.lastIndex = from;
    while (from <= haystack.length && regex.test(haystack)) count++;
    return count;
  }

  find(haystack: string, from: number): Match | null {
    if (this.#only !== null) {
      const { id, text } = this.#only;
      const start = haystack.indexOf(text, from);
      return start === -1 ? null : { id, start, end: start + text.length };
    }
    if (this.#servesIndex(haystack)) return this.#findByIndex(haystack, from);
    const regex = this.#next;
    regex.lastIndex = from;
    const found = regex.exec(haystack);
    return found === null ? null : { id: this.#idOf(found[0]), start: found.index, end: found.index + found[0].length };
  }

  /** `id, start, end` of each match. */
  findAll(haystack: string): number[] {
    const words: number[] = [];
    let from = 0;
    if (this.#servesIndex(haystack)) from = this.#walkFar(haystack, (id, start, end) => words.push(id, start, end));
    if (from > haystack.length) return words;
    const regex = this.#next;
    regex.lastIndex = from;
    for (let found = regex.exec(haystack); found !== null; found = regex.exec(haystack)) {
      words.push(this.#idOf(found[0]), found.index, found.index + found[0].length);
    }
    return words;
  }

  /** The ids of all patterns that occur; null where the host has no way to tell that costs less than a crossing. */
  which(haystack: string): number[] | null {
    if (this.#folds) return null;
    const ids: number[] = [];
    for (const [id, pattern] of this.#given.entries()) if (pattern !== null && haystack.includes(pattern)) ids.push(id);
    return ids;
  }

  /** The haystack with one text in place of all matches; null where it is better built from the matches. */
  replace(haystack: string, replacement: string): string | null {
    const isIndexed = this.#servesIndex(haystack);
    if ((isIndexed && this.#only === null) || replacement.length > REPLACEMENT_MAX) return null;
    // For the host `$` means something.
    const plain = replacement.includes('$') ? replacement.replaceAll('$', '$$$$') : replacement;
    return isIndexed && this.#only !== null ? haystack.replaceAll(this.#only.text, plain) : haystack.replace(this.#next, plain);
  }

  #findByIndex(haystack: string, from: number): Match | null {
    let match: Match | null = null;
    walkByIndex(haystack, from, this.#literals, (id, start, end) => {
      match = { id, start, end };
      return false;
    });
    return match;
  }

  #servesIndex(haystack: string): boolean {
    return this.#byIndex && haystack.length > NEAR && formOf(haystack) === FORM.latin1;
  }

  /** Gives `visit` the matches as long as they are far from each other; gives where to go on, beyond the end when there are no more. */
  #walkFar(haystack: string, visit: (id: number, start: number, end: number) => void): number {
    let from = 0;
    let count = 0;
    let isDense = false;
    walkByIndex(haystack, 0, this.#literals, (id, start, end) => {
      visit(id, start, end);
      from = end;
      count++;
      isDense = from < count * NEAR;
      return !isDense;
    });
    return isDense ? from : haystack.length + 1;
  }

  #idOf(found: string): number {
    return this.#ids.get(this.#key(found)) as number;
  }

  #key(text: string): string {
    return this.#folds ? text.replace(/[\u017f\u212a]/g, (letter) => FOLDED_TO_ASCII[letter] as string).toLowerCase() : text;
  }
}

/** The text that a byte pattern is UTF-8 of; null for one that no string can hold. */
function stringForm(pattern: string | Uint8Array): string | null {
  if (typeof pattern === 'string') return pattern;
  return decodeText(pattern, 0, pattern.length) ?? null;
}

import type { Match, SearchOptions } from './matcher.ts';
import { decodeText } from './objects/strings.ts';

/*
 * Searching a short string by a RegExp of the host. A crossing costs more than V8 takes for a few words of text, and where a
 * RegExp can say exactly what the engine says, it is the cheapest way to search them.
 */

/** An alternation tries every pattern at every place, so it is only for small sets. */
const PATTERNS_MAX = 16;
const ASCII = /^[\0-\x7f]*$/;
const SPECIAL = /[\\^$.*+?()[\]{}|/]/g;
/** The two characters outside ASCII whose simple case folding is in it. */
const FOLDED_TO_ASCII: Readonly<Record<string, string>> = { '\u017f': 's', '\u212a': 'k' };

export class ShortSearch {
  /** Units of the longest pattern. */
  readonly longest: number;
  readonly #ids = new Map<string, number>();
  readonly #folds: boolean;
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
    this.longest = Math.max(0, ...list.map((pattern) => pattern.length));
    if (semantics === 'leftmost-longest') list.sort((a, b) => b.length - a.length);
    // Without alternatives: a class that no unit is in.
    const source = list.length === 0 ? '[]' : list.map((pattern) => pattern.replace(SPECIAL, '\\$&')).join('|');
    // Without `u` the units are compared as they are, and `i` folds ASCII letters with each other alone.
    const flags = ignoreCase === false ? '' : ignoreCase === 'ascii' ? 'i' : 'iu';
    this.#first = new RegExp(source, flags);
    this.#next = new RegExp(source, `${flags}g`);
  }

  test(haystack: string): boolean {
    return this.#first.test(haystack);
  }

  count(haystack: string): number {
    const regex = this.#next;
    regex.lastIndex = 0;
    let count = 0;
    while (regex.test(haystack)) count++;
    return count;
  }

  find(haystack: string, from: number): Match | null {
    const regex = this.#next;
    regex.lastIndex = from;
    const found = regex.exec(haystack);
    return found === null ? null : { id: this.#idOf(found[0]), start: found.index, end: found.index + found[0].length };
  }

  /** `id, start, end` of each match. */
  findAll(haystack: string): number[] {
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

/** The text that a byte pattern is UTF-8 of; null for one that no string can hold. */
function stringForm(pattern: string | Uint8Array): string | null {
  if (typeof pattern === 'string') return pattern;
  return decodeText(pattern, 0, pattern.length) ?? null;
}

import { LanewiseError } from './error.ts';
import { INPUT_MAX } from './input.ts';

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
  /**
   * `[id, start, end]*`, a copy that the caller owns.
   *
   * @throws {LanewiseError} LW_SIZE when an offset, in a stream beyond 4 GiB, is no word of 32 bits
   */
  toUint32Array(): Uint32Array;
}

/** Words of a match: its id, start and end. */
export const MATCH_WORDS = 3;

/** Matches over words of its own. */
export class MatchList implements Matches {
  readonly length: number;
  readonly #words: ArrayLike<number>;
  /** What has to be added to offsets. */
  readonly #base: number;

  constructor(words: ArrayLike<number>, base = 0) {
    this.length = words.length / MATCH_WORDS;
    this.#words = words;
    this.#base = base;
  }

  id(i: number): number {
    return this.#word(i, 0);
  }

  start(i: number): number {
    return this.#word(i, 1) + this.#base;
  }

  end(i: number): number {
    return this.#word(i, 2) + this.#base;
  }

  toUint32Array(): Uint32Array {
    const words = new Uint32Array(this.#words);
    // Words of 32 bits they are but where a base, or a stream, makes more of them.
    if (this.#base === 0 && this.#words instanceof Uint32Array) return words;
    for (let i = 0; i < this.length; i++) {
      if (this.end(i) > INPUT_MAX) throw new LanewiseError('LW_SIZE');
      words[i * MATCH_WORDS + 1] = this.start(i);
      words[i * MATCH_WORDS + 2] = this.end(i);
    }
    return words;
  }

  *[Symbol.iterator](): Generator<Match, void, undefined> {
    for (let i = 0; i < this.length; i++) yield { id: this.id(i), start: this.start(i), end: this.end(i) };
  }

  #word(i: number, field: number): number {
    const word = this.#words[i * MATCH_WORDS + field];
    if (word === undefined) throw new TypeError(`there is no match ${i} among ${this.length}`);
    return word;
  }
}

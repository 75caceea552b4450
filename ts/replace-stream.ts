import { wrongType } from './input.ts';
import { chunksOf, Held, type Pieces, streamOf } from './pieces.ts';
import { type Chosen, replaceInBytes, replaceInString } from './replace.ts';
import type { StreamSearch } from './scanner.ts';

/** Passes bytes on with what stands in place of matches. Only what may still be part of a match is held. */
export function replaceBytesStream(search: StreamSearch, chosen: Chosen<Uint8Array>): TransformStream<Uint8Array, Uint8Array> {
  return streamOf(new ReplacedBytes(search, chosen));
}

/** The same for strings, whose surrogate pairs may be cut between chunks. */
export function replaceStringsStream(search: StreamSearch, chosen: Chosen<string>): TransformStream<string, string> {
  return streamOf(new ReplacedStrings(search, chosen));
}

class ReplacedBytes implements Pieces<Uint8Array> {
  readonly #search: StreamSearch;
  readonly #chosen: Chosen<Uint8Array>;
  /** What may still be part of a match. */
  readonly #held = new Held();

  constructor(search: StreamSearch, chosen: Chosen<Uint8Array>) {
    this.#search = search;
    this.#chosen = chosen;
  }

  *write(chunk: Uint8Array): Generator<Uint8Array> {
    for (const part of chunksOf(chunk)) yield* this.#settle(part, this.#search.writeBytes(part));
  }

  *end(): Generator<Uint8Array> {
    yield* this.#settle(new Uint8Array(0), this.#search.end());
  }

  *#settle(chunk: Uint8Array, words: ArrayLike<number>): Generator<Uint8Array> {
    const text = this.#held.takeWith(chunk);
    const settled = text.length - this.#search.heldBack;
    const result = replaceInBytes(text.subarray(0, settled), words, this.#chosen);
    this.#held.add(text.subarray(settled));
    if (result.length > 0) yield result;
  }
}

class ReplacedStrings implements Pieces<string, string> {
  readonly #search: StreamSearch;
  readonly #chosen: Chosen<string>;
  #held = '';

  constructor(search: StreamSearch, chosen: Chosen<string>) {
    this.#search = search;
    this.#chosen = chosen;
  }

  *write(chunk: string): Generator<string> {
    if (typeof chunk !== 'string') throw wrongType('a string', chunk);
    yield* this.#settle(chunk, this.#search.writeString(chunk));
  }

  *end(): Generator<string> {
    yield* this.#settle('', this.#search.end());
  }

  *#settle(chunk: string, words: ArrayLike<number>): Generator<string> {
    const text = this.#held + chunk;
    const settled = text.length - this.#search.heldBack;
    const result = replaceInString(text.slice(0, settled), words, this.#chosen);
    this.#held = text.slice(settled);
    if (result.length > 0) yield result;
  }
}

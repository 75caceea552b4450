import { backend } from './backend/current.ts';
import { check } from './backend/fault.ts';
import { HEAD, head, listWords, openFrame, put } from './backend/frame.ts';
import { freedWith } from './backend/handles.ts';
import { type Matches, MatchList } from './matches.ts';
import { chunksOf } from './pieces.ts';
import { FORM, putUnits } from './units.ts';

/**
 * A search in a stream, chunk by chunk: the matches are those in all chunks taken as one text, whatever the cuts. Offsets count from the start of
 * the stream. Memory is a small multiple of the longest pattern, whatever comes.
 */
export interface Scanner {
  /**
   * The matches that this chunk has made certain, in the order of the semantics. The chunk is only borrowed. O(chunk).
   *
   * @throws {LanewiseError} LW_SHARED_INPUT
   */
  write(chunk: Uint8Array): Matches;
  /** The matches that the end of the stream has made certain. The scanner is at the start of another stream then. */
  end(): Matches;
  /**
   * How many bytes at the end of what has come may still be part of a match; all that come before are settled. Never more than it
   * takes, but that whole words wait for a character that is cut to be complete.
   */
  readonly heldBack: number;
}

/** Gives the state of a scanner back when it is gone. */
const unused = freedWith('scannerFree');

/** The state of a search in a stream of bytes, or of strings. The words that it gives count from where what was held back began. */
export class StreamSearch {
  heldBack = 0;
  readonly #handle: number;

  /** @param matcher a handle, which is good as long as the matcher is held */
  constructor(matcher: number, form: number) {
    openFrame();
    head[HEAD.handle] = matcher;
    head[HEAD.form] = form;
    this.#handle = check(backend.scannerNew());
    unused.register(this, this.#handle);
  }

  writeBytes(chunk: Uint8Array): ArrayLike<number> {
    put(chunk);
    return this.#take(backend.scannerWrite);
  }

  writeString(chunk: string): ArrayLike<number> {
    putUnits(chunk, FORM.utf16);
    return this.#take(backend.scannerWrite);
  }

  end(): ArrayLike<number> {
    openFrame();
    return this.#take(backend.scannerEnd);
  }

  #take(call: () => number): ArrayLike<number> {
    head[HEAD.handle] = this.#handle;
    const words = listWords(check(call()));
    openFrame();
    head[HEAD.handle] = this.#handle;
    this.heldBack = backend.scannerHeld();
    return words;
  }
}

/** A scanner of bytes. */
export class ByteScanner implements Scanner {
  readonly #search: StreamSearch;
  /** How many bytes have come. */
  #size = 0;

  constructor(matcher: number) {
    this.#search = new StreamSearch(matcher, FORM.bytes);
  }

  get heldBack(): number {
    return this.#search.heldBack;
  }

  write(chunk: Uint8Array): Matches {
    const [first, ...more] = [...chunksOf(chunk)].map((part) => this.#write(part)) as [Matches, ...Matches[]];
    if (more.length === 0) return first;
    return new MatchList([first, ...more].flatMap((matches) => [...matches].flatMap(({ id, start, end }) => [id, start, end])));
  }

  end(): Matches {
    const base = this.#size - this.heldBack;
    this.#size = 0;
    return new MatchList(this.#search.end(), base);
  }

  #write(part: Uint8Array): Matches {
    const base = this.#size - this.heldBack;
    const { length } = part;
    const words = this.#search.writeBytes(part);
    this.#size += length;
    return new MatchList(words, base);
  }
}

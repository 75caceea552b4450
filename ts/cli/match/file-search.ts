import { closeSync, openSync } from 'node:fs';
import type { Matcher } from '../../text.ts';
import { nameOf } from '../files.ts';
import { LineFinder } from './line-finder.ts';
import { LinePrinter } from './line-printer.ts';
import { LineReader } from './line-reader.ts';
import type { Query } from './query.ts';
import type { FoundFile } from './walk.ts';

/** A NUL within so many bytes makes a file no text. */
const BINARY_SEEN = 64 << 10;

/** What is known of the file that is being searched. */
interface Progress {
  readonly name: string;
  readonly isFound: boolean;
  isBinary: boolean;
  count: number;
  offset: number;
}

/** Searches one file after the other, each in pieces, and gathers what is to be printed. */
export class FileSearch {
  readonly #matcher: Matcher;
  readonly #query: Query;
  readonly #finder: LineFinder;
  readonly #printer: LinePrinter;
  readonly #reader = new LineReader();

  constructor(query: Query, matcher: Matcher) {
    this.#matcher = matcher;
    this.#query = query;
    this.#finder = new LineFinder(this.#matcher, query);
    this.#printer = new LinePrinter(query);
  }

  get page(): LinePrinter['page'] {
    return this.#printer.page;
  }

  /**
   * Searches a file if it is small enough to be held in memory.
   *
   * @returns whether a line was selected; undefined for a larger file, of which nothing was printed
   */
  small(file: FoundFile): boolean | undefined {
    const descriptor = openSync(file.path, 'r');
    try {
      const progress = this.#start(file);
      const isShort = this.#reader.fill(descriptor, BINARY_SEEN);
      if (this.#isLeftOut(progress)) return false;
      if (!isShort && !this.#reader.fill(descriptor)) return undefined;
      this.#piece(progress, true);
      return this.#end(progress);
    } finally {
      closeSync(descriptor);
    }
  }

  /** Searches a file of any size. @param flush is called when there may be something to print @returns as `small` */
  async large(file: FoundFile, flush: () => Promise<void>): Promise<boolean> {
    const descriptor = openSync(file.path, 'r');
    try {
      const progress = this.#start(file);
      let isEnd = this.#reader.fill(descriptor, BINARY_SEEN);
      for (let goesOn = !this.#isLeftOut(progress); goesOn; ) {
        isEnd ||= this.#reader.fill(descriptor);
        goesOn = this.#piece(progress, isEnd) && !isEnd;
        await flush();
      }
      return this.#end(progress);
    } finally {
      closeSync(descriptor);
    }
  }

  /** The same with what comes in chunks. */
  async stream(file: FoundFile, chunks: AsyncIterable<Uint8Array>, flush: () => Promise<void>): Promise<boolean> {
    const progress = this.#start(file);
    for await (const chunk of chunks) {
      for (let rest = chunk; rest.length > 0; ) {
        rest = rest.subarray(this.#reader.add(rest));
        if (!this.#reader.isFull) continue;
        if (progress.offset === 0) this.#isLeftOut(progress);
        if (!this.#piece(progress, false)) return this.#end(progress);
        await flush();
      }
    }
    if (progress.offset === 0) this.#isLeftOut(progress);
    this.#piece(progress, true);
    return this.#end(progress);
  }

  #start({ path, isFound }: FoundFile): Progress {
    this.#finder.reset();
    this.#reader.reset();
    return { name: nameOf(path), isFound, isBinary: false, count: 0, offset: 0 };
  }

  /** Looks at how the file begins; a binary file is left out where nobody named it. */
  #isLeftOut(progress: Progress): boolean {
    progress.isBinary = !this.#query.takesBinary && this.#reader.hasNul(BINARY_SEEN);
    return progress.isBinary && progress.isFound;
  }

  /** Searches the lines that the reader has. @returns whether the rest of the file matters */
  #piece(progress: Progress, isEnd: boolean): boolean {
    const piece = this.#reader.lines(isEnd);
    const goesOn = this.#report(progress, piece, isEnd);
    progress.offset += piece.length;
    if (!isEnd) this.#reader.drop(piece.length);
    return goesOn;
  }

  #report(progress: Progress, piece: Buffer, isEnd: boolean): boolean {
    const { report } = this.#query;
    if (report === 'name' || (progress.isBinary && report !== 'count')) {
      if (this.#finder.test(piece)) progress.count = 1;
      return progress.count === 0;
    }
    for (const line of this.#finder.lines(piece, isEnd)) {
      progress.count++;
      if (report !== 'count') this.#printer.line(progress.name, piece, line, progress.offset);
    }
    return true;
  }

  /** Says what is to be said of the whole file. */
  #end({ name, isFound, isBinary, count }: Progress): boolean {
    const { report } = this.#query;
    // Of many files only those count that have something.
    if (report === 'count' && (count > 0 || !isFound)) this.#printer.count(name, count);
    else if (report === 'name' && count > 0) this.#printer.name(name);
    else if (report !== 'count' && report !== 'name' && isBinary && count > 0) this.#printer.binary(name);
    return count > 0;
  }
}

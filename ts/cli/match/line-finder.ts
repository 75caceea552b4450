import { lineStarts, type Matcher, type Matches } from '../../text.ts';
import type { Found, Line } from './line-printer.ts';
import type { Query } from './query.ts';

const NEWLINE = 10;

/** Where a word neither ends nor begins: word characters are those of `wholeWords`. */
const BETWEEN_WORDS = /(?<![\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}])(?![\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}])/u;

/** Selects lines, piece by piece of one file. Every piece but the last ends with a line end. */
export class LineFinder {
  readonly #matcher: Matcher;
  readonly #query: Query;
  readonly #needsNumbers: boolean;
  /** Whether lines without a match of the matcher may be selected. */
  readonly #looksAtAll: boolean;
  #linesBefore = 0;

  constructor(matcher: Matcher, query: Query) {
    this.#matcher = matcher;
    this.#query = query;
    const isPrinted = query.report === 'lines' || query.report === 'matches';
    this.#needsNumbers = isPrinted && (query.hasNumbers || query.isJson);
    this.#looksAtAll = query.isInverted || query.hasEmpty;
  }

  /** Begins another file. */
  reset(): void {
    this.#linesBefore = 0;
  }

  /** Whether a line of `piece` is selected: cheaper than `lines`. */
  test(piece: Buffer): boolean {
    return this.#looksAtAll ? this.#ofAll(piece, false).next().done !== true : this.#matcher.test(piece);
  }

  /**
   * The lines of `piece` that are selected.
   *
   * @param isEnd whether the file has ended; numbers of lines then matter no more
   */
  *lines(piece: Buffer, isEnd: boolean): Generator<Line, void, undefined> {
    if (this.#looksAtAll) yield* this.#ofAll(piece, this.#needsNumbers);
    else yield* this.#matching(piece, isEnd);
  }

  *#matching(piece: Buffer, isEnd: boolean): Generator<Line, void, undefined> {
    const matches = this.#matcher.findAll(piece);
    const starts = this.#needsNumbers && (matches.length > 0 || !isEnd) ? lineStarts(piece) : undefined;
    let number = 0;
    for (let i = 0; i < matches.length; ) {
      const start = lineStart(piece, matches.start(i));
      const end = lineEnd(piece, matches.end(i));
      const found: Found[] = [];
      for (; i < matches.length && matches.start(i) < end; i++) found.push(partOf(matches, i));
      while (starts !== undefined && number < starts.length && (starts[number] as number) <= start) number++;
      yield { start, end, number: this.#linesBefore + number, found };
    }
    this.#linesBefore += starts?.length ?? 0;
  }

  /** Of all lines those with a match, or those without one. */
  *#ofAll(piece: Buffer, needsNumbers: boolean): Generator<Line, void, undefined> {
    const { isInverted } = this.#query;
    const matches = this.#matcher.findAll(piece);
    const starts = lineStarts(piece);
    let next = 0;
    for (let i = 0; i < starts.length; i++) {
      const start = starts[i] as number;
      const behind = starts[i + 1] ?? piece.length;
      const end = piece[behind - 1] === NEWLINE ? behind - 1 : behind;
      const found: Found[] = [];
      for (; next < matches.length && matches.start(next) < behind; next++) found.push(partOf(matches, next));
      const isMatching = found.length > 0 || this.#isEmptyIn(piece, start, end);
      if (isMatching !== isInverted) yield { start, end, number: this.#linesBefore + i + 1, found };
    }
    if (needsNumbers) this.#linesBefore += starts.length;
  }

  /** Whether the empty pattern, if it is one of them, occurs in a line. */
  #isEmptyIn(piece: Buffer, start: number, end: number): boolean {
    const { hasEmpty, wantsWords } = this.#query;
    return hasEmpty && (!wantsWords || BETWEEN_WORDS.test(piece.toString('utf8', start, end)));
  }
}

function partOf(matches: Matches, i: number): Found {
  return { id: matches.id(i), start: matches.start(i), end: matches.end(i) };
}

function lineStart(piece: Buffer, offset: number): number {
  return offset === 0 ? 0 : piece.lastIndexOf(NEWLINE, offset - 1) + 1;
}

function lineEnd(piece: Buffer, offset: number): number {
  const newline = piece.indexOf(NEWLINE, offset);
  return newline < 0 ? piece.length : newline;
}

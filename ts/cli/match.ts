import { lineStarts, Matcher, type Matches } from '../text.ts';
import { CommandFailure, explain, INVALID, report, TROUBLE } from './failure.ts';
import { nameOf, readInput } from './files.ts';
import { NEWLINE, Output } from './output.ts';

/** As grep has them. */
export interface MatchOptions {
  readonly pattern: readonly string[];
  readonly ignoreCase?: boolean;
  readonly count?: boolean;
  readonly lineNumber?: boolean;
  readonly onlyMatching?: boolean;
}

/** Prints the lines of `files` in which some pattern occurs. A file that cannot be read is reported, and the others are searched. */
export async function match(files: readonly string[], options: MatchOptions): Promise<void> {
  // A line end separates patterns, as in grep: nothing matches across lines.
  const patterns = options.pattern.flatMap((pattern) => pattern.split('\n'));
  const matcher = new Matcher(patterns, { ignoreCase: options.ignoreCase === true });
  const output = new Output();
  let isFound = false;
  for (const file of files) {
    try {
      const search = new FileSearch(await readInput(file), matcher, options, files.length > 1 ? `${nameOf(file)}:` : '');
      isFound = (await search.print(output)) || isFound;
    } catch (error) {
      report(new CommandFailure(explain(error, nameOf(file)).message, TROUBLE));
    }
  }
  await output.end();
  if (!isFound) process.exitCode ??= INVALID;
}

/** The matches of one file, line by line. */
class FileSearch {
  readonly #input: Buffer;
  readonly #matches: Matches;
  readonly #options: MatchOptions;
  readonly #prefix: string;

  constructor(input: Buffer, matcher: Matcher, options: MatchOptions, prefix: string) {
    this.#input = input;
    this.#matches = matcher.findAll(input);
    this.#options = options;
    this.#prefix = prefix;
  }

  /** Whether there was a match. */
  async print(output: Output): Promise<boolean> {
    if (this.#options.count === true) await output.write(Buffer.from(`${this.#prefix}${this.#countLines()}\n`));
    else await this.#printMatches(output);
    return this.#matches.length > 0;
  }

  #countLines(): number {
    let count = 0;
    for (const _ of this.#lines()) count++;
    return count;
  }

  async #printMatches(output: Output): Promise<void> {
    const ranges = this.#options.onlyMatching === true ? this.#matches : this.#lines();
    const numbers = this.#options.lineNumber === true ? new LineNumbers(this.#input) : undefined;
    for (const { start, end } of ranges) {
      const prefix = `${this.#prefix}${numbers === undefined ? '' : `${numbers.of(start)}:`}`;
      if (prefix !== '') await output.write(Buffer.from(prefix));
      await output.write(this.#input.subarray(start, end));
      await output.write(NEWLINE);
    }
  }

  /** Each line that has a match, once, without its line end. */
  *#lines(): Generator<{ start: number; end: number }> {
    let covered = 0;
    for (const { start, end } of this.#matches) {
      if (start < covered) continue;
      const next = this.#input.indexOf(NEWLINE, end);
      covered = next < 0 ? this.#input.length : next;
      yield { start: start === 0 ? 0 : this.#input.lastIndexOf(NEWLINE, start - 1) + 1, end: covered };
    }
  }
}

/** Numbers of lines, asked for in ascending order. */
class LineNumbers {
  readonly #starts: Uint32Array;
  #line = 0;

  constructor(input: Uint8Array) {
    this.#starts = lineStarts(input);
  }

  /** 1-based number of the line that holds `offset`. */
  of(offset: number): number {
    while (this.#line < this.#starts.length && (this.#starts[this.#line] as number) <= offset) this.#line++;
    return this.#line;
  }
}

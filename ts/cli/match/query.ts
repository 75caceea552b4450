import { Matcher } from '../../text.ts';
import { explain } from '../failure.ts';
import { nameOf, readInput } from '../files.ts';

/** What the command line says. */
export interface MatchOptions {
  readonly pattern?: readonly string[];
  readonly patternFile?: readonly string[];
  readonly ignoreCase?: boolean;
  readonly word?: boolean;
  readonly invertMatch?: boolean;
  readonly count?: boolean;
  readonly filesWithMatches?: boolean;
  readonly onlyMatching?: boolean;
  readonly lineNumber?: boolean;
  /** Undefined: when there may be several files. */
  readonly filename?: boolean;
  readonly json?: boolean;
  readonly text?: boolean;
  readonly color: 'auto' | 'always' | 'never';
  readonly hidden?: boolean;
  /** False for `--no-ignore`. */
  readonly ignore: boolean;
  readonly threads?: number;
}

/** What is printed of a file: each selected line, each match alone, how many lines there are, or the name when there is one. */
export type Report = 'lines' | 'matches' | 'count' | 'name';

/** How files are searched and what is printed; it can be sent to another thread. */
export interface Query {
  readonly isInverted: boolean;
  readonly report: Report;
  readonly hasNumbers: boolean;
  readonly hasNames: boolean;
  readonly hasColors: boolean;
  readonly isJson: boolean;
  /** Whether a file with NUL in it is searched as any other. */
  readonly takesBinary: boolean;
}

const NEWLINE = 10;

/** @param hasSeveral whether there may be several files, so that their names are printed */
export function queryOf(options: MatchOptions, hasSeveral: boolean): Query {
  return {
    isInverted: options.invertMatch === true,
    report: reportOf(options),
    hasNumbers: options.lineNumber === true,
    hasNames: options.filename ?? hasSeveral,
    hasColors: options.json !== true && isColored(options.color),
    isJson: options.json === true,
    takesBinary: options.text === true,
  };
}

/** As grep does, the longest of the matches that start first is the one that is shown. */
export async function matcherOf(options: MatchOptions): Promise<Matcher> {
  return new Matcher(await patternsOf(options), {
    ignoreCase: options.ignoreCase === true,
    wholeWords: options.word === true,
    semantics: 'leftmost-longest',
  });
}

function reportOf({ filesWithMatches, count, onlyMatching }: MatchOptions): Report {
  if (filesWithMatches === true) return 'name';
  if (count === true) return 'count';
  return onlyMatching === true ? 'matches' : 'lines';
}

/** A line end separates patterns, as in grep: nothing matches across lines. */
async function patternsOf({ pattern = [], patternFile = [] }: MatchOptions): Promise<Uint8Array[]> {
  const patterns: Uint8Array[] = pattern.flatMap((text) => text.split('\n')).map((text) => Buffer.from(text));
  for (const file of patternFile) {
    try {
      for (const line of linesOf(await readInput(file))) patterns.push(line);
    } catch (error) {
      throw explain(error, nameOf(file));
    }
  }
  return patterns;
}

/** Of any bytes; the last may end without a line end. */
function linesOf(bytes: Buffer): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

/** https://no-color.org: any value but the empty one. */
function isColored(color: MatchOptions['color']): boolean {
  if (color !== 'auto') return color === 'always';
  return process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
}

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
  /** Whether an empty pattern is one of them: it occurs in every line, as in grep; between words where those are wanted whole. */
  readonly hasEmpty: boolean;
  readonly wantsWords: boolean;
}

/** What is looked for, in the order in which it was given. */
export type Patterns = readonly (string | Uint8Array)[];

const NEWLINE = 10;
/** Stands for an empty pattern, so that the others keep their numbers: it has no UTF-8, so it occurs in no file. */
const EMPTY = '\ud800';

/** @param hasSeveral whether there may be several files, so that their names are printed */
export function queryOf(options: MatchOptions, patterns: Patterns, hasSeveral: boolean): Query {
  return {
    isInverted: options.invertMatch === true,
    report: reportOf(options),
    hasNumbers: options.lineNumber === true,
    hasNames: options.filename ?? hasSeveral,
    hasColors: options.json !== true && isColored(options.color),
    isJson: options.json === true,
    takesBinary: options.text === true,
    hasEmpty: patterns.includes(EMPTY),
    wantsWords: options.word === true,
  };
}

/** As grep does, the longest of the matches that start first is the one that is shown. */
export function matcherOf(options: MatchOptions, patterns: Patterns): Matcher {
  return new Matcher(patterns, {
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
export async function patternsOf({ pattern = [], patternFile = [] }: MatchOptions): Promise<Patterns> {
  const patterns: Uint8Array[] = pattern.flatMap((text) => text.split('\n')).map((text) => Buffer.from(text));
  for (const file of patternFile) {
    try {
      for (const line of linesOf(await readInput(file))) patterns.push(line);
    } catch (error) {
      throw explain(error, nameOf(file));
    }
  }
  return patterns.map((bytes) => (bytes.length === 0 ? EMPTY : bytes));
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

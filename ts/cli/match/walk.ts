import { type Dirent, readdirSync, statSync } from 'node:fs';
import { IgnoreRules, prefixOf, RULES_FILE } from './ignore-rules.ts';

/** A file to search. */
export interface FoundFile {
  /** As it is opened and printed; '-' is standard input. */
  readonly path: string;
  /** Found in a directory, not named: then a binary file is left out. */
  readonly isFound: boolean;
}

export interface WalkOptions {
  readonly hidden: boolean;
  readonly ignore: boolean;
}

interface Folder {
  readonly path: string;
  /** Those of the directories above it. */
  readonly rules: IgnoreRules | null;
}

/**
 * The files that `names` stand for, in their order; of a directory all below it, in the order of their names. Links in a directory
 * are not followed; what is neither a file nor a directory is left out there.
 *
 * @param complain is called for what cannot be read; the walk goes on
 */
export function* walk(
  names: readonly string[],
  options: WalkOptions,
  complain: (error: unknown, name: string) => void,
): Generator<FoundFile, void, undefined> {
  for (const name of names) {
    if (isDirectory(name)) yield* walkFolder({ path: name, rules: options.ignore ? IgnoreRules.above(name) : null }, options, complain);
    else yield { path: name, isFound: false };
  }
}

/** What cannot be asked is a file until it is opened. */
export function isDirectory(name: string): boolean {
  try {
    return name !== '-' && statSync(name).isDirectory();
  } catch {
    return false;
  }
}

/** Depth first, by a stack of what is still to do. */
function* walkFolder(
  root: Folder,
  options: WalkOptions,
  complain: (error: unknown, name: string) => void,
): Generator<FoundFile, void, undefined> {
  const waiting: (Folder | FoundFile)[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if ('isFound' in next) {
      yield next;
      continue;
    }
    try {
      for (const entry of entriesOf(next, options)) waiting.push(entry);
    } catch (error) {
      complain(error, next.path);
    }
  }
}

/** What lies in a directory, the first name last. */
function entriesOf({ path, rules: above }: Folder, options: WalkOptions): (Folder | FoundFile)[] {
  const prefix = prefixOf(path);
  const listed = sorted(readdirSync(path, { withFileTypes: true }));
  const hasRules = options.ignore && listed.some(({ name }) => name === RULES_FILE);
  const rules = hasRules ? IgnoreRules.in(path, above) : above;
  const entries: (Folder | FoundFile)[] = [];
  for (const entry of listed) {
    const name = `${prefix}${entry.name}`;
    const isFolder = entry.isDirectory();
    if (!(isFolder || entry.isFile()) || isLeftOut(entry.name, options) || rules?.excludes(name, isFolder)) continue;
    entries.push(isFolder ? { path: name, rules } : { path: name, isFound: true });
  }
  return entries;
}

/** A repository's own files are never searched: they are neither the user's nor text. */
function isLeftOut(name: string, { hidden }: WalkOptions): boolean {
  return name === '.git' || (!hidden && name.startsWith('.'));
}

/** From the last name to the first. */
function sorted(entries: Dirent[]): Dirent[] {
  return entries.sort((a, b) => (a.name < b.name ? 1 : -1));
}

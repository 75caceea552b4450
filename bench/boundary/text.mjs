/** Lines and UTF-8. */
import { ndjson } from '../data/logs.mjs';
import * as peers from '../peers/utf8.mjs';
import { cyrillicPart, englishPart } from './matcher.mjs';
import { SIZES, STRIDE, variants } from './sizes.mjs';

/** What bytes are made of. @type {Readonly<Record<string, (size: number, variant: number) => Buffer>>} */
const BYTES = {
  ASCII: (size, variant) => Buffer.from(englishPart(size, variant)),
  Cyrillic: (size, variant) => wholeCharacters(Buffer.from(cyrillicPart(size, variant)), size),
};
/** Lines of 650 bytes, and of one word each. @type {Readonly<Record<string, (size: number, variant: number) => Buffer>>} */
const LINES = {
  'long lines': (size, variant) => ndjson(size + variant * STRIDE).subarray(variant * STRIDE, variant * STRIDE + size),
  'short lines': (size, variant) => Buffer.from(englishPart(size, variant).replaceAll(' ', '\n')),
};
/** @type {Readonly<Record<string, (size: number, variant: number) => string>>} */
const STRINGS = { 'one-byte': englishPart, 'two-byte': cyrillicPart };

/** @param {import('../harness/suite.mjs').Facade} lanewise @returns {import('../harness/suite.mjs').Case[]} */
export function textCases(lanewise) {
  const { decodeUtf8, encodeUtf8, isUtf8, lineStarts } = lanewise;
  return [
    ...each('isUtf8', BYTES, { ours: (bytes) => isUtf8(bytes), peers: peers.check, expected: () => true }),
    ...each('decodeUtf8', BYTES, { ours: (bytes) => decodeUtf8(bytes), peers: peers.decode, expected: (bytes) => bytes.toString() }),
    ...each('decodeUtf8 lossy', BYTES, {
      ours: (bytes) => decodeUtf8(bytes, { lossy: true }),
      peers: peers.decodeLossy,
      expected: (bytes) => bytes.toString(),
    }),
    ...each('encodeUtf8', STRINGS, { ours: (text) => encodeUtf8(text), peers: peers.encode, read: utf8Text, expected: (text) => text }),
    ...each('lineStarts', LINES, {
      ours: (bytes) => lineStarts(bytes),
      peers: peers.lineStarts,
      read: (starts) => starts.join(),
      expected: (bytes) => startsOf(bytes.toString()).join(),
    }),
  ];
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

/** JSON. Texts are arrays of log records; the smallest are a list of numbers, or one number. */
import { jsonOfSize } from '../data/sized-json.mjs';
import * as peers from '../peers/json.mjs';
import { SIZES, sizesFrom, variants } from './sizes.mjs';

/** The smallest text that is still an array when one unit is added to it. */
const ARRAY_MIN = 8;
/** The smallest object with something between its first and its last member. */
const OBJECT_MIN = 32;

/** @typedef {(size: number, variant: number) => any} Make */

/** @type {Readonly<Record<string, Make>>} */
const STRINGS = {
  'one-byte': (size, seed) => jsonOfSize(size, { seed }),
  'two-byte': (size, seed) => jsonOfSize(size, { seed, cyrillic: true }),
};
/** @type {Readonly<Record<string, Make>>} */
const BYTES = {
  'bytes, ASCII': (size, seed) => Buffer.from(jsonOfSize(size, { seed })),
  'bytes, non-ASCII': (size, seed) => Buffer.from(jsonOfSize(size, { seed, cyrillic: true, measure: Buffer.byteLength })),
};
/** The last unit is missing. @type {Readonly<Record<string, Make>>} */
const STRINGS_CUT = { 'one-byte, cut short': (size, seed) => jsonOfSize(size + 1, { seed }).slice(0, -1) };
/** @type {Readonly<Record<string, Make>>} */
const BYTES_CUT = { 'bytes, cut short': (size, seed) => Buffer.from(jsonOfSize(size + 1, { seed })).subarray(0, -1) };
/** @type {Readonly<Record<string, Make>>} */
const TO_MINIFY = {
  'one-byte, pretty': (size, seed) => jsonOfSize(size, { seed, pretty: true }),
  'bytes, pretty': (size, seed) => Buffer.from(jsonOfSize(size, { seed, pretty: true })),
  'bytes, compact': (size, seed) => Buffer.from(jsonOfSize(size, { seed })),
};

/** @param {import('../harness/suite.mjs').Facade} lanewise @returns {import('../harness/suite.mjs').Case[]} */
export function jsonCases({ json, Query }) {
  return [
    ...verdictCases('json.isValid', (input) => json.isValid(input)),
    ...verdictCases('json.validate', (input) => peers.succeeds(() => json.validate(input))),
    ...each('json.minify', sizesFrom(1), TO_MINIFY, {
      ours: (input) => json.minify(input),
      peers: peers.minify,
      read: textOf,
      expected: (input) => JSON.stringify(JSON.parse(input)),
    }),
    ...each('json.parse', sizesFrom(1), BYTES, {
      ours: (input) => json.parse(input),
      peers: peers.parse,
      read: (value) => JSON.stringify(value),
      expected: (input) => JSON.stringify(JSON.parse(input)),
    }),
    ...each('json.prettify', sizesFrom(1), BYTES, {
      ours: (input) => json.prettify(input),
      peers: { 'JSON.parse + JSON.stringify': (input) => Buffer.from(JSON.stringify(JSON.parse(input), null, 2)) },
      read: textOf,
      expected: (input) => JSON.stringify(JSON.parse(input), null, 2),
    }),
    ...getCases(json),
    ...pickCases(new Query({ first: '/first', last: '/last' })),
  ];
}

/** @param {import('lanewise').Query<'first' | 'last'>} query @returns {import('../harness/suite.mjs').Case[]} */
function pickCases(query) {
  const work = {
    peers: peers.get(({ first, last }) => ({ first, last })),
    read: (/** @type {any} */ { first, last }) => `${first} ${last}`,
    expected: () => '1 2',
  };
  const inBytes = { bytes: objectOfSize };
  return [
    ...each('Query.pick, two members,', sizesFrom(OBJECT_MIN), inBytes, { ours: (input) => query.pick(input), ...work }),
    ...each('Query.pick path, two members,', sizesFrom(OBJECT_MIN), inBytes, {
      ours: (input) => query.pick(input, 'json', { check: 'path' }),
      ...work,
    }),
  ];
}

/** @param {string} call @param {(input: any) => boolean} ours @returns {import('../harness/suite.mjs').Case[]} */
function verdictCases(call, ours) {
  const onStrings = { ours, peers: peers.verdictOnString };
  const onBytes = { ours, peers: peers.verdictOnBytes };
  return [
    ...each(call, SIZES, STRINGS, { ...onStrings, expected: (input) => input.length > 0 }),
    ...each(call, SIZES, BYTES, { ...onBytes, expected: (input) => input.length > 0 }),
    ...each(call, sizesFrom(ARRAY_MIN), STRINGS_CUT, { ...onStrings, expected: () => false }),
    ...each(call, sizesFrom(ARRAY_MIN), BYTES_CUT, { ...onBytes, expected: () => false }),
  ];
}

/** @param {import('../harness/suite.mjs').Facade['json']} json @returns {import('../harness/suite.mjs').Case[]} */
function getCases(json) {
  const sizes = sizesFrom(OBJECT_MIN);
  const inBytes = { bytes: objectOfSize };
  const first = { peers: peers.get(({ first }) => first), expected: () => 1 };
  const last = { peers: peers.get(({ last }) => last), expected: () => 2 };
  return [
    ...each('json.get, first member,', sizes, inBytes, { ours: (input) => json.get(input, '/first'), ...first }),
    ...each('json.get, last member,', sizes, inBytes, { ours: (input) => json.get(input, '/last'), ...last }),
    ...each('json.get path, first member,', sizes, inBytes, { ours: (input) => json.get(input, '/first', { check: 'path' }), ...first }),
    ...each('json.get path, last member,', sizes, inBytes, { ours: (input) => json.get(input, '/last', { check: 'path' }), ...last }),
    ...each('json.getRaw, last member,', sizes, inBytes, {
      ours: (input) => json.getRaw(input, '/last'),
      peers: peers.getRaw(({ last }) => last),
      read: textOf,
      expected: () => '2',
    }),
  ];
}

/**
 * @param {string} call @param {number[]} sizes @param {Readonly<Record<string, Make>>} kinds
 * @param {Omit<import('../harness/suite.mjs').Workload, 'inputs'>} work
 * @returns {import('../harness/suite.mjs').Case[]}
 */
function each(call, sizes, kinds, work) {
  return Object.entries(kinds).map(([kind, make]) => ({
    name: `${call} ${kind}`,
    sizes,
    prepare: (size) => ({ ...work, inputs: variants(size, (variant) => make(size, variant)) }),
  }));
}

/** `{"first":1,"items":[…],"last":2}`. @param {number} size @param {number} seed */
function objectOfSize(size, seed) {
  const [head, tail] = ['{"first":1,"items":', ',"last":2}'];
  return Buffer.from(head + jsonOfSize(size - head.length - tail.length, { seed }) + tail);
}

/** @param {Uint8Array} bytes */
function textOf(bytes) {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}

/** JSON on documents: see `data/documents.mjs`. */
import { DOCUMENTS, document } from '../data/documents.mjs';
import { flat } from '../data/texts.mjs';
import * as peers from '../peers/json.mjs';
import { copies } from './copies.mjs';
import { lackOf } from './lack-of.mjs';

/** @typedef {keyof typeof DOCUMENTS} Name */

const PATCHED = 'patched';

/** @type {import('../harness/suite.mjs').Suite} */
export default {
  against: 'each',
  cases: (/** @type {any} a build may have less than the newest types say */ { json }) => [
    ...onEach('json.validate', bytes, {
      ours: (input) => peers.succeeds(() => json.validate(input)),
      peers: { ...peers.verdictUnchecked, ...peers.verdictOnBytes },
      expected: () => true,
    }),
    ...onEach('json.isValid', bytes, {
      ours: (input) => json.isValid(input),
      peers: { ...peers.verdictUnchecked, ...peers.verdictOnBytes },
      expected: () => true,
    }),
    ...onEach('json.isValid string', (name) => flat(document(name).toString()), {
      ours: (input) => json.isValid(input),
      peers: peers.verdictOnString,
      expected: () => true,
    }),
    ...onEach('json.parse', bytes, {
      lacks: lackOf(json, 'json', 'parse'),
      ours: (input) => json.parse(input),
      peers: peers.parse,
      read: JSON.stringify,
      expected: (input) => JSON.stringify(JSON.parse(input)),
    }),
    ...onEach('json.minify', bytes, {
      ours: (input) => json.minify(input),
      peers: peers.minify,
      read: (minified) => Buffer.from(minified).toString(),
      expected: (input) => JSON.stringify(JSON.parse(input)),
    }),
    ...onEach('json.canonicalize', bytes, {
      lacks: lackOf(json, 'json', 'canonicalize'),
      ours: (input) => json.canonicalize(input),
      peers: peers.canonicalize,
      read: (canonical) => Buffer.from(canonical).toString(),
      expected: (input) => /** @type {string} */ (peers.canonicalText(JSON.parse(input))),
    }),
    ...patchCases(json),
    ...getCases(json, 'first value', 'all', 0),
    ...getCases(json, 'last value', 'all', -1),
    ...getCases(json, 'first value', 'path', 0),
    ...getCases(json, 'last value', 'path', -1),
  ],
};

/**
 * @param {import('../harness/suite.mjs').Facade['json']} json @param {string} what @param {'all' | 'path'} check
 * @param {number} side which member to follow into each container: 0 the first, -1 the last
 * @returns {import('../harness/suite.mjs').Case[]}
 */
function getCases(json, what, check, side) {
  return names().map((name) => ({
    ...titled(`json.get ${what}, check ${check}`, name),
    prepare: () => {
      const input = document(name);
      const path = pathToLeaf(JSON.parse(input.toString()), side);
      const pointer = pointerTo(path);
      const read = (/** @type {any} */ value) => follow(value, path);
      return {
        size: input.length,
        inputs: copies(input),
        ours: (bytes) => json.get(bytes, pointer, { check }),
        peers: peers.getFromBuffer(read),
        expected: () => read(JSON.parse(input.toString())),
      };
    },
  }));
}

/**
 * The first value is tested and the last one replaced. Ours keeps the bytes of the rest, the peer writes all of it anew without whitespace.
 *
 * @param {any} json @returns {import('../harness/suite.mjs').Case[]}
 */
function patchCases(json) {
  return names().map((name) => ({
    ...titled('json.patch, two operations', name),
    lacks: lackOf(json, 'json', 'patch'),
    prepare: () => {
      const input = document(name);
      const value = JSON.parse(input.toString());
      const [first, last] = [pathToLeaf(value, 0), pathToLeaf(value, -1)];
      /** @type {import('fast-json-patch').Operation[]} */
      const operations = [
        { op: 'test', path: pointerTo(first), value: follow(value, first) },
        { op: 'replace', path: pointerTo(last), value: PATCHED },
      ];
      follow(value, last.slice(0, -1))[last.at(-1) ?? ''] = PATCHED;
      const expected = JSON.stringify(value);
      return {
        size: input.length,
        inputs: copies(input),
        ours: (bytes) => json.patch(bytes, operations),
        peers: peers.patch(operations),
        read: (patched) => JSON.stringify(JSON.parse(Buffer.from(patched).toString())),
        expected: () => expected,
      };
    },
  }));
}

/**
 * @param {string} call @param {(name: Name) => any} load
 * @param {Omit<import('../harness/suite.mjs').Workload, 'inputs'> & Pick<import('../harness/suite.mjs').Case, 'lacks'>} work
 * @returns {import('../harness/suite.mjs').Case[]}
 */
function onEach(call, load, { lacks, ...work }) {
  return names().map((name) => ({
    ...titled(call, name),
    lacks,
    prepare: () => {
      const input = load(name);
      return { ...work, size: input.length, inputs: copies(input) };
    },
  }));
}

/** The size is that of the document. @param {string} call @param {Name} name */
function titled(call, name) {
  return { name: `${call}, ${DOCUMENTS[name]}`, sizes: [0] };
}

/** @param {Name} name */
function bytes(name) {
  return document(name);
}

function names() {
  return /** @type {Name[]} */ (Object.keys(DOCUMENTS));
}

/** The keys that lead to a value which is no container, or an empty one. @param {any} value @param {number} side @returns {string[]} */
function pathToLeaf(value, side) {
  const path = [];
  for (let here = value; typeof here === 'object' && here !== null; here = here[/** @type {string} */ (path.at(-1))]) {
    const key = Object.keys(here).at(side);
    if (key === undefined) break;
    path.push(key);
  }
  return path;
}

/** @param {any} value @param {readonly string[]} path @returns {any} */
function follow(value, path) {
  return path.reduce((container, key) => container[key], value);
}

/** @param {readonly string[]} path @returns {string} */
function pointerTo(path) {
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

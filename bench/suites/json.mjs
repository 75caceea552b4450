/** JSON on real documents: see `data/documents.mjs`. */
import { DOCUMENTS, document } from '../data/documents.mjs';
import { flat } from '../data/texts.mjs';
import * as peers from '../peers/json.mjs';
import { copies } from './copies.mjs';

/** @typedef {keyof typeof DOCUMENTS} Name */

/** @type {import('../harness/suite.mjs').Suite} */
export default {
  against: 'each',
  cases: ({ json }) => [
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
    ...onEach('json.minify', bytes, {
      ours: (input) => json.minify(input),
      peers: peers.minify,
      read: (minified) => Buffer.from(minified).toString(),
      expected: (input) => JSON.stringify(JSON.parse(input)),
    }),
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
      const pointer = path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
      const read = (/** @type {any} */ value) => path.reduce((container, key) => container[key], value);
      return {
        size: input.length,
        inputs: copies(input),
        ours: (bytes) => json.get(bytes, pointer, { check }),
        peers: peers.get(read),
        expected: () => read(JSON.parse(input.toString())),
      };
    },
  }));
}

/**
 * @param {string} call @param {(name: Name) => any} load
 * @param {Omit<import('../harness/suite.mjs').Workload, 'inputs'>} work
 * @returns {import('../harness/suite.mjs').Case[]}
 */
function onEach(call, load, work) {
  return names().map((name) => ({
    ...titled(call, name),
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

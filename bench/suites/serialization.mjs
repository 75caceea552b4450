/** The 1 KB structured log object by all the ways of `peers/serialization.mjs`; `serialization/suite.mjs` adds what they allocate, and Rust. */
import { strict as assert } from 'node:assert';
import { logObject } from '../data/logs.mjs';
import { OURS } from '../harness/suite.mjs';
import { contenders } from '../peers/serialization.mjs';

/** @typedef {import('../peers/serialization.mjs').Contender} Contender */

/** @type {import('../harness/suite.mjs').Suite} */
export default {
  against: 'each',
  cases: (facade) => [
    workload(facade, 'encode', (contender) => {
      const values = [contender.value, structuredCloneOf(contender)];
      return (i) => contender.encode(values[i]);
    }),
    workload(facade, 'decode', (contender) => {
      const messages = [0, 1]
        .map(() => contender.encode(contender.value))
        .map((bytes) => (typeof bytes === 'string' ? bytes : copy(bytes)));
      return (i) => contender.decode(messages[i]);
    }),
  ],
};

/**
 * Each contender has inputs of its own, in its own form: what is handed to all is which of them to take.
 *
 * @param {import('../harness/suite.mjs').Facade} facade @param {string} name @param {(contender: Contender) => (i: number) => unknown} callOf
 * @returns {import('../harness/suite.mjs').Case}
 */
function workload(facade, name, callOf) {
  return {
    name,
    sizes: [0],
    prepare: () => {
      const all = checked(facade);
      const calls = Object.fromEntries(all.map((contender) => [contender.name, callOf(contender)]));
      const { [OURS]: ours, ...peers } = calls;
      if (ours === undefined) throw new Error('ours is missing');
      return { size: sizeOf(/** @type {Contender} */ (all[0])), inputs: [0, 1], ours, peers, read: () => true, expected: () => true };
    },
  };
}

/** All of them, after each has shown that the object comes back. @param {import('../harness/suite.mjs').Facade} facade @returns {Contender[]} */
export function checked(facade) {
  const value = logObject();
  const all = contenders(facade, value);
  for (const { name, value: own, encode, decode, toPlain } of all) {
    for (let i = 0; i < 3; i++) assert.deepEqual(toPlain(decode(encode(own))), value, `${name} gives another object`);
  }
  return all;
}

/** In bytes; of a string its UTF-8, which is what would be kept or sent. @param {Contender} contender */
export function sizeOf({ value, encode }) {
  return Buffer.byteLength(/** @type {string} */ (encode(value)));
}

/** Objects of a class that the library made are decoded anew. @param {Contender} contender */
function structuredCloneOf({ value, encode, decode }) {
  return decode(encode(value));
}

/** At the start of memory of its own, as it would come from a socket. @param {Uint8Array} bytes */
function copy(bytes) {
  return Buffer.from(Uint8Array.from(bytes).buffer);
}

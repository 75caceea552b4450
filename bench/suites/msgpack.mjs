/** MessagePack against the libraries that are in use, and JSON to and from it against the way through objects. */
import { document } from '../data/documents.mjs';
import { logObject, smallObject } from '../data/logs.mjs';
import { smallMaps } from '../data/small-maps.mjs';
import * as peers from '../peers/msgpack.mjs';
import { copies } from './copies.mjs';

/** Of JSON text: 400 KB of MessagePack. */
const SMALL_MAPS_BYTES = 700_000;

/** @type {Readonly<Record<string, () => unknown>>} */
const VALUES = {
  'small object': smallObject,
  'log object': logObject,
  'text-heavy': () => parsed('statuses'),
  'text-heavy (ru)': () => parsed('text'),
  'many keys': () => parsed('keys'),
  'small maps': () => smallMaps(SMALL_MAPS_BYTES),
  doubles: () => [parsed('numbers'), parsed('numbers')],
  integers: () => parsed('integers'),
};

/** @type {import('../harness/suite.mjs').Suite} */
export default {
  against: 'each',
  cases: ({ msgpack, Encoder, Decoder }) => {
    const encoder = new Encoder();
    const decoder = new Decoder();
    return [
      ...onEach('msgpack.encode', structuredClones, {
        ours: (value) => encoder.encode(value),
        peers: peers.encode,
        read: peers.jsonTextOf,
        expected: JSON.stringify,
      }),
      ...onEach('msgpack.decode', msgpackBytes, {
        ours: (bytes) => decoder.decode(bytes),
        peers: peers.decode,
        read: JSON.stringify,
        expected: peers.jsonTextOf,
      }),
      ...onEach('msgpack.fromJson', jsonBytes, {
        ours: (json) => msgpack.fromJson(json),
        peers: peers.fromJson,
        read: peers.jsonTextOf,
        expected: String,
      }),
      ...onEach('msgpack.toJson', msgpackBytes, {
        ours: (bytes) => msgpack.toJson(bytes),
        peers: peers.toJson,
        read: (json) => Buffer.from(json).toString(),
        expected: peers.jsonTextOf,
      }),
    ];
  },
};

/**
 * @param {string} call @param {(value: unknown) => any[]} inputsOf
 * @param {Omit<import('../harness/suite.mjs').Workload, 'inputs'>} work
 * @returns {import('../harness/suite.mjs').Case[]}
 */
function onEach(call, inputsOf, work) {
  return Object.entries(VALUES).map(([name, load]) => ({
    name: `${call}, ${name}`,
    sizes: [0],
    prepare: () => {
      const value = load();
      return { ...work, size: peers.bytesOf(value).length, inputs: inputsOf(value) };
    },
  }));
}

/** @param {unknown} value */
function structuredClones(value) {
  return [value, structuredClone(value)];
}

/** @param {unknown} value */
function msgpackBytes(value) {
  return copies(peers.bytesOf(value));
}

/** @param {unknown} value */
function jsonBytes(value) {
  return copies(Buffer.from(JSON.stringify(value)));
}

/** @param {Parameters<typeof document>[0]} name @returns {unknown} */
function parsed(name) {
  return JSON.parse(document(name).toString());
}

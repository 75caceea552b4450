/** MessagePack. Sizes are those of the JSON text of the value, so that all rows of one size hold the same value. */
import { jsonOfSize } from '../data/sized-json.mjs';
import { succeeds } from '../peers/json.mjs';
import * as peers from '../peers/msgpack.mjs';
import { sizesFrom, variants } from './sizes.mjs';

/** @param {import('../harness/suite.mjs').Facade} lanewise @returns {import('../harness/suite.mjs').Case[]} */
export function msgpackCases({ msgpack, Encoder, Decoder }) {
  const encoder = new Encoder();
  const decoder = new Decoder();
  const toBytes = { peers: peers.encode, read: peers.jsonTextOf, expected: JSON.stringify };
  const toValue = { peers: peers.decode, read: JSON.stringify, expected: peers.jsonTextOf };
  const verdict = { peers: peers.verdict, expected: () => true };
  return [
    oneCase('msgpack.encode', jsonValue, { ours: (value) => msgpack.encode(value), ...toBytes }),
    oneCase('Encoder.encode', jsonValue, { ours: (value) => encoder.encode(value), ...toBytes }),
    oneCase('msgpack.decode', msgpackBytes, { ours: (bytes) => msgpack.decode(bytes), ...toValue }),
    oneCase('Decoder.decode', msgpackBytes, { ours: (bytes) => decoder.decode(bytes), ...toValue }),
    oneCase('msgpack.isValid', msgpackBytes, { ours: (bytes) => msgpack.isValid(bytes), ...verdict }),
    oneCase('msgpack.validate', msgpackBytes, { ours: (bytes) => succeeds(() => msgpack.validate(bytes)), ...verdict }),
    oneCase(
      'msgpack.isValid, cut short',
      cutShort,
      { ours: (bytes) => msgpack.isValid(bytes), peers: peers.verdict, expected: () => false },
      8,
    ),
    oneCase('msgpack.fromJson', jsonBytes, {
      ours: (json) => msgpack.fromJson(json),
      peers: { ...peers.fromJson, 'JSON.parse + ours': (json) => msgpack.encode(JSON.parse(json.toString())) },
      read: peers.jsonTextOf,
      expected: String,
    }),
    oneCase('msgpack.toJson', msgpackBytes, {
      ours: (bytes) => msgpack.toJson(bytes),
      peers: { ...peers.toJson, 'ours + JSON.stringify': (bytes) => Buffer.from(JSON.stringify(msgpack.decode(bytes))) },
      read: (json) => new TextDecoder().decode(json),
      expected: peers.jsonTextOf,
    }),
  ];
}

/**
 * @param {string} name @param {(size: number, variant: number) => any} make
 * @param {Omit<import('../harness/suite.mjs').Workload, 'inputs'>} work @param {number} [least] size
 * @returns {import('../harness/suite.mjs').Case}
 */
function oneCase(name, make, work, least = 1) {
  return {
    name,
    sizes: sizesFrom(least),
    prepare: (size) => ({ ...work, inputs: variants(size, (variant) => make(size, variant)) }),
  };
}

/** @param {number} size @param {number} seed */
function jsonBytes(size, seed) {
  return Buffer.from(jsonOfSize(size, { seed }));
}

/** @param {number} size @param {number} seed @returns {unknown} */
function jsonValue(size, seed) {
  return JSON.parse(jsonOfSize(size, { seed }));
}

/** @param {number} size @param {number} seed */
function msgpackBytes(size, seed) {
  return peers.bytesOf(jsonValue(size, seed));
}

/** The last byte is missing. @param {number} size @param {number} seed */
function cutShort(size, seed) {
  return msgpackBytes(size, seed).subarray(0, -1);
}

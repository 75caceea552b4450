/** MessagePack libraries, each as its documentation says for the plain specification, and conversions through objects with them. */
import * as msgpackjs from '@msgpack/msgpack';
import { Packr } from 'msgpackr';
import { succeeds } from './json.mjs';

/** Records are msgpackr's own extension of the format: others cannot read them. 64-bit integers become numbers, the fastest it offers. */
const packr = new Packr({ useRecords: false, int64AsType: 'number' });
const encoder = new msgpackjs.Encoder();
const decoder = new msgpackjs.Decoder();

/** @type {Readonly<Record<string, { encode: (value: unknown) => Uint8Array, decode: (bytes: Uint8Array) => unknown }>>} */
const LIBRARIES = {
  msgpackr: { encode: (value) => packr.pack(value), decode: (bytes) => packr.unpack(bytes) },
  '@msgpack/msgpack': { encode: (value) => encoder.encode(value), decode: (bytes) => decoder.decode(bytes) },
};

/** @param {(library: { encode: (value: unknown) => Uint8Array, decode: (bytes: Uint8Array) => unknown }) => (input: any) => unknown} way */
const ofEach = (way) => Object.fromEntries(Object.entries(LIBRARIES).map(([name, library]) => [name, way(library)]));

export const encode = ofEach((library) => library.encode);
export const decode = ofEach((library) => library.decode);
/** True if it is MessagePack. */
export const verdict = ofEach(
  ({ decode }) =>
    (bytes) =>
      succeeds(() => decode(bytes)),
);
export const fromJson = ofEach(
  ({ encode }) =>
    (json) =>
      encode(JSON.parse(json.toString())),
);
export const toJson = ofEach(
  ({ decode }) =>
    (bytes) =>
      Buffer.from(JSON.stringify(decode(bytes))),
);

/** MessagePack by a library that is not ours, to assert and to measure with. @param {unknown} value @returns {Buffer} */
export function bytesOf(value) {
  return Buffer.from(msgpackjs.encode(value));
}

/** The JSON text of the value that `bytes` hold, read by a library that is not ours. @param {Uint8Array} bytes @returns {string} */
export function jsonTextOf(bytes) {
  return JSON.stringify(msgpackjs.decode(bytes));
}
